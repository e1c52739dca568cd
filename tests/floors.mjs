// floors.mjs - draws the include graph of src/ and fails on any arrow that does not point down.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
const floors = JSON.parse(readFileSync('src/floors.json', 'utf8'));
const floorOf = new Map(floors.flatMap((rooms, i) => rooms.map(r => [r, i])));
const files = d => readdirSync(d).flatMap(f => statSync(join(d, f)).isDirectory() ? files(join(d, f)) : [join(d, f)]);
let bad = 0;
for (const f of files('src').filter(f => /\.[ch]$/.test(f))) {
  const room = f.split('/').length > 2 ? f.split('/')[1] : 'main';
  if (!floorOf.has(room)) { console.log(`${f}: room ${room} is on no floor (src/floors.json)`); bad++; continue; }
  readFileSync(f, 'utf8').split('\n').forEach((line, i) => {
    const m = /^\s*#\s*include "([a-z_0-9]+)\//.exec(line);
    if (m && m[1] !== room && !(floorOf.get(m[1]) < floorOf.get(room))) {
      console.log(`${f}:${i + 1}: ${room} (floor ${floorOf.get(room)}) must not include ${m[1]} (floor ${floorOf.get(m[1]) ?? 'none'})`);
      bad++;
    }
  });
}
console.log(bad ? `floors: ${bad} arrows point up or sideways` : 'floors: every arrow points down');
process.exit(bad ? 1 : 0);
