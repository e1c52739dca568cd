// test_inquiry.mjs AMPARO - two agencies and a guardian, each its own server, letters
// through TLS with a certificate authority of their own: a prosecutor's question by
// network, wrong certificates refused, then a question by courier file; what the
// pages say, and the guardian's.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diag, formTo, launch, ok, part, plan, send, visitor } from './house.mjs';

const program = process.argv[2] ?? 'build/rel/amparo';
const shots = process.env.AMPARO_SHOTS;
const dir = mkdtempSync(join(tmpdir(), 'amparo-inquiry-'));
const node = Object.fromEntries(['a', 'b', 'g', 'h'].map(k => [k, { data: join(dir, k) }]));
const names = { a: 'Consejería del Norte (prueba)', b: 'Fiscalía del Sur (prueba)', g: 'Defensoría del Pueblo (prueba)', h: 'Segunda guardiana (prueba)' };
const run = (k, ...args) => execFileSync(program, [...args, '--data', node[k].data], { encoding: 'utf8' });
const refused = (k, ...args) => {
  try { return `done: ${execFileSync(program, [...args, '--data', node[k].data], { encoding: 'utf8', stdio: 'pipe' })}`; } catch (e) { return String(e.stdout) + String(e.stderr); }
};
const freePort = () => new Promise(done => {
  const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
});

