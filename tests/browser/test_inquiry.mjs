// test_inquiry.mjs AMPARO - two agencies and a guardian, each its own server: a
// prosecutor's question by network, then one by courier file; what the pages say.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diag, formTo, launch, ok, part, plan, send, visitor } from './house.mjs';

const program = process.argv[2] ?? 'build/rel/amparo';
const shots = process.env.AMPARO_SHOTS;
const dir = mkdtempSync(join(tmpdir(), 'amparo-inquiry-'));
const node = Object.fromEntries(['a', 'b', 'g'].map(k => [k, { data: join(dir, k) }]));
const names = { a: 'Consejería del Norte (prueba)', b: 'Fiscalía del Sur (prueba)', g: 'Defensoría del Pueblo (prueba)' };
const run = (k, ...args) => execFileSync(program, [...args, '--data', node[k].data], { encoding: 'utf8' });
const refused = (k, ...args) => {
  try { return `done: ${run(k, ...args)}`; } catch (e) { return String(e.stdout) + String(e.stderr); }
};
const freePort = () => new Promise(done => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});

async function serve(k) {
  const n = node[k];
  n.server = spawn(program, ['serve', '--data', n.data, '--port', String(n.port)], { stdio: ['ignore', 'pipe', 'pipe'] });
  n.log = '';
  n.server.stderr.on('data', d => { n.log += d; });
  for (let i = 0; i < 200; i++) {
    try { await fetch(n.base); return; } catch { await new Promise(r => setTimeout(r, 100)); }
  }
  throw new Error(`node ${k} does not serve: ${n.log}`);
}
const stop = k => new Promise(done => {
  const s = node[k].server;
  if (!s || s.exitCode !== null) return done();
  s.on('exit', done);
  s.kill('SIGTERM');
});
const query = (k, sql) => execFileSync('sqlite3', ['-readonly', join(node[k].data, 'tables.db'), sql], { encoding: 'utf8' }).trim();
const shoot = async (page, name) => {
  if (!shots) return;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
};
const text = page => page.locator('main').innerText();

