// test_axe.mjs AMPARO - every type of page of the program in a real browser: axe-core
// finds nothing, nothing scrolls sideways, nothing is refused by the content policy
// or asked of another host, and the pages of every day stay under 14 kB with their
// style.  With AMPARO_IMG=folder the screenshots of the guides are written there.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { diag, fill, formTo, house, launch, ok, part, plan, send, visitor } from './house.mjs';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const img = process.env.AMPARO_IMG;
const home = await house(process.argv[2], img ? 120 : 40);
const browser = await launch();
const widths = [1280, 390, 320];

/** One page at three widths; axe at the widest and the narrowest, the main pages at all. */
async function look(page, name, path, main = false) {
  const answer = path ? await page.goto(path) : null;
  const wrong = [];
  if (answer && answer.status() >= 400) wrong.push(`status ${answer.status()}`);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) wrong.push(`scrolls sideways at ${width}`);
    if (width === 390 && !main) continue;               /* as 320, with more room */
    const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'], elementRef: false }));
    for (const v of found.violations) {
      wrong.push(`${v.id} at ${width}`);
      diag(`${name} ${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map(x => x.html.slice(0, 240)).join('\n')}`);
    }
  }
  ok(wrong.length === 0, `${name}: ${wrong.length ? wrong.join(', ') : 'nothing found at 1280, 390 and 320'}`);
}

async function shoot(page, name, width = 1280, tall = 900) {
  if (!img) return;
  await page.setViewportSize({ width, height: tall });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({ path: `${img}/${name}.png` });
}

/** A page whose axe runs although the policy forbids foreign script. */
async function looker(login) {
  const page = await visitor(browser, home.base, { login });
  const strict = page.troubles;
  await page.addInitScript(axe);
  page.strict = strict;
  return page;
}

const first = (page, selector) => page.locator(selector).first().getAttribute('href', { timeout: 3000 });