// Nobody calls a: what waits for it is fetched.
// TLS in front of the nodes: `good` certificates of one authority for localhost, and
// for node b two wrong ones: of another authority, and for another name.
const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync);
const tls = { dir: join(dir, 'tls') };
const openssl = (...args) => execFileSync('openssl', args, { cwd: tls.dir, stdio: 'pipe' });
function authority(name) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/CN=Autoridad ${name}`);
}
function certificate(name, host, ca) {
  writeFileSync(join(tls.dir, `${name}.ext`), `subjectAltName=DNS:${host}\n`);
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '2',
    '-extfile', `${name}.ext`, '-out', `${name}.pem`);
}
async function tlsBegin() {
  mkdirSync(tls.dir);
  authority('ours');
  authority('theirs');
  certificate('good', 'localhost', 'ours');
  certificate('stranger', 'localhost', 'theirs');
  certificate('elsewhere', 'otra.example', 'ours');
  const fronts = [];
  for (const [name, cert, k] of [['b', 'good', 'b'], ['g', 'good', 'g'], ['stranger', 'stranger', 'b'], ['elsewhere', 'elsewhere', 'b']]) {
    tls[name] = await freePort();
    fronts.push(`server { listen 127.0.0.1:${tls[name]} ssl; ssl_certificate ${tls.dir}/${cert}.pem; ssl_certificate_key ${tls.dir}/${cert}.key;
      location / { proxy_pass http://127.0.0.1:${node[k].port}; proxy_set_header Host $host; client_max_body_size 1m; client_body_buffer_size 256k; } }`);
  }
  writeFileSync(join(tls.dir, 'nginx.conf'), `daemon off; pid ${tls.dir}/pid; error_log ${tls.dir}/error.log;
    events { worker_connections 256; }
    http { access_log off; client_body_temp_path ${tls.dir}/t1; proxy_temp_path ${tls.dir}/t2; fastcgi_temp_path ${tls.dir}/t3;
      uwsgi_temp_path ${tls.dir}/t4; scgi_temp_path ${tls.dir}/t5; ${fronts.join('\n')} }`);
  tls.server = spawn(nginx, ['-c', join(tls.dir, 'nginx.conf'), '-p', tls.dir], { stdio: 'ignore' });
}
const address = to => nginx ? ['--url', `https://localhost:${tls[to]}`, '--ca', join(tls.dir, 'ours.pem')] : ['--url', node[to].base];

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
  execFileSync(program, ['user', 'add', 'vigila', '--name', 'Garante Inventada', '--office', 'codeni-filadelfia', '--roles', 'oversight',
    '--data', node.g.data], { input: 'amparo-demo\n', encoding: 'utf8' });
  run('h', 'init', '--no-passphrase');
  for (const k of 'abgh') {
    node[k].port = await freePort();
    node[k].base = `http://127.0.0.1:${node[k].port}`;
    node[k].card = run(k, 'inquiry', 'card').trim();
    node[k].id = node[k].card.split(' ')[1];
  }
  if (nginx) await tlsBegin();
  for (const from of 'abg')
    for (const to of 'abg')
      if (from !== to)
        run(from, 'inquiry', 'pair', node[to].card, '--name', names[to], ...(from === 'g' || to === 'a' ? [] : address(to)), ...(to === 'g' ? ['--guardian'] : []));
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
    if (!ok(state('a', `id = '${id}'`) === 'hit', 'the asker learns that they know the person'))
      for (const k of 'abg') diag(`${k}: ${query(k, 'SELECT role, state, words FROM inquiry_row')} ${query(k, 'SELECT to_node, state FROM inquiry_letter')}\n${node[k].log}`);
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

  await part('the guardian watches', async () => {
    const watch = await visitor(browser, node.g.base, { login: 'vigila', js: false });
    await watch.goto('/inquiries/guard');
    await shoot(watch, 'inquiry-guard');
    await watch.emulateMedia({ media: 'print' });
    await shoot(watch, 'inquiry-guard-print');
    await watch.emulateMedia({ media: null });
    const seen = await text(watch);
    ok(seen.includes(names.a) && seen.includes(names.b) && seen.includes('1 de 100'), 'she sees who asks whom and how much of the quota is used');
    ok(!/PY-\d/.test(seen), 'no case code is on her page');
    for (const path of ['/inquiries/nodes', '/cases', '/admin']) {
      const r = await watch.goto(path);
      ok(r.status() === 403 || !(await text(watch)).includes(names.a), `her right ends before ${path}`);
    }
    await watch.goto('/inquiries/guard');
    const paused = formTo(watch, `/inquiries/node/${node.a.id}/pause?to=guard`);
    await send(watch, paused);
    await shoot(watch, 'inquiry-guard-paused');
    const id = (await ask(mine[1] ?? mine[0])).split('/').pop();
    await exchange(asker);
    const runId = query('a', `SELECT run FROM inquiry_row WHERE id = '${id}'`);
    ok(query('a', `SELECT count(*) FROM inquiry_letter WHERE run = '${runId}' AND state = 'waiting'`) === '1', 'paused: the question waits where it is');
    ok(state('g', `run = '${runId}'`) === '', 'and is not taken in');
    await send(watch, formTo(watch, `/inquiries/node/${node.a.id}/resume?to=guard`));
    await exchange(asker);
    ok(state('g', `run = '${runId}'`) !== '', 'it goes on');
  });

  if (nginx)
    await part('wrong certificates', async () => {
      const boss = await visitor(browser, node.a.base, { login: 'admin', js: false });
      const pair = async (port, ca) => {                 // as the administrator does on her page
        await boss.goto('/inquiries/nodes');
        const form = formTo(boss, '/inquiries/nodes');
        await form.locator('[name=card]').fill(node.b.card);
        await form.locator('[name=name]').fill(names.b);
        await form.locator('[name=url]').fill(`https://localhost:${port}`);
        await form.locator('[name=ca]').fill(ca ? readFileSync(join(tls.dir, `${ca}.pem`), 'utf8') : '');
        await send(boss, form);
      };
      const id = (await ask(mine[2] ?? mine[0])).split('/').pop();
      const runId = query('a', `SELECT run FROM inquiry_row WHERE id = '${id}'`);
      const waits = () => query('a', `SELECT count(*) FROM inquiry_letter WHERE run = '${runId}' AND to_node = '${node.b.id}' AND state = 'waiting'`) === '1';
      for (const [port, ca, what] of [[tls.stranger, 'ours', 'another authority'], [tls.elsewhere, 'ours', 'another name'],
        [tls.b, '', 'an authority the system does not know'], [tls.b, 'theirs', 'an authority that did not sign it']]) {
        await pair(port, ca);
        const before = node.a.log.length;
        await exchange(asker);
        ok(waits() && state('b', `run = '${runId}'`) === '', `a certificate of ${what}: nothing is sent`);
        ok(/peer certificate|SSL/.test(node.a.log.slice(before)), 'and the log says why');
      }
      await pair(tls.b, 'ours');
      await exchange(asker);
      ok(!waits() && state('b', `run = '${runId}'`) !== '', 'with the right one it goes');
      await boss.goto('/inquiries/nodes');
      await shoot(boss, 'inquiry-nodes-asker');
      // A second guardian, by courier only: she may be left out, but not both.
      const form = formTo(boss, '/inquiries/nodes');
      await form.locator('[name=card]').fill(node.h.card);
      await form.locator('[name=name]').fill(names.h);
      await form.locator('[name=guardian]').check();
      await send(boss, form);
      await asker.goto(`/person/${mine[0][0]}/inquiry?agency=${node.b.id}`);
      await shoot(asker, 'inquiry-two-guardians');
      ok((await text(asker)).split(names.h).length === 3, 'what each guardian learns is said, and she can be chosen');
      const both = formTo(asker, `/person/${mine[0][0]}/inquiry`);
      ok(await both.locator('[name=guardian]:checked').count() === 2, 'both are asked unless she says otherwise');
      await both.locator('[name=purpose][value=protect]').check();
      await both.locator('[name=confirm]').check();
      for (const k of 'gh') await both.locator(`[name=guardian][value="${node[k].id}"]`).uncheck();
      ok(await send(asker, both) === 422, 'without any guardian nothing is sent');
      await both.locator(`[name=guardian][value="${node.g.id}"]`).check();
      await both.locator('[name=confirm]').check();
      await send(asker, both);
      ok(query('a', `SELECT guardian FROM inquiry_row WHERE id = '${new URL(asker.url()).pathname.split('/').pop()}'`) === node.g.id, 'the other one alone is asked');
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
    ok(/[1-9]\d* taken in/.test(await take('g')) && state('g', `run = '${runId}'`) !== '', 'the guardian reads the same stick');
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
  tls.server?.kill('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
  plan();
}
