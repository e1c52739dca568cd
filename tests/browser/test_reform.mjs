// test_reform.mjs AMPARO - the walk of a lawyer who changes a number: in the browser,
// with and without JavaScript, sees which stored situations change, another person
// puts it in force, and a case cites it.  With AMPARO_IMG=folder the screenshots of
// docs/law.md are written there.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { bodyOf, diag, download, fill, formTo, house, launch, ok, part, plan, send, visitor } from './house.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const img = process.env.AMPARO_IMG;
const home = await house(process.argv[2], 40);
const browser = await launch();

async function look(page, name) {
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    ok(!await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), `${name}: nothing scrolls sideways at ${width}`);
    const found = await page.evaluate(() => globalThis.axe.run({ resultTypes: ['violations'], elementRef: false }));
    ok(!found.violations.length, `${name}: axe finds nothing at ${width} ${found.violations.map(v => v.id).join(' ')}`);
    for (const v of found.violations) diag(`${v.id}: ${v.help}\n${v.nodes.slice(0, 3).map(x => x.html.slice(0, 200)).join('\n')}`);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function shoot(page, name, top) {
  if (!img) return;
  if (top) await page.locator(top).first().evaluate(e => e.scrollIntoView());
  await page.screenshot({ path: `${img}/${name}.png` });
}

/** A case of this office, with a new screening; its page's text. */
async function screened(codeni) {
  await codeni.goto('/cases');
  const kase = await codeni.locator('main a[href^="/case/"]').first().getAttribute('href');
  await codeni.goto(`${kase}/screening/new`);
  await fill(codeni, `${kase}/screening/new`, { 'who/age_years': '15', 'work/works': 'yes', 'work/work_for': 'others',
    'work/tasks': ['none'], 'work/hours_day': '3', 'work/attends_school': 'yes', 'exploitation/forced_labour_indicators': ['none'] });
  return bodyOf(codeni);
}

async function walk(js) {
  const how = js ? 'with JavaScript' : 'without JavaScript', title = `Edad mínima 16 (prueba ${js ? 'dos' : 'uno'})`;
  const is = (good, what) => ok(good, `${how}: ${what}`);
  const lawyer = await visitor(browser, home.base, { login: 'conaeti', js });
  const committee = await visitor(browser, home.base, { login: 'contrafor', js });
  const codeni = await visitor(browser, home.base, { login: 'codeni-filadelfia', js });
  let draft, version;

  await part(`${how}: before`, async () => {
    const text = await screened(codeni);
    is(/Evaluado con: py/.test(text), 'a screening says that the pack’s own tables decided');
    is(!/child_labour_14\b/.test(text), 'and row 14 did not fire');
  });

  await part(`${how}: a number is changed`, async () => {
    await lawyer.goto('/rules');
    await lawyer.locator('a[href="/rules/new?decision=screening"]').click();
    await lawyer.waitForLoadState();
    is(await fill(lawyer, '/rules/new', { title, why: 'Subir la edad mínima a 16 años. Prueba.' }) === 200, 'a draft is begun');
    draft = new URL(lawyer.url()).pathname;
    await lawyer.goto(`${draft}/table/child_labour`);
    const form = formTo(lawyer, `${draft}/table/child_labour`), cell = form.locator('[name=r13c0]');
    is(await cell.inputValue() === '< 14', 'the table shows its cells as fields');
    await cell.fill('< < 14');
    is(await send(lawyer, form, form.locator('.btn[value=save]')) === 422, 'what is not FEEL is refused');
    is(await cell.inputValue() === '< < 14' && await lawyer.locator('#f-r13c0[aria-invalid=true]').count() === 1, 'at its cell, and kept');
    await form.locator('button[value="add.27"]').click();
    await lawyer.waitForLoadState();
    is(await form.locator('tbody th').count() === 28 && await cell.inputValue() === '< < 14', 'a row is added, what was typed stays');
    await form.locator('button[value="remove.27"]').click();
    await lawyer.waitForLoadState();
    is(await form.locator('tbody th').count() === 27, 'and taken away again');
    await cell.fill('< 16');
    if (js) await shoot(lawyer, 'law-table', '.table--edit tbody tr:nth-child(10)');
    is(await send(lawyer, form, form.locator('.btn[value=compare]')) === 200, 'right FEEL is saved');
  });

  await part(`${how}: what would change`, async () => {
    const text = await bodyOf(lawyer), n = await lawyer.locator('details.changed').count();
    is(n > 0 && /121\s+situaciones|situaciones\s+121/i.test(text), `stored situations change (${n})`);
    await lawyer.locator('details.changed summary').first().click();
    const why = await lawyer.locator('details.changed').first().innerText();
    is(/child_labour_14/.test(why) && /antes < 14, ahora < 16/.test(why), 'the row and the cell that made the difference are named');
    is(await lawyer.locator('details.changed a[href^="/law/"]').count() > 0, 'with the articles of both');
    if (js) await shoot(lawyer, 'law-compare', 'details.changed');
    const csv = await download(lawyer, `${draft}/compare/csv`);
    is(csv.status === 200 && csv.bytes.toString().includes('child_labour_14'), 'and can be taken away as CSV');
    const file = await download(lawyer, `${draft}/file`);
    is(file.bytes.toString().includes('&lt; 16'), 'the draft comes as a DMN file');
    await lawyer.goto(draft);
    const upload = formTo(lawyer, `${draft}/file`);
    await upload.locator('[name=file]').setInputFiles({ name: 'x.dmn', mimeType: 'application/xml', buffer: Buffer.from('<definitions>') });
    is(await send(lawyer, upload) === 422, 'a broken file is refused');
    await upload.locator('[name=file]').setInputFiles({ name: 'x.dmn', mimeType: 'application/xml', buffer: file.bytes });
    is(await send(lawyer, upload) === 200, 'a whole one is taken');
    is(await formTo(lawyer, `${draft}/apply`).count() === 0, 'who wrote it cannot apply it');
  });

  await part(`${how}: in force`, async () => {
    await committee.goto(draft);
    const today = new Date();
    is(await fill(committee, `${draft}/apply`, { basis: 'Ley de prueba 1/2026, art. 1, Gaceta de prueba 7', provisions: 'PY-L015',
      from: `${today.getUTCDate() - (today.getUTCHours() < 3 ? 1 : 0) || 1}/${today.getUTCMonth() + 1}/${today.getUTCFullYear()}`,
      reason: 'Publicada (prueba)' }) === 200, 'another person applies it with basis and day');
    version = new URL(committee.url()).pathname;
    is(/vigente/.test(await bodyOf(committee)), 'it is in force');
    const text = await screened(codeni);
    is(text.includes(title) && text.includes('Gaceta de prueba 7'), 'a case says which version decided, and its basis');
    is(/child_labour_14\b/.test(text), 'with the row that fired');
    is(await codeni.locator(`main a[href="${version}"]`).count() === 1, 'and leads to it');
    is(await codeni.locator('main a[href^="/law/"]').count() > 0, 'the articles are cited');
    await committee.goto(version);
    is(await fill(committee, `${version}/withdraw`, { until: `${today.getUTCDate()}/${today.getUTCMonth() + 1}/${today.getUTCFullYear()}`,
      reason: 'Fin de la prueba' }) === 200, 'its withdrawal is asked for');
    is(!/Evaluado con: py/.test(await screened(codeni)), 'which one person alone does not decide');
    await lawyer.goto(version);
    const agree = formTo(lawyer, `${version}/withdraw`).first();
    await agree.locator('[name=reason]').fill('De acuerdo (prueba)');
    is(await send(lawyer, agree) === 200, 'a second person agrees');
    is(/Evaluado con: py/.test(await screened(codeni)), 'and the pack decides again');
  });

  ok(![...lawyer.troubles, ...committee.troubles, ...codeni.troubles].length, `${how}: nothing refused, nothing foreign ${lawyer.troubles.join(' ')}`);
  for (const p of [lawyer, committee, codeni]) await p.context().close();
}

