// Every XForm we generate, and the official HTCDS form as served, must load in the
// engine of ODK Web Forms with status success and no warning; scripted answers must
// give the instance our own check computes.   node test_xforms_engine.mjs BUILD/amparo
import { execFileSync } from 'node:child_process';
import { File } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { JSDOM } from 'jsdom';

const build = dirname(process.argv[2] ?? 'build/rel/amparo');
const dir = mkdtempSync(join(tmpdir(), 'xforms-'));
const program = join(build, 'tests', 'test_forms_form');
if (!existsSync(program)) {
    console.log(`1..1\nnot ok 1 - ${program} is not built`);
    process.exit(1);
}
execFileSync(program, { env: { ...process.env, AMPARO_DUMP: dir }, stdio: ['ignore', 'ignore', 'inherit'] });

globalThis.File ??= File;             // node 18 has it under its module's name only, and so webcrypto
// The engine wants a browser: a DOM, and nothing that looks like node to its XPath parser.
const dom = new JSDOM('<!doctype html>', { url: 'http://localhost/' });
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
for (const name of Object.getOwnPropertyNames(dom.window))
    if (/^[A-Z]/.test(name) && !(name in globalThis)) globalThis[name] = dom.window[name];
globalThis.crypto ??= webcrypto;
await fetch('data:,warm');           // node's fetch reads process.versions once, now
Object.defineProperty(process, 'versions', { value: {}, configurable: true });
const warned = [];
console.warn = (...a) => warned.push(a.join(' '));
const { loadForm } = await import('@getodk/xforms-engine');

let n = 0, bad = 0;
const ok = (good, name, why = '') => {
    n++;
    if (!good) { bad++; console.log(`# ${why}`); }
    console.log(`${good ? 'ok' : 'not ok'} ${n} - ${name}`);
};

const at = (node, path) => {
    let here = node;
    for (const step of path.split('/')) {
        const [, name, k] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step);
        here = here.currentState.children.find((c) => c.currentState.reference.endsWith(`/${name}`));
        if (!here) throw new Error(`no ${step} of ${path}`);
        if (k) {
            while (here.currentState.children.length < Number(k)) here.addInstances();
            here = here.currentState.children[Number(k) - 1];
        }
    }
    return here;
};

try {
    const files = readdirSync(dir).sort();
    ok(files.length >= 15, 'forms were written', `${files.length} files`);
    for (const file of files) {
        warned.length = 0;
        const form = await loadForm(readFileSync(join(dir, file), 'utf8'));
        const why = `${form.status} ${form.error?.message ?? ''} ${warned.join('; ')}`;
        let made = null;
        try { made = form.createInstance(); } catch (e) { warned.push(String(e)); }
        ok(form.status === 'success' && made && warned.length === 0, `${file} loads without warning`, why + warned);
    }

    const form = await loadForm(readFileSync(join(dir, 'visit.xml'), 'utf8'));
    const root = form.createInstance().root;
    root.setLanguage(root.languages.find((l) => l.language?.startsWith('English')) ?? root.languages[1]);
    ok(at(root, 'place').currentState.label?.asString === 'Place', 'labels follow the language',
       at(root, 'place').currentState.label?.asString);
    at(root, 'place').setValue('Estancia Ñandú');
    at(root, 'dept').selectValue('PY-16');
    ok(at(root, 'district').currentState.valueOptions.map((o) => o.value).join() === 'filadelfia,loma_plata',
       'choices are filtered');
    at(root, 'district').selectValue('loma_plata');
    at(root, 'family/children').setValue(2);
    at(root, 'family/child[1]/name').setValue('Ana');
    at(root, 'family/child[1]/born').setValue('2015-03-01');
    at(root, 'family/child[1]/tasks').selectValues(['field', 'house']);
    at(root, 'family/child[1]/hours').setValue(20);
    at(root, 'family/child[2]/name').setValue('Beto');
    at(root, 'family/child[2]/born').setValue('2001-01-31');
    const payload = await root.prepareInstancePayload({ payloadType: 'monolithic' });
    const xml = await payload.data[0].get('xml_submission_file').text();
    const doc = new dom.window.DOMParser().parseFromString(xml, 'text/xml');
    const text = (css, k = 0) => doc.querySelectorAll(css)[k]?.textContent;
    const want = [
        ['child age', 0, '11'], ['child age', 1, '25'], ['child number', 1, '2'], ['family total', 0, '20'],
        ['child hours', 0, '20'], ['place', 0, 'Estancia Ñandú'],
    ];
    for (const [css, k, value] of want)
        ok(text(css, k) === value, `${css} ${k + 1} is ${value}`, `${text(css, k)}`);
    ok(doc.querySelectorAll('child hours').length === 1, 'what is not relevant is left out', xml);
    ok(/^uuid:[0-9a-f-]{36}$/.test(text('instanceID') ?? ''), 'an instanceID is made', text('instanceID'));
    ok(/^Estancia Ñandú 20/.test(text('instanceName') ?? ''), 'the instance is named', text('instanceName'));
} catch (e) {
    ok(false, 'the walk', e.stack);
}
rmSync(dir, { recursive: true, force: true });
console.log(`1..${n}`);
process.exit(bad ? 1 : 0);
