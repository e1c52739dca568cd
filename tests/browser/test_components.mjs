// test_components.mjs AMPARO - every part of a page in a real browser: axe-core finds nothing,
// nothing scrolls sideways, the budget holds, nothing is asked of another host.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const out = 'tests/browser/out/components';
mkdirSync(out, { recursive: true });
const program = join(dirname(process.argv[2]), 'tests', 'test_components');
execFileSync(program, { env: { ...process.env, AMPARO_COMPONENTS: out }, stdio: 'ignore' });

let n = 0, bad = 0;
const ok = (good, what) => { n++; if (!good) bad++; console.log(`${good ? '' : 'not '}ok ${n} - ${what}`); };

// The written files refer to /static/NAME.HASH.EXT; the test program wrote them beside the pages.
const server = createServer((rq, rs) => {
  const path = decodeURIComponent(rq.url.split('?')[0]);
  try {
    const body = readFileSync(join(out, path.replace(/^\/static\//, '')));
    const type = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml' }[path.split('.').pop()] ?? 'text/html';
    rs.writeHead(200, { 'content-type': `${type}; charset=utf-8`,
      'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" });
    rs.end(body);
  } catch { rs.writeHead(404); rs.end(); }
}).listen(0, '127.0.0.1');
await new Promise(done => server.once('listening', done));
const base = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const file of readdirSync(out).filter(f => f.endsWith('.html')).sort()) {
  for (const width of [320, 390, 1280]) {
    const page = await browser.newPage({ viewport: { width, height: 900 }, bypassCSP: false });
    const wrong = [];
    page.on('console', m => { if (m.type() === 'error') wrong.push(m.text()); });
    page.on('request', r => { if (!r.url().startsWith(base)) wrong.push(r.url()); });
    await page.goto(`${base}/${file}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    ok(!wide, `${file} at ${width}: no sideways scroll`);
    ok(wrong.length === 0, `${file} at ${width}: nothing refused, nothing foreign ${wrong.join(' ')}`);
    if (width !== 320) await page.screenshot({ path: join(out, `${file.slice(0, -5)}-${width}.png`), fullPage: true });
    const session = await page.context().newCDPSession(page);
    await session.send('Page.setBypassCSP', { enabled: true });
    await page.reload();
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run());
    for (const v of found.violations) console.log(`# ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(x => x.html.slice(0, 200)).join('\n#   ')}`);
    ok(found.violations.length === 0, `${file} at ${width}: axe-core finds nothing`);
    await page.close();
  }
}
await browser.close();
server.close();
const css = gzipSync(readFileSync(join(out, readdirSync(out).find(f => /^style\..*css$/.test(f)))), { level: 9 }).length;
for (const f of readdirSync(out).filter(x => x.endsWith('.html')).sort()) {
  const size = gzipSync(readFileSync(join(out, f)), { level: 6 }).length + css;
  ok(size <= 14 * 1024, `${f}: ${size} bytes gzipped with its ${css} of style, at most 14 kB`);
}
console.log(`1..${n}`);
process.exit(bad ? 1 : 0);
