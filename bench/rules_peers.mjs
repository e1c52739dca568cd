// rules_peers.mjs BENCH_RULES - the rules engine beside feelin and dmn-eval-js,
// one thread, same expressions, same table, one run.  Prints figure, peer, ratio.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { evaluate, unaryTest } from 'feelin';

const { decisionTable } = createRequire(import.meta.url)('@hbtgmbh/dmn-eval-js');
const program = process.argv[2] ?? 'build/rel/bench/bench_rules';

const expressions = [
  'age < 14 and hours > 14',
  'if age < 12 then "forbidden" else if age < 14 and hours <= 14 then "light" else "other"',
  'sector in ("fishing", "mining", "brick kilns") and not(school)',
  'age * 52 + hours / 3 - 1.5',
  'sum(week) > 14',
  'count(week[item > 4]) >= 2',
  'for h in week return h * 2',
  'some h in week satisfies h > 7',
  'person.name + " (" + string(age) + ")"',
  'starts with(person.name, "A") and contains(sector, "fish")',
  'date("2026-11-22") - person.born > duration("P4000D")',
  'age between 5 and 17 and sector = "fishing"',
];
const context = {
  age: 13, hours: 20, night: false, school: true, sector: 'fishing', tool: 'knife', week: [3, 8, 0, 5, 6],
  person: { name: 'Ana', born: evaluate('date("2012-05-20")').value },
};

const inputs = ['age', 'hours', 'night', 'school', 'sector', 'tool'];
const sectors = ['agriculture', 'mining', 'domestic', 'fishing', 'street', 'brick'];
const tools = ['none', 'knife', 'press', 'saw', 'sprayer'];
// 30 rows of which the 29th answers: each row differs from the situation in some column.
function rowsOf(n) {
  const rows = [];
  for (let i = 0; i < n - 2; i++)
    rows.push([
      i % 3 === 0 ? `[${5 + i % 4}..${13 + i % 5}]` : i % 3 === 1 ? `< ${14 + i % 4}` : '-',
      i % 2 ? `> ${i % 20}` : `<= ${20 + i % 30}`,
      i % 4 === 3 ? 'true' : i % 4 === 1 ? '-' : 'false',
      i % 5 === 2 ? '-' : 'true',
      i % 6 === 3 ? '"mining","street"' : `"${sectors[i % 6]}"`,
      `"${tools[i % 5 === 1 ? 2 : i % 5]}"`, `"answer ${i}"`]);
  rows.push(['13', '20', 'false', 'true', '"fishing"', '"knife"', '"found"']);
  rows.push(['-', '-', '-', '-', '-', '"no tool at all"', '"none"']);
  return rows;
}
const esc = (s) => s.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
function dmn(rows) {
  return `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/DMN/20151101/dmn.xsd" id="defs" name="bench" namespace="urn:bench">
${inputs.map((n) => `<inputData id="in_${n}" name="${n}"/>`).join('\n')}
<decision id="table" name="table">
${inputs.map((n) => `<informationRequirement><requiredInput href="#in_${n}"/></informationRequirement>`).join('\n')}
<decisionTable id="dt" hitPolicy="FIRST">
${inputs.map((n, i) => `<input id="i${i}" label="${n}"><inputExpression id="e${i}"><text>${n}</text></inputExpression></input>`).join('\n')}
<output id="o" label="answer" name="answer" typeRef="string"/>
${rows.map((r, k) => `<rule id="r${k}">${r.slice(0, 6).map((t, i) => `<inputEntry id="c${k}_${i}"><text>${esc(t)}</text></inputEntry>`).join('')}<outputEntry id="o${k}"><text>${esc(r[6])}</text></outputEntry></rule>`).join('\n')}
</decisionTable></decision></definitions>`;
}

function time(fn, ms = 400) {
  for (let i = 0; i < 200; i++) fn();
  let n = 0;
  const from = performance.now();
  do { for (let i = 0; i < 20; i++, n++) fn(); } while (performance.now() - from < ms);
  return (performance.now() - from) * 1e6 / n;
}

const rows = rowsOf(30);
const dir = mkdtempSync(join(tmpdir(), 'rules-'));
writeFileSync(join(dir, 'exprs.txt'), expressions.join('\n') + '\n');
writeFileSync(join(dir, 'table.dmn'), dmn(rows));
writeFileSync(join(dir, 'big.dmn'), dmn(rowsOf(1000)));
const models = readdirSync('packs').map((p) => join('packs', p, 'decisions')).filter((d) => existsSync(d))
  .flatMap((d) => readdirSync(d).filter((f) => f.endsWith('.dmn')).map((f) => join(d, f)));
const ours = execFileSync(program, [dir, ...models], { encoding: 'utf8' }).trim().split('\n').map((l) => l.split('\t'));
rmSync(dir, { recursive: true });

const row = (figure, value, peer, ratio, target) => console.log([figure, value, peer, ratio, target].join(' | '));
const ns = (v) => `${v.toFixed(0)} ns`;
const line = (name, mine, peer, who) => row(name.replaceAll('|', '/'), ns(mine), `${who} ${ns(peer)}`, (peer / mine).toFixed(0), '-');

let logs = 0, least = Infinity;
for (const [name, mine] of ours.filter(([n]) => !n.startsWith('#'))) {
  const peer = time(() => evaluate(name, context), 250);
  line(name, Number(mine), peer, 'feelin');
  logs += Math.log(peer / mine);
  least = Math.min(least, peer / mine);
}
row('expressions: least', '-', 'feelin', least.toFixed(0), '>= 200');
row('expressions: geometric mean', '-', 'feelin', Math.exp(logs / expressions.length).toFixed(0), '-');

const table = ours.find(([n]) => n === '#table');
const viaFeelin = time(() => {
  for (const r of rows)
    if (inputs.every((n, i) => r[i] === '-' || unaryTest(r[i], { ...context, '?': context[n] }).value === true))
      return evaluate(r[6], context).value;
  return null;
});
line('table of 30 rows, 6 inputs', Number(table[1]), viaFeelin, 'feelin');
const parsed = await decisionTable.parseDmnXml(dmn(rows)).catch((e) => { console.log('dmn-eval-js:', e.message); return null; });
let best = viaFeelin;
if (parsed) {
  const answer = decisionTable.evaluateDecision('table', parsed, context);
  if (!JSON.stringify(answer).includes('found')) throw new Error(`dmn-eval-js answers ${JSON.stringify(answer)}`);
  const viaEval = time(() => decisionTable.evaluateDecision('table', parsed, context));
  line('table of 30 rows, 6 inputs', Number(table[1]), viaEval, 'dmn-eval-js');
  best = Math.min(best, viaEval);
}
row('table of 30 rows, 6 inputs: the faster peer', ns(Number(table[1])), ns(best), (best / Number(table[1])).toFixed(0), '>= 100');
const load = ours.find(([n]) => n === '#load');
row('load a table of 1,000 rows', `${(load[1] / 1e6).toFixed(2)} ms`, `${(load[2] / 1024).toFixed(0)} KiB kept`, '-', '< 10 ms');
const memory = ours.find(([n]) => n === '#memory');
row(`rules of all packs, ${memory[2]} models`, `${(memory[1] / 1024).toFixed(0)} KiB kept`, '-', '-', '< 2048 KiB');