const open = part('public pages', async () => {
  const p = await looker();
  await look(p, 'public page', '/', true);
  await shoot(p, 'public');
  await look(p, 'report', '/report', true);
  await shoot(p, 'report', 390, 1100);
  await send(p, formTo(p, '/report'));
  await look(p, 'report with faults');
  await fill(p, '/report', { what: 'Un horno de ladrillos. Aviso inventado.', where_text: 'Cerca de la escuela' });
  await look(p, 'receipt shown once');
  await look(p, 'coming back', '/receipt');
  await look(p, 'privacy', '/privacy');
  await look(p, 'signing in', '/sign-in');
  await p.goto('/no-such-page');
  await look(p, 'no such page');
  await look(p, 'public page in English', '/?l=en');
  await look(p, 'quick exit', '/salir');
  ok(!p.troubles.length, `public: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

let kase;
const intake = part('intake', async () => {
  const p = await looker('codeni-filadelfia');
  await look(p, 'my work', '/work', true);
  await shoot(p, 'work');
  await look(p, 'signals', '/signals');
  const signal = await first(p, 'main td a[href^="/signal/"]');
  await look(p, 'a signal', signal, true);
  await shoot(p, 'signal');
  await look(p, 'a new signal', '/signal/new');
  await look(p, 'cases', '/cases');
  const cases = await p.locator('main a[href^="/case/"]').evaluateAll(a => [...new Set(a.map(x => x.getAttribute('href')))]);
  let best = -1;
  for (const c of cases.slice(0, 12)) {                 /* the fullest case is the hardest page */
    await p.goto(c);
    const n = await p.locator(`main a[href^="${c}/"]`).count() + (await p.locator('main a[href*="/screening/"]').count() ? 100 : 0);
    if (n > best) { best = n; kase = c; }
  }
  await look(p, 'a case', kase, true);
  await shoot(p, 'case', 1280, 1100);
  await shoot(p, 'case-390', 390, 1100);
  await p.setViewportSize({ width: 1280, height: 900 });
  const step = await first(p, 'main a[href^="/step/"]').catch(() => null);
  const record = await first(p, 'main a[href*="/screening/"]').catch(() => null);
  const person = await first(p, 'main a[href*="/person/"]');
  const audit = await first(p, 'main a[href$="/audit"]');
  const open = await p.locator('form[action$="/open"]').first().getAttribute('action').catch(() => null);
  if (step) await look(p, 'a step', step);
  if (record) await look(p, 'a screening', record);
  await shoot(p, 'screening', 1280, 1100);
  await look(p, 'a person', person);
  await look(p, 'who read', audit);
  if (open) await look(p, 'opening an identity', open);
  for (const [name, path] of [['the route', 'route'], ['classification', 'classify'], ['closing', 'close'], ['a new step', 'add-step'],
    ['a new person', 'person/new'], ['screening asked', 'screening/new'], ['a visit asked', 'visit/new'], ['a referral: need', 'refer'], ['a referral: who and consent', 'refer?need=psychosocial']])
    await look(p, name, `${kase}/${path}`);
  await shoot(p, 'referral', 1280, 1100);
  await look(p, 'referrals', '/referrals');
  const referral = await first(p, 'main a[href^="/referral/"]').catch(() => null);
  if (referral) await look(p, 'a referral', referral);
  await look(p, 'directory', '/directory');
  await look(p, 'search', '/cases?q=PY&show=all');
  await look(p, 'find a person', '/find', true);
  await p.fill('[name=find_name]', 'Rosa Inventada');
  await send(p, p.locator('form[action="/find"]').last());
  await look(p, 'who was found');
  const all = p.locator('form[action="/find"]').filter({ has: p.locator('[name=act]') });
  await send(p, all);
  await look(p, 'asking everyone, refused');
  await p.goto('/work');
  await send(p, p.locator('form[action="/lock"]'));
  await look(p, 'locked');
  ok(!p.troubles.length, `intake: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

const justice = part('justice', async () => {
  const p = await looker('fiscalia-filadelfia');
  await p.goto('/cases?show=all');
  const cases = await p.locator('main a[href^="/case/"]').evaluateAll(a => [...new Set(a.map(x => x.getAttribute('href')))]);
  let mine = cases[0], best = -1;
  for (const c of cases.slice(0, 12)) {
    await p.goto(c);
    const n = await p.locator('main a[href*="/charge/"], main a[href*="/evidence/"], main a[href*="/judgment/"], main a[href*="/restitution/"]').count();
    if (n > best) { best = n; mine = c; }
  }
  await look(p, 'a case of the prosecutor', mine);
  await shoot(p, 'justice', 1280, 1100);
  const charge = await first(p, `main a[href^="${mine}/charge/"]:not([href$="/new"])`).catch(() => null);
  const evidence = await first(p, `main a[href^="${mine}/evidence/"]:not([href$="/new"])`).catch(() => null);
  if (charge) await look(p, 'a charge', charge);
  if (evidence) await look(p, 'an evidence', evidence);
  await look(p, 'evidence asked', `${mine}/evidence/new`);
  ok(!p.troubles.length, `justice: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

const inspection = part('inspection', async () => {
  const p = await looker('mtess-filadelfia');
  await look(p, 'in several cases', '/things');
  await p.goto('/cases?show=all');
  const cases = await p.locator('main a[href^="/case/"]').evaluateAll(a => [...new Set(a.map(x => x.getAttribute('href')))]);
  const seen = {};
  for (const c of cases.slice(0, 12)) {
    await p.goto(c);
    const links = await p.locator('main a').evaluateAll(a => a.map(x => x.getAttribute('href')));
    for (const kind of ['workplace', 'employer', 'vehicle'])
      seen[kind] ??= links.find(h => h?.startsWith(`${c}/${kind}/`) && !h.endsWith('/new'));
  }
  for (const kind of Object.keys(seen).filter(k => seen[k])) await look(p, `one ${kind}`, seen[kind]);
  ok(seen.workplace && seen.employer, 'an inspector has workplaces and employers');
  await look(p, 'an employer asked', seen.employer.replace(/[^/]+$/, 'new'));
  await look(p, 'the search for a place', '/cases?q=inventados&show=all');
  ok(!p.troubles.length, `inspection: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

const department = part('department', async () => {
  const p = await looker('secretaria-filadelfia');
  await look(p, 'persons counted once', '/programme/persons');
  await look(p, 'the department', '/department', true);
  await shoot(p, 'department', 1280, 1000);
  await look(p, 'the first days', '/first-days');
  await look(p, 'a provision', await first(p, 'main a[href^="/law/"]'));
  ok(!p.troubles.length, `department: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

const administration = part('administration', async () => {
  const p = await looker('admin');
  await look(p, 'administration', '/admin');
  for (const path of await p.locator('main a[href^="/admin/"]').evaluateAll(a => [...new Set(a.map(x => x.getAttribute('href')))].filter(h => !/\.\w+$/.test(h)).slice(0, 6)))
    await look(p, `administration ${path.replace(/[0-9a-z]{26}/g, 'id')}`, path);
  ok(!p.troubles.length, `administration: nothing refused, nothing foreign ${p.troubles.join(' ')}`);
  await p.context().close();
});

await Promise.all([open, intake, justice, inspection, department, administration]);

await part('weight', async () => {
  const p = await visitor(browser, home.base, { login: 'codeni-filadelfia' });
  for (const [name, path] of [['my work', '/work'], ['a case', kase]]) {
    const page = await (await p.context().request.get(path)).text();
    const sheet = page.match(/href="(\/static\/style[^"]*)"/)[1];
    const css = gzipSync(await (await p.context().request.get(sheet)).body(), { level: 9 }).length;
    const size = gzipSync(page, { level: 6 }).length + css;
    ok(size <= 14 * 1024, `${name}: ${size} bytes gzipped with its ${css} of style, at most 14 kB; ${(page.match(/<li|<tr/g) ?? []).length} rows`);
  }
  await p.context().close();
});

await browser.close();
await home.end();
plan();