async function pages() {
  const p = await visitor(browser, home.base, { login: 'contrafor' });
  await p.addInitScript(axe);
  const open = async (path, name) => { const r = await p.goto(path); ok(r.status() === 200, `${name} opens`); await look(p, name); };
  await open('/reform', 'law reform');
  const reform = await p.locator('main td a[href^="/reform/"]').first().getAttribute('href');
  await open('/reform/gaps', 'the matrix');
  await open('/reform/gaps/C138-2-3', 'one requirement');
  await open(reform, 'one reform');
  await open(await p.locator('main a[href*="/text/"]').first().getAttribute('href'), 'one text');
  ok(await p.locator('main del').count() > 0 && await p.locator('main ins').count() > 0, 'what changed between two texts is shown by words');
  await open('/rules', 'tables that decide');
  await open(await p.locator('main a[href^="/rules/draft/"]').last().getAttribute('href'), 'a draft');
  await open(`${new URL(p.url()).pathname}/table/child_labour`, 'a table');
  await open(p.url().replace('/table/child_labour', '/compare'), 'what would change');
  for (const kind of ['csv', 'xlsx', 'pdf']) {
    const f = await download(p, `/reform/gaps/${kind}`);
    ok(f.status === 200 && f.bytes.length > 500, `the matrix as ${kind}`);
  }
  await p.goto('/rules');
  const draft = await p.locator('main a[href^="/rules/draft/"]').last().getAttribute('href');
  ok(!/Casos abiertos de tu territorio/.test(await (await p.goto(`${draft}/compare`), bodyOf(p))), 'a committee does not count cases');
  const coordinator = await visitor(browser, home.base, { login: 'secretaria-filadelfia' });
  await coordinator.goto(`${draft}/compare`);
  const counted = await bodyOf(coordinator);
  ok(/Casos abiertos de tu territorio/.test(counted) && !/PY-[0-9A-Z]{4}-[0-9A-Z]{4}/.test(counted), `a coordinator counts hers, and sees no case`);
  await coordinator.context().close();
  await p.context().close();
}

await walk(false);
await walk(true);
await part('pages', pages);
await browser.close();
await home.end();
plan();