let browser;
try {
  // The two demos are the same invented country: each person of one is known to the other.
  run('a', 'demo', '--cases', '8', '--quiet');
  run('b', 'demo', '--cases', '8', '--quiet');
  run('g', 'init', '--no-passphrase');
  for (const k of 'abg') {
    node[k].port = await freePort();
    node[k].base = `http://127.0.0.1:${node[k].port}`;
    node[k].card = run(k, 'inquiry', 'card').trim();
    node[k].id = node[k].card.split(' ')[1];
  }
  for (const from of 'abg')
    for (const to of 'abg')
      if (from !== to)
        run(from, 'inquiry', 'pair', node[to].card, '--name', names[to], ...(from === 'g' ? [] : ['--url', node[to].base]), ...(to === 'g' ? ['--guardian'] : []));
  // People whose case an office with the right roles owns.
  const people = query('a', `SELECT r.id || ' ' || k.id || ' ' || k.office FROM kind_row r JOIN case_row k ON k.id = r.case_id
    WHERE r.kind = 'person' AND (k.office LIKE 'codeni-%' OR k.office LIKE 'fiscalia-%') ORDER BY k.office, r.id`).split('\n').map(l => l.split(' '));
  const offices = [...new Set(people.map(p => p[2]))].sort((x, y) => people.filter(p => p[2] === y).length - people.filter(p => p[2] === x).length);
  for (const k of 'abg') await serve(k);
  browser = await launch();
  // Two of one office of whom three names and a year are known: with less nobody is shown.
  let office, mine = [], asker, dry;
  const known = async p => {
    await asker.goto(`/person/${p[0]}/inquiry?agency=${node.b.id}`);
    dry = await text(asker);
    return Number(/el año de nacimiento\s+(\d+)/.exec(dry)?.[1] ?? 0) >= 6;
  };
  for (const o of offices) {
    if (mine.length >= 2) break;
    asker = await visitor(browser, node.a.base, { login: o, js: false });
    office = o;
    mine = [];
    for (const p of people.filter(q => q[2] === o))
      if (await known(p)) mine.push(p);
  }
  diag(`${people.length} people, ${mine.length} of ${office} are known well enough`);
  ok(query('a', 'SELECT count(*) FROM inquiry_row') === '0' && run('a', 'inquiry', 'log') === '', 'a dry run writes nothing');
  ok(/COMMAND/.test(refused('a', 'inquiry', 'ask', mine[0][0], '--agency', node.b.id, '--as', office)), 'nobody asks as somebody else from the command line');

  const exchange = async page => { await page.goto('/inquiries'); await send(page, formTo(page, '/inquiries/exchange')); };
  const ask = async ([person, kase]) => {
    await asker.goto(`/case/${kase}/person/${person}`);
    await shoot(asker, 'inquiry-person');
    await asker.locator(`a[href="/person/${person}/inquiry"]`).click();
    await shoot(asker, 'inquiry-agency');
    await asker.goto(`/person/${person}/inquiry?agency=${node.b.id}`);
    await shoot(asker, 'inquiry-dry-run');
    const form = formTo(asker, `/person/${person}/inquiry`);
    ok(await send(asker, form) === 422, 'without purpose and confirmation nothing is sent');
    await form.locator('[name=purpose][value=protect]').check();
    await form.locator('[name=confirm]').check();
    await send(asker, form);
    return new URL(asker.url()).pathname;
  };
  const state = (k, where) => query(k, `SELECT state FROM inquiry_row WHERE ${where}`);
  let answerer, question;
  const open_question = async runId => {
    const at = query('b', `SELECT office || ' ' || id FROM inquiry_row WHERE run = '${runId}'`).split(' ');
    answerer = await visitor(browser, node.b.base, { login: at[0], js: false });
    await answerer.goto('/work');
    ok((await text(answerer)).includes(names.a), 'the office that knows finds the question on My work');
    await shoot(answerer, 'inquiry-work');
    question = `/inquiry/${at[1]}`;
    await answerer.goto(question);
    await shoot(answerer, 'inquiry-question');
  };

  await part('by network', async () => {
    const path = await ask(mine[0]), id = path.split('/').pop();
    const runId = query('a', `SELECT run FROM inquiry_row WHERE id = '${id}'`);
    ok((await text(asker)).includes(names.b), 'asked');
    await shoot(asker, 'inquiry-sent');
    const other = await visitor(browser, node.b.base, { login: 'admin', js: false });
    for (let i = 0; i < 8 && state('a', `id = '${id}'`) !== 'hit'; i++) {
      await exchange(asker);
      await exchange(other);
    }
    ok(state('a', `id = '${id}'`) === 'hit', 'the asker learns that they know the person');
    ok(state('b', `run = '${runId}'`) === 'question', 'the other office learns that a colleague asks');
    ok(state('g', `run = '${runId}'`) === 'served', 'the guardian served and knows nobody');
    await asker.goto(path);
    await shoot(asker, 'inquiry-hit');
    await open_question(runId);
    const form = formTo(answerer, `${question}/answer`);
    await form.locator('[name=answer][value=yes]').check();
    await form.locator('[name=words]').fill('Podemos hablar el lunes.');
    await send(answerer, form);
    for (let i = 0; i < 8 && state('a', `id = '${id}'`) !== 'confirmed'; i++) await exchange(asker);
    await asker.goto(path);
    await shoot(asker, 'inquiry-confirmed');
    await send(asker, formTo(asker, `${path}/agree`));
    for (let i = 0; i < 8 && state('a', `id = '${id}'`) !== 'shared'; i++) await exchange(asker);
    await asker.goto(path);
    await shoot(asker, 'inquiry-shared');
    await answerer.goto(question);
    await shoot(answerer, 'inquiry-shared-there');
    ok(state('a', `id = '${id}'`) === 'shared' && state('b', `run = '${runId}'`) === 'shared', 'both said yes: in contact');
    await other.goto('/inquiries/nodes');
    await shoot(other, 'inquiry-nodes');
    const log = await text(other);
    ok(log.includes(names.a) && log.includes('PY-'), 'the other node keeps who asked, what for, for which case');
  });

  await part('refused by the server', async () => {
    const post = body => fetch(`${node.b.base}/peer/letter`, { method: 'POST', body });
    const bad = await post('no letter');
    ok(bad.status === 400 && (await bad.text()).startsWith('inquiry.bad-file'), 'what is no letter is refused with a reason');
    const head = Buffer.concat([Buffer.from('AMPARO-LETTER-1\n' + node.b.id), Buffer.from([0, 0, 16, 48]), Buffer.alloc(4144, 7)]);
    const forged = await post(head);
    ok(forged.status === 403 && (await forged.text()) === 'inquiry.not-accepted\n', 'noise gets the answer of every stranger');
    ok((await fetch(`${node.b.base}/peer/letter`)).status === 404, 'there is nothing to read there');
  });

  await part('by courier', async () => {
    await stop('g');
    for (const k of 'ab') {
      await stop(k);
      for (const to of 'abg')
        if (to !== k) run(k, 'inquiry', 'pair', node[to].card, '--name', names[to], ...(to === 'g' ? ['--guardian'] : []));
      await serve(k);
    }
    const at = async k => visitor(browser, node[k].base, { login: k === 'a' ? office : 'admin', js: false });
    const sessions = { a: await at('a'), b: await at('b') };
    await asker.context().clearCookies();
    await asker.goto('/sign-in');
    await asker.fill('[name=login]', office);
    await asker.fill('[name=password]', 'amparo-demo');
    await send(asker, asker.locator('main form[action="/sign-in"]'));
    const path = await ask(mine[1] ?? mine[0]), id = path.split('/').pop();
    const runId = query('a', `SELECT run FROM inquiry_row WHERE id = '${id}'`);
    const stick = join(dir, 'stick.bin');
    const out = async k => {
      if (k === 'g') { run('g', 'inquiry', 'out', stick); run('g', 'inquiry', 'delivered'); return; }
      const p = sessions[k];
      await p.goto('/inquiries');
      await shoot(p, `inquiry-list-${k}`);
      const bytes = await (await p.request.get('/inquiries/courier')).body();
      writeFileSync(stick, bytes);
      await send(p, formTo(p, '/inquiries/carried'));
    };
    const take = async k => {
      if (k === 'g') return run('g', 'inquiry', 'in', stick);
      const p = sessions[k];
      await p.goto('/inquiries');
      const form = formTo(p, '/inquiries/courier');
      await form.locator('[name=file]').setInputFiles(stick);
      await send(p, form);
      return text(p);
    };
    await out('a');
    const whole = readFileSync(stick);
    writeFileSync(stick, whole.subarray(0, whole.length - 9));
    const cut = await take('b');
    ok(!/^1$/m.test(cut) && state('b', `run = '${runId}'`) === '', 'a file that was cut off is refused whole');
    await shoot(sessions.b, 'inquiry-cut');
    writeFileSync(stick, whole);
    await take('b');
    ok(/1 taken in/.test(await take('g')), 'the guardian reads the same stick');
    await out('b');
    await take('g');
    await out('g');
    await take('b');
    await take('a');
    await out('b');
    await take('a');
    ok(state('a', `id = '${id}'`) === 'hit', 'by courier too the asker learns that they know the person');
    await out('a');
    await take('b');
    ok(state('b', `run = '${runId}'`) === 'question', 'and the other office is asked');
    ok(!whole.includes(Buffer.from(names.b)) && !whole.includes(Buffer.from('names-day')), 'nothing on the stick can be read');
    await open_question(runId);
    const form = formTo(answerer, `${question}/answer`);
    await form.locator('[name=answer][value=no]').check();
    await send(answerer, form);
    await out('b');
    await take('a');
    ok(state('a', `id = '${id}'`) === 'declined', 'no is no');
    await asker.goto(path);
    await shoot(asker, 'inquiry-declined');
  });
  for (const p of [asker, answerer].filter(Boolean))
    ok(!p.troubles.length, `no troubles in the browser ${p.troubles}`);
} catch (e) {
  ok(false, String(e.message).split('\n')[0]);
  diag(e.stack);
  for (const k of 'abg') if (node[k].log) diag(`${k}: ${node[k].log}`);
} finally {
  await browser?.close();
  for (const k of 'abg') await stop(k);
  rmSync(dir, { recursive: true, force: true });
  plan();
}
