// test_scripts.mjs - the scripts of web/ hold under TypeScript's strict checks and stay small.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
let n = 0, bad = 0;
const ok = (good, what) => { n++; if (!good) bad++; console.log(`${good ? '' : 'not '}ok ${n} - ${what}`); };
let said = '';
try { execFileSync('node_modules/.bin/tsc', ['-p', 'web/jsconfig.json']); } catch (e) { said = String(e.stdout); }
if (said) console.log(said.replace(/^/gm, '# '));
ok(!said, 'TypeScript finds nothing');
for (const [file, most] of [['leave.js', 2048], ['work.js', 10240]]) {
  const text = readFileSync(`web/${file}`, 'utf8');
  ok(gzipSync(text).length <= most, `${file}: at most ${most} bytes gzipped`);
  ok(!/\beval\b|innerHTML|https?:/.test(text), `${file}: no eval, no raw markup, no other host`);
}
console.log(`1..${n}`);
process.exit(bad ? 1 : 0);
