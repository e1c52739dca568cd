// situations.mjs [PACK...] - the fictional situations of a pack, packs/XX/situations.csv.
// Nobody in them exists: values are laid over the borders that laws draw (ages 12
// to 18, hours, hazards, indicators), not taken from cases. Same seed, same file.
//   node tools/situations.mjs                writes the four packs
//   node tools/situations.mjs --check        says whether they are as this file makes them
import { readFileSync, writeFileSync } from 'node:fs';

const SEED = 20261122;
function dice(seed) {                                   // mulberry32
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const words = {
  es: {
    age: n => `${n} años`, unknown: 'edad desconocida', works: 'trabaja', not: 'no trabaja', day: n => `${n} horas por día`,
    week: n => `${n} por semana`, school: 'va a la escuela', noschool: 'no va a la escuela', night: 'de noche',
    indicators: 'indicadores', acts: 'actos', means: 'medios', purposes: 'fines', keep: 'vive y trabaja en casa de terceros',
    danger: 'en peligro ahora', tasks: 'tareas', sector: 'sector', papers: 'con certificado y permiso', doubt: 'edad en duda',
    illicit: 'usada en actividad ilícita', sexual: 'explotación sexual', family: 'con su familia', own: 'por su cuenta', industry: 'industria',
  },
  en: {
    age: n => `aged ${n}`, unknown: 'age unknown', works: 'works', not: 'does not work', day: n => `${n} hours a day`,
    week: n => `${n} a week`, school: 'attends school', noschool: 'out of school', night: 'at night',
    indicators: 'indicators', acts: 'acts', means: 'means', purposes: 'purposes', keep: 'lives and works in a third household',
    danger: 'in danger now', tasks: 'tasks', sector: 'sector', papers: 'with certificate and permission', doubt: 'age in doubt',
    illicit: 'used in illicit activity', sexual: 'sexual exploitation', family: 'with the family', own: 'on own account', industry: 'industry',
  },
};

function choices(pack, list) {
  return readFileSync(`packs/${pack}/forms/screening.choices.csv`, 'utf8').split('\n')
    .map(l => l.split(',')).filter(l => l[0] === list && l[1] !== 'none' && l[1] !== 'unknown').map(l => l[1]);
}
function inputs(pack) {
  const dmn = readFileSync(`packs/${pack}/decisions/screening.dmn`, 'utf8');
  return [...dmn.matchAll(/<inputData id="([^"]*)" name="([^"]*)"/g)].filter(m => dmn.includes(`<requiredInput href="#${m[1]}"`)).map(m => m[2]);
}

function make(pack) {
  const roll = dice(SEED + pack.charCodeAt(0) * 256 + pack.charCodeAt(1));
  const among = v => v[Math.floor(roll() * v.length)];
  const some = (v, n) => {
    const rest = [...v], got = [];
    while (got.length < n && rest.length) got.push(rest.splice(Math.floor(roll() * rest.length), 1)[0]);
    return got.sort().join(' ');
  };
  const task = choices(pack, 'task'), fl = choices(pack, 'fl'), act = choices(pack, 'act'), means = choices(pack, 'means'),
        purpose = choices(pack, 'purpose');
  const out = [];
  const calm = { age_basis: 'document', age_doubt: 'none', works: 'yes', work_for: 'others', sector: 'commerce', industry: 'no',
                 tasks: 'none', night_work: 'no', sundays_holidays: 'no', lives_in_third_household: 'no', works_for_keep: 'no',
                 sexual_exploitation: 'no', illicit_activity: 'no', parents_in_forced_labour: 'no', forced_labour_indicators: 'none',
                 acts: 'none', means: 'none', purposes: 'none', danger_now: 'no', captivity: 'no', violence_now: 'no',
                 movement_imminent: 'no', medical_need: 'no', safe_place_tonight: 'yes' };
  const papers = { school_completed: 'yes', medical_certificate: 'yes', representative_authorisation: 'yes', registered_codeni: 'yes' };
  const add = x => out.push({ ...calm, sex: among(['female', 'male']), indigenous: among(['no', 'no', 'yes']),
                              foreign_national: among(['no', 'no', 'yes']), has_documents: 'yes', ...x });

  // Ages around every border, hours at and beside the limits.
  for (const age of [12, 13, 14, 15, 16, 17, 18])
    for (const [d, w] of [[2, 10], [3, 15], [4, 24], [6, 36], [7, 42]])
      add({ age_years: age, hours_day: d, hours_week: w, attends_school: among(['yes', 'no']), ...(roll() < 0.6 ? papers : {}) });
  for (const [age, d, w] of [[13, 2, 14], [13, 3, 14], [14, 2, 14], [14, 4, 25], [14, 5, 24], [15, 4, 24], [15, 6, 37], [17, 6, 36], [17, 8, 48]])
    add({ age_years: age, hours_day: d, hours_week: w, attends_school: 'yes', ...papers });
  // Every task of the list, at the ages at which lists differ.
  task.forEach((k, i) => add({ age_years: [15, 16, 17, 18][i % 4], tasks: k, hours_day: 6, hours_week: 36, attends_school: 'no', sector: 'other' }));
  for (const age of [13, 15, 17]) add({ age_years: age, tasks: some(task, 2), hours_day: 8, hours_week: 48, attends_school: 'no', sector: 'other' });
  // Night, industry, family, own account, free days.
  for (const age of [14, 15, 16, 17]) add({ age_years: age, night_work: 'yes', hours_day: 4, hours_week: 20, attends_school: 'yes', ...papers });
  for (const age of [14, 15]) add({ age_years: age, industry: 'yes', family_only_undertaking: age === 14 ? 'yes' : 'no', sector: 'industry', hours_day: 4, hours_week: 20, attends_school: 'yes', ...papers });
  for (const age of [12, 14, 15]) add({ age_years: age, work_for: 'family_unpaid', sector: 'agriculture', hours_day: 3, hours_week: 15, attends_school: 'yes', ...papers });
  for (const age of [11, 15, 17]) add({ age_years: age, work_for: 'own_account', sector: 'street', hours_day: 5, hours_week: 30, attends_school: 'no' });
  add({ age_years: 15, sundays_holidays: 'yes', hours_day: 4, hours_week: 24, attends_school: 'yes', ...papers });
  add({ age_years: 12, works: 'no', work_for: '', sector: '', industry: '', tasks: '', night_work: '', attends_school: 'no' });
  // Households of others.
  for (const age of [10, 14, 16, 17, 19]) add({ age_years: age, work_for: 'household_third', sector: 'domestic', lives_in_third_household: 'yes', works_for_keep: age === 14 ? '' : 'yes', household_is_kin: age === 16 ? 'yes' : age === 19 ? '' : 'no', hours_day: 9, hours_week: 60, attends_school: among(['yes', 'no']), tasks: task.includes('domestic_third_home') ? 'domestic_third_home' : 'none' });
  // Ages nobody knows.
  add({ age_years: '', age_basis: 'unknown', looks_under_18: 'yes', hours_day: 8, hours_week: 48, attends_school: '' });
  add({ age_years: '', age_basis: 'unknown', looks_under_18: 'doubt', hours_day: 4, hours_week: 20, attends_school: '' });
  add({ age_years: '', age_basis: 'unknown', looks_under_18: 'no', hours_day: 8, hours_week: 48 });
  add({ age_years: 14, age_basis: 'estimate', age_doubt: 'child_or_adolescent', hours_day: 4, hours_week: 20, attends_school: 'yes', ...papers });
  add({ age_years: 18, age_basis: 'estimate', age_doubt: 'adolescent_or_adult', hours_day: 8, hours_week: 48 });
  // Forced labour: one, two, three indicators, adults and children.
  for (const age of [16, 24, 41]) for (const n of [1, 2, 3, 4])
    add({ age_years: age, forced_labour_indicators: some(fl, n), sector: 'livestock', hours_day: 12, hours_week: 84, attends_school: age < 18 ? 'no' : '' });
  add({ age_years: 9, parents_in_forced_labour: 'yes', sector: 'forestry_charcoal', hours_day: 6, hours_week: 40, attends_school: 'no' });
  // Trafficking: act, means, purpose, each also alone.
  for (const age of [15, 17, 18, 30]) {
    add({ age_years: age, works: '', work_for: '', acts: some(act, 2), means: 'none', purposes: some(purpose, 1) });
    add({ age_years: age, works: '', work_for: '', acts: some(act, 1), means: some(means, 1), purposes: some(purpose, 2) });
  }
  add({ age_years: 22, works: '', work_for: '', acts: some(act, 1), means: some(means, 2), purposes: 'none' });
  add({ age_years: 22, works: '', work_for: '', acts: 'none', means: some(means, 1), purposes: some(purpose, 1) });
  add({ age_years: 15, works: '', work_for: '', acts: '', means: '', purposes: '' });
  add({ age_years: 16, sexual_exploitation: 'yes', works: '', work_for: '', danger_now: 'yes', safe_place_tonight: 'no' });
  add({ age_years: 13, illicit_activity: 'yes', works: '', work_for: '', attends_school: 'no' });
  // Danger, whatever the work.
  add({ age_years: 28, captivity: 'yes', forced_labour_indicators: some(fl, 2), danger_now: 'yes', has_documents: 'no' });
  add({ age_years: 14, violence_now: 'yes', hours_day: 5, hours_week: 30, medical_need: 'yes', attends_school: 'no' });
  add({ age_years: 20, movement_imminent: 'yes', acts: some(act, 1), means: some(means, 1), purposes: some(purpose, 1) });
  return out;
}

function told(x, w) {
  const p = [];
  p.push(x.age_years === '' ? w.unknown : w.age(x.age_years));
  if (x.age_doubt && x.age_doubt !== 'none') p.push(w.doubt);
  if (x.works === 'no') p.push(w.not);
  else if (x.works === 'yes') p.push(x.work_for === 'family_unpaid' ? w.family : x.work_for === 'own_account' ? w.own : w.works);
  if (x.industry === 'yes') p.push(w.industry);
  if (x.hours_day) p.push(w.day(x.hours_day));
  if (x.hours_week) p.push(w.week(x.hours_week));
  if (x.night_work === 'yes') p.push(w.night);
  if (x.attends_school === 'yes') p.push(w.school);
  if (x.attends_school === 'no') p.push(w.noschool);
  if (x.medical_certificate === 'yes') p.push(w.papers);
  if (x.lives_in_third_household === 'yes') p.push(w.keep);
  if (x.sexual_exploitation === 'yes') p.push(w.sexual);
  if (x.illicit_activity === 'yes') p.push(w.illicit);
  for (const [k, list] of [['tasks', x.tasks], ['indicators', x.forced_labour_indicators], ['acts', x.acts], ['means', x.means], ['purposes', x.purposes]])
    if (list && list !== 'none') p.push(`${w[k]}: ${list.replaceAll(' ', ', ').replaceAll('_', ' ')}`);
  if (x.danger_now === 'yes') p.push(w.danger);
  const s = p.join('; ');
  return s[0].toUpperCase() + s.slice(1) + '.';
}

function csv(pack) {
  const cols = inputs(pack), w = words[pack === 'py' || pack === 'ar' ? 'es' : 'en'];
  const cell = s => /[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s;
  const rows = make(pack).map((x, i) => [`${pack.toUpperCase()}-${String(i + 1).padStart(3, '0')}`, told(x, w), ...cols.map(k => String(x[k] ?? ''))]);
  return [['id', 'text', ...cols], ...rows].map(r => r.map(cell).join(',')).join('\n') + '\n';
}

const check = process.argv.includes('--check');
const packs = process.argv.slice(2).filter(a => !a.startsWith('-'));
let bad = 0;
for (const p of packs.length ? packs : ['py', 'ar', 'lr', 'th']) {
  const file = `packs/${p}/situations.csv`, now = csv(p);
  if (!check) writeFileSync(file, now);
  else if (readFileSync(file, 'utf8') !== now) { console.log(`${file} is not what tools/situations.mjs makes`); bad = 1; }
}
process.exit(bad);
