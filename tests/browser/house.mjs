// house.mjs - for the tests in a browser: a fresh demo, served; officers who
// sign in; forms filled as a person would; TAP.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

let n = 0, bad = 0;
export function ok(good, what) {
  n++;
  if (!good) bad++;
  console.log(`${good ? '' : 'not '}ok ${n} - ${what}`);
  return good;
}
export const diag = text => console.log(String(text).replace(/^/gm, '# '));
export function plan() {
  console.log(`1..${n}`);
  process.exitCode = bad ? 1 : 0;
}
/** A part of the walk: what breaks inside is one failure, and the next part runs. */
export async function part(name, run) {
  try {
    await run();
  } catch (e) {
    ok(false, `${name}: ${String(e.message).split('\n')[0]}`);
    diag(e.stack);
  }
}

const freePort = () => new Promise(done => {
  const s = createServer().listen(0, '127.0.0.1', () => {
    const { port } = s.address();
    s.close(() => done(port));
  });
});

/** A demo of `cases` cases on a port of its own. */
export async function house(program, cases) {
  const dir = mkdtempSync(join(tmpdir(), 'amparo-walk-'));
  const data = join(dir, 'data');
  execFileSync(program, ['demo', '--data', data, '--cases', String(cases)], { stdio: 'ignore' });
  const port = await freePort();
  const server = spawn(program, ['serve', '--data', data, '--port', String(port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', d => { log += d; });
  await new Promise((done, fail) => {
    server.stdout.on('data', done);
    server.stderr.on('data', done);
    server.on('exit', code => fail(new Error(`the server ended with ${code}: ${log}`)));
  });
  const base = `http://127.0.0.1:${port}`;
  for (let i = 0; i < 100; i++) {
    try { await fetch(base); break; } catch { await new Promise(r => setTimeout(r, 100)); }
  }
  const end = () => new Promise(done => {
    server.removeAllListeners('exit');
    server.on('exit', () => { rmSync(dir, { recursive: true, force: true }); done(); });
    server.kill('SIGTERM');
  });
  return { base, data, program, end, log: () => log };
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A page in its own browser context; with a login, signed in. */
export async function visitor(browser, base, { login, js = true, width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({ baseURL: base, javaScriptEnabled: js, viewport: { width, height }, acceptDownloads: true });
  const page = await context.newPage();
  page.setDefaultTimeout(10000);
  page.troubles = [];
  page.on('console', m => { if (m.type() === 'error' && !/status of 4\d\d/.test(m.text())) page.troubles.push(m.text()); });
  page.on('pageerror', e => page.troubles.push(String(e)));
  page.on('request', r => { if (!r.url().startsWith(base)) page.troubles.push(`asked ${r.url()}`); });
  page.on('dialog', d => d.accept());
  if (login) {
    await page.goto('/sign-in');
    await page.fill('[name=login]', login);
    await page.fill('[name=password]', 'amparo-demo');
    await send(page, page.locator('main form[action="/sign-in"]'));
  }
  return page;
}

/** Press a form's button and wait for the next page; its status. */
export async function send(page, form, button) {
  const [answer] = await Promise.all([
    page.waitForResponse(r => r.request().isNavigationRequest() && (r.status() < 300 || r.status() >= 400)),
    (button ?? form.locator("button:not([name=look])").last()).click(),
  ]);
  await page.waitForLoadState();
  return answer.status();
}

export const formTo = (page, action) => page.locator(`form[action="${action}"]`);

/** Open the <details> around a form, as a person would. */
export async function unfold(page, form) {
  const closed = page.locator('details:not([open])').filter({ has: form });
  if (await closed.count()) await closed.first().locator('summary').click();
}

async function put(form, name, value) {
  const all = form.locator(`[name="${name}"]`);
  if (!await all.count()) throw new Error(`no field ${name}`);
  const type = await all.first().evaluate(e => e.type);
  if (type === 'radio' || type === 'checkbox') {
    for (const v of [value].flat()) await form.locator(`[name="${name}"][value="${v}"]`).check();
  } else if (type === 'select-one') {
    await all.first().selectOption(value);        // of several lists of one name, the first
  } else if (type === 'file') {
    await all.setInputFiles(value);
  } else {
    await all.fill(value);
  }
}

const today = () => {
  const d = new Date();
  return `${d.getUTCDate()}/${d.getUTCMonth() + 1}/${d.getUTCFullYear()}`;
};

/** What is asked and still empty gets something that could be true. */
async function rest(form) {
  const names = await form.evaluate(f => {
    const out = new Map();
    for (const e of f.elements) {
      if (!e.name || e.type === 'hidden' || e.type === 'submit' || e.type === 'file' || e.type === 'checkbox') continue;
      const box = e.closest('.field, fieldset') ?? e.parentElement;
      const wanted = e.required || (box && box.querySelector('.wrong')) || e.getAttribute('aria-invalid') === 'true';
      const filled = e.type === 'radio' ? f.querySelector(`[name="${CSS.escape(e.name)}"]:checked`) : e.value;
      if (wanted && !filled && !out.has(e.name))
        out.set(e.name, { type: e.type, value: e.value, text: box ? box.innerText : '', list: e.options ? [...e.options].map(x => x.value) : [] });
    }
    return [...out];
  });
  for (const [name, e] of names) {
    if (e.type === 'radio') await form.locator(`[name="${name}"]`).first().check();
    else if (e.type === 'select-one') await put(form, name, e.list.find(v => v));
    else if (/@time$/.test(name)) await put(form, name, '10:30');
    else if (/_on$|date|(^|\/)at$/.test(name)) await put(form, name, today());
    else await put(form, name, /amount|claimed|age|hours|number/.test(name) ? '1000' : 'Texto inventado para la prueba');
  }
}

/** Fill the named fields, then what is required, and send; asked again, again. */
export async function fill(page, action, values = {}) {
  for (let i = 0; ; i++) {
    const form = formTo(page, action).last();
    await unfold(page, form);
    for (const [name, value] of Object.entries(values))
      if (i === 0 || await form.locator(`[name="${name}"]`).count()) await put(form, name, value);
    await rest(form);
    const status = await send(page, form);
    if (status !== 422 || i === 4) {
      if (status >= 400) diag(`${action}: ${status} ${(await page.locator('.wrongs, .wrong').allInnerTexts()).join(' | ')}`);
      return status;
    }
  }
}

export const bodyOf = page => page.locator('main').innerText();

/** The bytes behind an address, with the page's own session. */
export async function download(page, path) {
  const r = await page.context().request.get(path);
  return { status: r.status(), type: r.headers()['content-type'] ?? '', name: r.headers()['content-disposition'] ?? '', bytes: await r.body() };
}
