// review.mjs PORT - attacks on a running demo; prints TAP.
import http from 'node:http';

const port = Number(process.argv[2]);
let n = 0, failed = 0;
function ok(good, what, more) {
    n++;
    if (!good) { failed++; if (more !== undefined) console.log('# ' + String(more).slice(0, 300)); }
    console.log(`${good ? 'ok' : 'not ok'} ${n} - ${what}`);
}

function ask(method, path, cookie, body) {
    return new Promise((done, fail) => {
        const headers = {};
        if (cookie) headers.cookie = cookie;
        if (body !== undefined) {
            headers['content-type'] = 'application/x-www-form-urlencoded';
            headers['content-length'] = Buffer.byteLength(body);
        }
        const r = http.request({ host: '127.0.0.1', port, method, path, headers }, m => {
            const parts = [];
            m.on('data', d => parts.push(d));
            m.on('end', () => done({ status: m.statusCode, to: m.headers.location || '', cookies: m.headers['set-cookie'] || [],
                                     text: Buffer.concat(parts).toString('utf8') }));
        });
        r.on('error', fail);
        r.end(body);
    });
}
const enc = list => list.map(([k, v]) => encodeURIComponent(k) + '=' + encodeURIComponent(v)).join('&');
const token = t => (t.match(/name="token" value="([0-9a-f]+)/) || [])[1] || '';
const one = (t, re) => (t.match(re) || [])[1] || '';

async function officer(login) {
    const first = await ask('GET', '/sign-in');
    const in_ = await ask('POST', '/sign-in', '', enc([['login', login], ['password', 'amparo-demo'], ['code', ''], ['token', token(first.text)]]));
    const cookie = in_.cookies.map(c => c.split(';')[0]).join('; ');
    const t = token((await ask('GET', '/work', cookie)).text);
    return { get: p => ask('GET', p, cookie), post: (p, list) => ask('POST', p, cookie, enc([['token', t], ...list])), cookie, token: t };
}
async function anyone(path, list) {
    const first = await ask('GET', '/report');
    return ask('POST', path, '', enc([['token', token(first.text)], ...list]));
}
const cases_of = async who => [...new Set([...(await who.get('/cases?show=all')).text.matchAll(/\/case\/([0-9a-z]{26})"/g)].map(m => m[1]))];
const asked = t => [...t.matchAll(/name="form\.asked" value="([^"]*)"/g)].map(m => m[1]);
const fill = (t, values) => asked(t).flatMap(f => [['form.asked', f], [f, values[f] ?? '']]);

/* A form whose answers open questions comes back until all are answered. */
async function save(who, path, values) {
    let page = await who.get(path.endsWith('/new') ? path : path + '/edit'), r;
    for (let i = 0; i < 4; i++) {
        r = await who.post(path, fill(page.text, values));
        if (r.status !== 422) return r;
        page = r;
    }
    return r;
}

const codeni = await officer('codeni-filadelfia');
const fiscal = await officer('fiscalia-filadelfia');
const secretary = await officer('secretaria-filadelfia');
const mine = await cases_of(codeni);
let id = '';                            // one in which the prosecutor has a duty too
for (const c of mine)
    if (!id && (await fiscal.get(`/case/${c}`)).status === 200) id = c;
ok(id !== '', 'the counsel has a case, and the prosecutor a duty in it', mine.length);

/* ---- adding a step gives nobody what she does not hold --------------------------- */

{
    const seen = await secretary.get(`/case/${id}`);
    ok(seen.status === 200 && !seen.text.includes('/person/new'), 'coordination sees the route only');
    const before = (await secretary.get(`/case/${id}/close`)).status;
    const r = await secretary.post(`/case/${id}/add-step`, [['name', 'x'], ['office', 'secretaria-filadelfia'], ['reason', 'y']]);
    const after = await secretary.get(`/case/${id}`);
    ok(r.status === 303 && !after.text.includes('/person/new') &&
       [403, 404].includes((await secretary.get(`/case/${id}/person/new`)).status), 'a step added for her own office opens no dossier to her', r.status);
    ok((await secretary.get(`/case/${id}/close`)).status === before, 'nor changes whether she may close the case', before);
    const s = await fiscal.post(`/case/${id}/add-step`, [['name', 'x'], ['office', 'minna-central'], ['reason', 'y']]);
    ok(s.status === 303, 'a prosecutor may add a step for another office', s.status);
}

/* ---- what is sealed neither comes out of a mistaken form nor is emptied by a right one ---- */

const facts = { code: 'P-1', first_name: 'Zulema', second_name: 'Inventada', phone: '0000', address: 'Casa de prueba 7', role: 'affected', sex: 'female', age_years: '14' };
const made = await save(codeni, `/case/${id}/person/new`, facts);
const person = one(made.to, /person\/([0-9a-z]{26})/);
ok(person !== '', 'a person is saved', made.text.replace(/\s+/g, ' ').slice(0, 3000).match(/class="errors.{0,400}/) || made.status);
const at = `/case/${id}/person/${person}`;
const secret = t => /Zulema|Inventada|Casa de prueba/.test(t);
ok(!secret((await codeni.get(at)).text) && !secret((await codeni.get(at + '/edit')).text), 'not opened: no name on page or form');
const wrong = await codeni.post(at, [['form.asked', 'age_years'], ['age_years', '999']]);
ok(wrong.status === 422 && !secret(wrong.text), 'a form with a mistake shows no sealed answer', wrong.status);
const right = await save(codeni, at, { code: 'P-1', role: 'affected', sex: 'female', age_years: '15' });
ok(right.status === 303, 'an age is corrected without opening', right.status);
const dossier = one((await codeni.get(`/case/${id}`)).text, /\/dossier\/([0-9a-z]{26})\/open/);
const away = await codeni.post(`/dossier/${dossier}/open`, [['purpose', 'contact'], ['reason', 'prueba'], ['to', '//example.org/']]);
ok(away.status === 303 && !away.to.includes('example.org'), 'opening leads nowhere else', away.status + away.to + dossier);
const opened = (await codeni.get(at)).text;
ok(/Zulema/.test(opened) && /Casa de prueba/.test(opened) && />15</.test(opened), 'the name is still there after that correction');
await codeni.post(`/dossier/${dossier}/close`, []);

/* ---- nobody shares what she may not read ---------------------------------------------- */

const refer = (need, fields, service) => [['need', need], ['service', service], ['asked', 'una prueba'], ['person', person],
    ...fields.map(f => ['fields', f]), ['basis', 'consent'], ['given_by', 'person'], ['assent', 'yes'], ['words', 'acepta']];
{
    const r = await fiscal.post(`/case/${id}/refer`, refer('legal_aid', ['first_name', 'address'], 'defensa-ninez defensa-filadelfia'));
    ok(r.status === 404, 'a prosecutor cannot send out the name of a person she may not see', r.status + r.to);
}

/* ---- consent withdrawn: the receiver keeps nothing, not even the route ------------------ */

{
    const health = await officer('salud-filadelfia');
    const other = id;
    const before = (await health.get(`/case/${other}`)).status;
    const sent = await codeni.post(`/case/${other}/refer`, refer('health', ['first_name'], 'salud-publica salud-filadelfia'));
    const ref = one(sent.to, /referral\/([0-9a-z]{26})/);
    ok(before === 404 && ref !== '', 'a referral is sent to an office that sees nothing yet', before + ' ' + sent.status);
    ok((await health.post(`/referral/${ref}/accept`, [['words', '']])).status === 303 &&
       (await health.get(`/case/${other}`)).status === 200, 'accepted: she sees the route');
    const page = (await codeni.get(`/case/${other}`)).text;
    const consent = [...page.matchAll(/\/consent\/([0-9a-z]{26})\/withdraw/g)].map(m => m[1])[0];
    ok((await codeni.post(`/case/${other}/consent/${consent}/withdraw`, [['words', 'ya no quiere']])).status === 303, 'consent is withdrawn');
    for (const p of [`/referral/${ref}`, `/referral/${ref}/letter.pdf`, `/case/${other}`, `/case/${other}/print.pdf`, `/case/${other}/route`])
        ok((await health.get(p)).status === 404, 'withdrawn: not there: ' + p.replace(/[0-9a-z]{26}/, ':id'));
    ok(!(await health.get('/export/cases.csv')).text.includes(one(page, /(PY-[0-9A-Z]{4}-[0-9A-Z]{4})/)), 'withdrawn: not in her export');
}

/* ---- who adds to a report is read ---------------------------------------------------------- */

{
    const form = await ask('GET', '/report');
    const sent = await ask('POST', '/report', '', enc([['token', token(form.text)], ['once', one(form.text, /name="once" value="([^"]*)/)],
        ['place', one(form.text, /value="(PY-19|[^"]*boquer[^"]*)"/i)], ...fill(form.text, { what: 'una prueba <b>x</b>', where_text: 'allá', contact_wanted: 'no' })]));
    const receipt = one(sent.text, /class="code num">\s*([0-9 ]{19})/);
    ok(receipt !== '', 'a report gives a receipt', sent.status + sent.text.replace(/\s+/g, ' ').slice(-1500));
    const more = await anyone('/receipt/more', [['receipt', receipt], ['words', 'la llevan <i>esta noche</i>']]);
    ok(more.status === 200, 'more is added with the receipt', more.status);
    let text = '';
    for (const m of new Set([...(await codeni.get('/signals?show=all')).text.matchAll(/\/signal\/([0-9a-z]{26})/g)].map(x => x[1]))) {
        const t = (await codeni.get('/signal/' + m)).text;
        if (t.includes('esta noche')) text = t;
    }
    ok(text.includes('la llevan &lt;i&gt;esta noche'), 'the office reads it, and only as words');
    ok((await codeni.get('/work')).text.includes('agregó algo'), 'and is told of it');
}

/* ---- wrong tries keep nobody else out; addresses lead nowhere else ------------------------- */

{
    const front = token((await ask('GET', '/sign-in')).text);
    const go = to => ask('GET', '/language?l=es&to=' + encodeURIComponent(to));
    for (const to of ['//x.org', '/\\x.org', '/\t/x.org', '/\r\nSet-Cookie: a=b', 'https://x.org'])
        ok((await go(to)).to === '/work', 'led home, not to ' + JSON.stringify(to));
    for (let i = 0; i < 6; i++)
        await ask('POST', '/sign-in', '', enc([['login', 'mtess-filadelfia'], ['password', 'no'], ['token', front]]));
    for (let i = 0; i < 6; i++)
        await ask('POST', '/receipt', '', enc([['receipt', '0000 0000 0000 0000'], ['token', front]]));
    const in_ = await ask('POST', '/sign-in', '', enc([['login', 'codeni-filadelfia'], ['password', 'amparo-demo'], ['token', front]]));
    ok(in_.status === 303, 'wrong names and receipts from one address do not keep a colleague out', in_.status);
    const cookie = in_.cookies.map(c => c.split(';')[0]).join('; ');
    await ask('POST', '/lock', cookie, enc([['token', token((await ask('GET', '/work', cookie)).text)]]));
    const away = await ask('GET', '/no-such-page', cookie);
    ok(!away.text.includes('href="/cases"'), 'a locked screen shows no tabs on an error page', away.status);
}

/* ---- breaking the glass: whoever writes there is told ---------------------------------------- */

{
    const code = one((await codeni.get(`/case/${id}`)).text, /(PY-[0-9A-Z]{4}-[0-9A-Z]{4})/);
    const health = await officer('salud-filadelfia');
    ok((await health.post('/emergency/' + code, [['which', 'justice'], ['reason', 'corto']])).status === 422, 'a short reason breaks nothing');
    ok((await health.get(`/case/${id}`)).status === 404, 'and shows nothing');
    const broke = await health.post('/emergency/' + code, [['which', 'justice'], ['reason', 'una prueba de urgencia']]);
    ok(broke.status === 303 && (await health.get(`/case/${id}`)).status === 200, 'glass broken: she reads', broke.status);
    ok((await fiscal.get('/work')).text.includes('Emergencia') || (await fiscal.get('/work')).text.includes(code), 'the prosecutor who writes in it is told');
    const step = await health.post(`/case/${id}/add-step`, [['name', 'x'], ['office', 'salud-filadelfia'], ['reason', 'y']]);
    ok(step.status === 404, 'an hour of broken glass adds no step', step.status);
}

console.log(`1..${n}`);
process.exit(failed ? 1 : 0);
