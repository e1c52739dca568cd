// words.mjs - every key the program may say is in es and in en; keys nobody says are named.
// Keys are found where they are literals: T, TF, SAY, FAIL, page parts, and fields of tables.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const files = d => readdirSync(d).flatMap(f => statSync(join(d, f)).isDirectory() ? files(join(d, f)) : [join(d, f)]);
const catalogue = lang => {
  const keys = new Set();
  for (const f of readdirSync('words').filter(f => f.split('.')[0] === lang && f.endsWith('.po')))
    for (const m of readFileSync(join('words', f), 'utf8').matchAll(/^msgid "([^"]+)"/gm)) keys.add(m[1]);
  return keys;
};
const have = { es: catalogue('es'), en: catalogue('en') };

// What a key looks like: "room.what", lower case, with a dot; file names and numbers do not count.
const key = String.raw`"([a-z][a-z0-9-]*(?:\.[a-z0-9_-]+)+)"`;
const places = [
  String.raw`\bT\(\w+(?:->\w+)*,\s*${key}`, String.raw`\bTF\(\w+(?:->\w+)*,\s*${key}`,
  String.raw`\bT_ATTR\([^,]+,\s*"[^"]*",\s*${key}`, String.raw`\bTF_ATTR\([^,]+,\s*"[^"]*",\s*${key}`,
  String.raw`\bSAYF?\([^,()]*(?:->\w+)*,\s*${key}`,
  String.raw`\bFAIL\([^,]+,\s*[^,]+,\s*${key}`,
  String.raw`\bwrong\(\w+,\s*"[^"]*",\s*${key}`,
  String.raw`\b(?:heading|lede|sheet_begin|part_begin|bare_begin|para|small|more_begin|sealed_begin|grid_group|fact|fact_begin|fact_veiled|empty|key_out|link_to|filters_begin)\(\w+,\s*${key}`,
  String.raw`\b(?:go_button|act_button|submit|submit_as|tag|notice|count)\(\w+,\s*[^,]+,\s*${key}`,
  String.raw`\bfact_key\(\w+,\s*"[^"]*",\s*${key}`,
  String.raw`\btick\(\w+,\s*[^,]+,\s*[^,]+,\s*${key}`,
  String.raw`\.(?:label|hint|title_key|caption|key|message|legend)\s*=\s*${key}`,
  String.raw`\bkey\(${key}`,
].map(p => new RegExp(p, 'g'));
// Lists of keys: COLS("a.b", "c.d"), crumbs, struct grid's first member.
const lists = [/COLS\(([^)]*)\)/g, /crumbs\s*=\s*\{([^;]*?)\}\s*\}/g, /\(struct grid\)\s*\{([^,}]*)/g];

const used = new Map();
const note = (k, where) => { if (!used.has(k)) used.set(k, where); };
for (const f of files('src').filter(f => f.endsWith('.c'))) {
  const code = readFileSync(f, 'utf8').replace(/\/\*[^]*?\*\//g, '');
  for (const p of places) for (const m of code.matchAll(p)) note(m[1], f);
  for (const p of lists) for (const m of code.matchAll(p))
    for (const k of m[1].matchAll(new RegExp(key, 'g'))) note(k[1], f);
}
let bad = 0;
for (const lang of ['es', 'en'])
  for (const [k, f] of [...used].sort())
    if (!have[lang].has(k)) { console.log(`# ${f}: "${k}" is not in words/${lang}.*.po`); bad++; }
console.log(`# ${used.size} keys said, ${have.es.size} in es, ${have.en.size} in en`);
console.log(`1..1\n${bad ? 'not ' : ''}ok 1 - every key said is in es and en`);
process.exit(bad ? 1 : 0);
