// walk.mjs - one case from the first signal to restitution, walked in a real
// browser by the officers who work it: test_walk.mjs without JavaScript,
// test_walk_script.mjs with it.
import { inflateRawSync } from 'node:zlib';
import { bodyOf, diag, download, fill, formTo, house, launch, ok, part, plan, send, visitor } from './house.mjs';

let home, browser;
const photo = { name: 'foto.jpg', mimeType: 'image/jpeg', buffer: Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(5000, 'amparo')]) };
const paper = { name: 'acta.txt', mimeType: 'text/plain', buffer: Buffer.from('Acta inventada para la prueba.\n'.repeat(50)) };

/** The text of one file of an XLSX. */
function unzip(bytes, wanted) {
  const end = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = bytes.readUInt32LE(end + 16);
  for (let i = bytes.readUInt16LE(end + 10); i > 0; i--) {
    const size = bytes.readUInt32LE(at + 20), nameLen = bytes.readUInt16LE(at + 28), local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLen);
    if (name === wanted) {
      const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
      const data = bytes.subarray(from, from + size);
      return (bytes.readUInt16LE(at + 10) ? inflateRawSync(data) : data).toString('utf8');
    }
    at += 46 + nameLen + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return '';
}

async function walk(js) {
  const how = js ? 'with JavaScript' : 'without JavaScript';
  const mine = `zona ${js ? 'dos' : 'uno'}`, name = js ? 'Ficticia Dos' : 'Ficticia Uno';
  const is = (good, what) => ok(good, `${how}: ${what}`);
  const pages = [];
  const as = async login => {
    const p = await visitor(browser, home.base, { login, js });
    pages.push([login ?? 'public', p]);
    return p;
  };
  const say = async (page, path) => { const r = await page.goto(path); return { status: r.status(), text: await bodyOf(page) }; };
  let receipt, signal, kase, code, codeni, fiscal, receiver, referral, notice, evidence, law;

  await part('the public report', async () => {
    const p = await as();
    await p.goto('/');
    await p.locator('main a[href="/report"]').click();
    await p.waitForLoadState();
    const place = await p.locator('[name=place] option', { hasText: 'Boquer' }).getAttribute('value');
    is(await fill(p, '/report', { place, what: `Un horno de ladrillos, ${mine}. Aviso inventado.`, where_text: 'Cerca de la escuela', attachment: photo }) === 200, 'anyone reports a situation');
    receipt = (await bodyOf(p)).match(/\d{4} \d{4} \d{4} \d{4}/)?.[0];
    is(receipt, 'and gets a receipt of sixteen digits');
    const kept = await p.evaluate(() => [localStorage.length, sessionStorage.length]);
    is((await p.context().cookies()).length === 0 && kept.join() === '0,0', 'nothing stays in the browser');
    await p.goto('/receipt');
    is(await send(p, await filled(formTo(p, '/receipt'), { receipt: '0000 0000 0000 0000' })) === 422, 'a wrong receipt is refused');
    is(await send(p, await filled(formTo(p, '/receipt'), { receipt })) === 200 && /recibid/i.test(await bodyOf(p)), 'the receipt shows the state: received');
    await fill(p, '/receipt/more', { words: `También de noche, ${mine}.` });
    is(/recibimos|agreg|gracias/i.test(await bodyOf(p)), 'information is added with the receipt');
  });

  await part('intake', async () => {
    codeni = await as('codeni-filadelfia');
    is(codeni.url().endsWith('/work'), 'the intake officer signs in and sees her work');
    await codeni.goto('/signals?show=all');
    await codeni.locator('main td a[href^="/signal/"]').first().click();
    await codeni.waitForLoadState();
    signal = new URL(codeni.url()).pathname;
    const text = await bodyOf(codeni);
    is(text.includes(`horno de ladrillos, ${mine}`) && text.includes(`También de noche, ${mine}`), 'the signal shows what was told and what was added');
    const file = await download(codeni, await codeni.locator('a[href*="/file/"]').getAttribute('href'));
    is(file.status === 200 && file.bytes.equals(photo.buffer), 'the attached photo comes back byte for byte');
    is(await fill(codeni, `${signal}/triage`, { urgency: 'red', reason: 'Peligro esta noche' }) === 200 && /Rojo/.test(await bodyOf(codeni)), 'triage: red');
    is(await fill(codeni, `${signal}/answer`, { words: 'Gracias, ya estamos en eso.' }) === 200, 'a neutral answer is sent');
    is(await fill(codeni, `${signal}/open`, { title: `adolescente, ${mine}`, cl: 'yes' }) === 200, 'a case is opened');
    kase = new URL(codeni.url()).pathname;
    code = (await codeni.locator('h1').innerText()).match(/PY-\w{4}-\w{4}/)?.[0];
    is(kase.startsWith('/case/') && code, `the case has a code and no name ${code}`);
    const p = await as();
    await p.goto('/receipt');
    await send(p, await filled(formTo(p, '/receipt'), { receipt }));
    is(/Gracias, ya estamos en eso/.test(await bodyOf(p)) && /actu/i.test(await bodyOf(p)), 'the sender sees the answer and that the office acted');
  });

  await part('a person and her identity', async () => {
    await codeni.goto(`${kase}/person/new`);
    is(await fill(codeni, `${kase}/person/new`, { code: `P-${js ? 2 : 1}`, first_name: name, age_years: '15', age_basis: 'estimate', sex: 'female', phone: '0000 000 000', role: 'affected' }) === 200, 'a person is added');
    let text = (await say(codeni, kase)).text;
    is(!text.includes(name) && /15/.test(text), 'her name is veiled on the case page');
    const open = codeni.locator('form[action$="/open"]').first();
    is(await fill(codeni, await open.getAttribute('action'), { purpose: 'contact', reason: 'Llamar para la entrevista' }) === 200, 'the identity is opened with a purpose and a reason');
    text = (await say(codeni, kase)).text;
    is(text.includes(name), 'then the name is shown');
    is(!(await codeni.title()).includes(name), 'never in the title');
    await send(codeni, codeni.locator('form[action$="/close"][action^="/dossier/"]').first());
    is(!(await say(codeni, kase)).text.includes(name), 'and hidden again at once');
  });

  await part('screening', async () => {
    await codeni.goto(`${kase}/screening/new`);
    const status = await fill(codeni, `${kase}/screening/new`, { 'who/age_years': '15', 'who/sex': 'female', 'work/works': 'yes',
      'work/work_for': 'others', 'work/tasks': ['brick_kiln', 'heavy_loads'], 'work/hours_day': '10', 'work/attends_school': 'no',
      'exploitation/forced_labour_indicators': ['withholding_of_wages', 'retention_of_documents', 'restriction_of_movement'],
      'danger/danger_now': 'yes' });
    const text = await bodyOf(codeni);
    is(status === 200 && codeni.url().includes('/screening/'), 'screening asks what is known');
    const cited = await codeni.locator('main a[href^="/law/"]').count();
    is(cited > 0, `and cites its articles (${cited})`);
    is(!/no es víctima|not a victim/i.test(text.replace(/Nunca dice «no es víctima»/g, '')), 'it never says «not a victim»');
    law = await codeni.locator('main a[href^="/law/"]').first().getAttribute('href');
    is((await say(codeni, law)).status === 200, 'a cited article opens');
  });

  await part('steps', async () => {
    const add = async what => {
      await codeni.goto(`${kase}/add-step`);
      await fill(codeni, `${kase}/add-step`, { name: what, reason: 'Hace falta' });
      await codeni.goto(kase);
      return codeni.locator('main a[href^="/step/"]', { hasText: what }).first().getAttribute('href');
    };
    const one = await add('Llamar a la escuela'), two = await add('Comprar pasajes');
    is(one && two, 'a step that the route does not have is added');
    await codeni.goto(one);
    is(await fill(codeni, `${one}/assign`) === 200, 'a step is assigned');
    await codeni.goto(one);
    is(!/sin responsable/.test(await codeni.locator('main dl').first().innerText()), 'and shows who has it');
    is(await fill(codeni, `${one}/done`, { note: 'Hablé con la directora' }) === 200, 'a step is done');
    await codeni.goto(two);
    is(await fill(codeni, `${two}/skip`, { why: 'not_applicable', reason: 'La familia tiene transporte' }) === 200, 'a step is skipped with a reason');
    is((await say(codeni, kase)).text.includes('La familia tiene transporte'), 'the timeline says why');
    const paused = await codeni.locator('main a[href^="/step/"]').evaluateAll(a => a.map(x => x.getAttribute('href')));
    let done = false;
    for (const s of paused) {
      await codeni.goto(s);
      if (!await formTo(codeni, `${s}/pause`).count()) continue;
      is(await fill(codeni, `${s}/pause`, { why: 'waits_office', reason: 'Falta el informe médico' }) === 200, 'a step is paused with a reason');
      await codeni.goto(s);
      is(/Falta el informe médico|pausa/i.test(await bodyOf(codeni)), 'and says so');
      is(await send(codeni, formTo(codeni, `${s}/resume`)) === 200, 'and resumed');
      done = true;
      break;
    }
    is(done, 'there was a step with a clock to pause');
  });

  await part('route and reclassification', async () => {
    const before = (await say(codeni, kase)).text.match(/Protección inmediata[^\n]*\n[^\n]*/)?.[0];
    const r = await say(codeni, `${kase}/route`);
    is(r.status === 200 && await codeni.locator('main svg').count() === 1, 'the route is a picture');
    is(await codeni.locator('main ol.steps li, main ul.steps li').count() > 20, 'and a list');
    await codeni.goto(`${kase}/classify`);
    is(await fill(codeni, `${kase}/classify`, { fl: 'yes', reason: 'Retienen salario y documentos' }) === 200, 'child labour becomes forced labour too');
    const after = await say(codeni, kase);
    is(/Trabajo forzoso/.test(after.text) && after.text.match(/Protección inmediata[^\n]*\n[^\n]*/)?.[0] === before, 'protection is not started again');
  });

  await part('referral with consent', async () => {
    await codeni.goto(`${kase}/refer`);
    const needs = await codeni.locator('[name=need] option').evaluateAll(o => o.map(x => x.value));
    let service;
    for (const need of needs) {
      await codeni.goto(`${kase}/refer?need=${need}&age=15`);
      const all = await codeni.locator('[name=service]').evaluateAll(r => r.map(x => x.value));
      service = all.find(v => !/codeni-filadelfia$/.test(v));
      if (service && /health|psych|legal/.test(need)) break;
    }
    const office = service.split(' ')[1];
    is(await fill(codeni, `${kase}/refer`, { service, asked: 'Atención psicológica esta semana', person: await codeni.locator('[name=person]').first().getAttribute('value'),
      fields: ['age_years', 'sex'], basis: 'consent', given_by: 'person', assent: 'yes' }) === 200, `a referral is sent with consent to ${office}`);
    referral = new URL(codeni.url()).pathname;
    receiver = await as(office);
    await receiver.goto('/referrals');
    is(await receiver.locator(`a[href="${referral}"]`).count() > 0, 'the other office receives it');
    const r = await say(receiver, referral);
    is(r.status === 200 && /15/.test(r.text) && !r.text.includes(name), 'and sees only what was consented');
    is(await fill(receiver, `${referral}/accept`, { words: 'El jueves a las 9' }) === 200 && /acept/i.test(await bodyOf(receiver)), 'and accepts');
    const letter = await download(receiver, `${referral}/letter.pdf`);
    is(letter.bytes.subarray(0, 5).toString() === '%PDF-', 'the letter is a PDF');
    await codeni.goto(kase);
    const withdraw = codeni.locator('form[action*="/consent/"][action$="/withdraw"]').first();
    is(await fill(codeni, await withdraw.getAttribute('action'), { words: 'Ya no quiere' }) === 200, 'consent is withdrawn');
    is((await say(receiver, referral)).status === 404, 'and the other office sees nothing any more');
    await receiver.goto('/referrals');
    is(!await receiver.locator(`a[href="${referral}"]`).count(), 'not even in its list');
  });

  await part('the notice to the prosecutor, from its step', async () => {
    await codeni.goto(kase);
    const step = await codeni.locator('main a[href^="/step/"]', { hasText: /aviso penal/i }).first().getAttribute('href', { timeout: 3000 });
    await codeni.goto(step);
    await codeni.locator('main a[href*="/refer?"]').click();
    await codeni.waitForLoadState();
    const options = await codeni.locator('[name=need] option').evaluateAll(o => o.map(x => x.value));
    const need = options.find(v => /justice|crime|penal|report/.test(v)) ?? options[0];
    await codeni.locator('[name=need]').selectOption(need);
    await send(codeni, codeni.locator('main form[method=get]'));
    is(await fill(codeni, `${kase}/refer`, { office: 'fiscalia-filadelfia', asked: 'Aviso penal', basis: 'duty', words: 'Deber de denunciar' }) === 200, 'the step leads to a referral');
    notice = new URL(codeni.url()).pathname;
    is(/\/referral\//.test(codeni.url()), 'and it is sent');
    await codeni.goto(step);
    is(!await formTo(codeni, `${step}/done`).count(), 'and completes the step');
  });

  await part('the justice dossier', async () => {
    fiscal = await as('fiscalia-filadelfia');
    const r = await say(fiscal, kase);
    is(r.status === 200, 'the prosecutor has the case');
    is(!await fiscal.locator('main a[href*="/person/"], main a[href*="/care_plan/"]').count() && !/Plan de atención/.test(r.text), 'without the protection dossier');
    await fiscal.goto(`${kase}/evidence/new`);
    const file = await fiscal.locator('main input[type=file]').first().getAttribute('name');
    is(await fill(fiscal, `${kase}/evidence/new`, { [file]: paper }) === 200, 'evidence is uploaded');
    evidence = new URL(fiscal.url()).pathname;
    is(/[0-9a-f]{64}/.test(await bodyOf(fiscal)), 'its hash is shown');
    const back = await download(fiscal, `${evidence}/file`);
    is(back.bytes.equals(paper.buffer), 'and the file comes back byte for byte');
    await fiscal.goto(`${kase}/custody/new`);
    is(await fill(fiscal, `${kase}/custody/new`) === 200, 'custody is handed over');
    for (const kind of ['fact', 'charge', 'hearing', 'judgment', 'restitution', 'payment']) {
      const values = { charge: { provisions: law.split('/').pop() }, restitution: { ordered: '5000000' }, payment: { amount: '5000000', last: 'yes' } }[kind] ?? {};
      if ((await fiscal.goto(`${kase}/${kind}/new`)).status() !== 200) { is(false, `the prosecutor may add: ${kind}`); continue; }
      for (const f of Object.keys(values)) if (!await fiscal.locator(`main [name="${f}"]`).count()) delete values[f];
      is(await fill(fiscal, `${kase}/${kind}/new`, values) === 200, `the prosecutor adds: ${kind}`);
    }
    is(/Restitución|Reparación/i.test((await say(fiscal, kase)).text), 'restitution stands on the case page');
    is((await say(codeni, evidence)).status === 404, 'CODENI does not open the evidence');
    is(!await codeni.goto(kase).then(() => codeni.locator('main a[href*="/evidence/"], main a[href*="/charge/"], main a[href*="/judgment/"]').count()), 'nor sees the justice dossier');
    const other = await codeni.locator('main a[href*="/screening/"]').first().getAttribute('href');
    is((await say(fiscal, other)).status === 404, 'the prosecutor does not open the protection dossier');
  });

  await part('places and employers', async () => {
    const add = async (kind, values) => {
      await fiscal.goto(`${kase}/${kind}/new`);
      const status = await fill(fiscal, `${kase}/${kind}/new`, values);
      return status === 200 && new URL(fiscal.url()).pathname;
    };
    const phone = '0000 777 345', first = await add('workplace', { name: 'Olería La Inventadísima', place_kind: 'brick_kiln', phone });
    is(first, 'the prosecutor writes down the workplace');
    await fiscal.goto(`${kase}/workplace/new`);
    if (js) {
      await fiscal.fill('[name=name]', 'La Inventadisima');
      await fiscal.fill('[name=phone]', '+595 0000777345');
      await fiscal.locator(`#look a[href="${first}"]`).waitFor();
      is(true, 'while she types, what her files hold stands above the form');
    }
    const again = await add('workplace', { name: 'La Inventadisima', place_kind: 'brick_kiln', phone: '0000-777345' });
    is(await fiscal.locator(`main a[href="${first}"]`).count() > 0 && /Por qué/.test(await bodyOf(fiscal)), 'written another way it is found again, with reasons');
    const id = first.split('/').pop();
    await send(fiscal, formTo(fiscal, `/thing/${again.split('/').pop()}/same/${id}`));
    is(/2 registros son/.test(await bodyOf(fiscal)), 'she says it is the same');
    await send(fiscal, fiscal.locator('form[action$="/undo"]').first());
    is(!/2 registros son/.test(await bodyOf(fiscal)), 'and undoes it');
    const boss = await add('employer', { name: 'Ladrillos Inventadísimos S.R.L.', employer_role: 'owner', employer_kind: 'firm', phone });
    is(!/Inventadísimos/.test(await bodyOf(fiscal)), 'whose name is veiled');
    await fiscal.locator('main a[href*="/open?to="]').click();
    await fiscal.waitForLoadState();
    await fill(fiscal, await fiscal.locator('main form[action$="/open"]').getAttribute('action'), { purpose: 'contact', reason: 'Para la acusación' });
    is(new URL(fiscal.url()).pathname === boss && /Inventadísimos/.test(await bodyOf(fiscal)), 'until she opens it, with a purpose and a reason');
    is(/Ese número está también en 2 registros/.test(await bodyOf(fiscal)), 'a number leads to records of another kind');
    await fiscal.goto('/find');
    await fill(fiscal, '/find/thing', { find_thing: 'inventadisima' });
    is(await fiscal.locator(`main a[href="${first}"]`).count() === 1, 'the search finds it in her files');
    is((await say(codeni, boss)).status === 404, 'CODENI sees none of it');
  });

  await part('without names', async () => {
    const dept = await as('secretaria-filadelfia');
    const r = await say(dept, '/department');
    is(r.status === 200 && !r.text.includes(name) && !r.text.includes(code), 'the department is seen without names or codes');
    is((await say(dept, '/first-days')).status === 200 && await dept.locator('main a[href^="/law/"]').count() > 0, 'the first days cite their legal basis');
    is((await say(dept, kase)).status !== 200 || !(await bodyOf(dept)).includes(name), 'the secretary reads no person');
  });

  await part('closing and reopening', async () => {
    const r = await say(codeni, `${kase}/close`);
    is(r.status === 200 && /falta/i.test(r.text) && !await formTo(codeni, `${kase}/close`).count(), 'closing says what is missing');
    await codeni.goto(`${kase}/safety_assessment/new`);
    is(await fill(codeni, `${kase}/safety_assessment/new`, { danger_now: 'no', safe_place_tonight: 'yes' }) === 200, 'safety is assessed');
    await fiscal.goto(notice);
    await fill(fiscal, `${notice}/accept`);
    is(await fill(fiscal, `${notice}/served`) === 200, 'the prosecutor answers the notice');
    await codeni.goto(notice);
    is(await fill(codeni, `${notice}/confirm`, { says: 'yes' }) === 200, 'and the sender confirms it');
    await codeni.goto(`${kase}/close`);
    const asked = await codeni.locator('[name=confirmed]').evaluateAll(b => b.map(x => x.value));
    is(await fill(codeni, `${kase}/close`, { ...(asked.length ? { confirmed: asked } : {}), reason: 'La familia está bien' }) === 200, 'the case is closed');
    is(!await codeni.locator('main a[href^="/step/"]').count(), 'and nobody owes a step');
    await codeni.goto(`${kase}/reopen`);
    is(await fill(codeni, `${kase}/reopen`, { reason: 'Volvió a pasar' }) === 200, 'a recurrence reopens it');
    is(!await codeni.locator(`a[href="${kase}/reopen"]`).count(), 'and it is open again');
  });

  await part('who read, who changed, breaking the glass', async () => {
    await codeni.goto(kase);
    const audits = await codeni.locator('main a[href$="/audit"]').evaluateAll(a => a.map(x => x.getAttribute('href')));
    let all = '';
    for (const a of audits) all += (await say(codeni, a)).text;
    is(audits.length >= 2 && /Llamar para la entrevista/.test(all), 'the opened identity is in the list of reads, with its reason');
    is(!all.includes(name), 'which shows no values');
    const stranger = await as('minna-central');
    const far = (await say(fiscal, `/emergency/${code}`)).status;
    const who = far === 200 ? fiscal : stranger;
    await who.goto(`/emergency/${code}`);
    is(await fill(who, `/emergency/${code}`, { which: 'protection', reason: 'Riesgo de vida esta noche, no atiende nadie' }) === 200, 'the glass is broken with a reason');
    is((await say(who, kase)).status === 200, 'and the case opens');
    is(/emergencia|vidrio|urgencia/i.test((await say(codeni, '/work')).text), 'the owner is told in her work');
  });

  await part('paper and tables', async () => {
    const pdf = await download(codeni, `${kase}/print.pdf`);
    is(pdf.status === 200 && pdf.bytes.subarray(0, 5).toString() === '%PDF-', 'the case prints as PDF');
    is(!pdf.bytes.includes(name), 'without the name');
    const csv = await download(codeni, '/export/cases.csv');
    const rows = csv.bytes.toString('utf8').trim().split(/\r?\n/).length - 1;
    is(csv.status === 200 && rows > 0 && csv.bytes.includes(code), `cases as CSV, ${rows} rows`);
    const xlsx = await download(codeni, '/export/cases.xlsx');
    const sheet = unzip(xlsx.bytes, 'xl/worksheets/sheet1.xml');
    is(xlsx.bytes.subarray(0, 2).toString() === 'PK' && (sheet.match(/<row /g) ?? sheet.match(/<row>/g) ?? []).length === rows + 1, 'and the same rows as XLSX');
  });

  await part('lock', async () => {
    await codeni.goto('/work');
    await send(codeni, codeni.locator('form[action="/lock"]'));
    await codeni.goto(kase);
    is(codeni.url().includes('/lock') && !(await bodyOf(codeni)).includes(code), 'a locked session shows nothing');
    await codeni.fill('[name=password]', 'equivocada');
    is(await send(codeni, formTo(codeni, '/unlock')) === 422, 'a wrong password does not unlock');
    await codeni.fill('[name=password]', 'amparo-demo');
    is(await send(codeni, formTo(codeni, '/unlock')) === 200 && codeni.url().includes(kase), 'the password unlocks where she was');
  });

  await part('quick exit', async () => {
    const p = await as();
    await p.goto('/');
    await p.goto('/report');
    await p.fill('[name=what]', 'algo escrito');
    await p.locator('#salir').click();
    await p.waitForLoadState();
    await p.waitForURL(/salir/);
    is(!/Amparo|trabaj|aviso/i.test(await p.locator('body').innerText()), 'the quick exit shows a page about something else');
    await p.goBack().catch(() => {});
    await p.waitForTimeout(300);
    is(!/Amparo|Contar|algo escrito/i.test(await p.locator('body').innerText()), 'Back does not return to the report');
    for (const path of ['/', '/report', '/receipt', '/?l=en'])
      is(!/Amparo|report|Contar/i.test(((await p.goto(path)), await p.locator('body').innerText())), `${path} answers with it too`);
  });

  for (const [who, p] of pages) {
    if (p.troubles.length) is(false, `${who}: nothing refused, nothing foreign: ${[...new Set(p.troubles)].join(' ')}`);
    await p.context().close();
  }
}

async function filled(form, values) {
  for (const [k, v] of Object.entries(values)) await form.locator(`[name="${k}"]`).fill(v);
  return form;
}

/** The whole walk on a demo of its own. */
export async function walked(js) {
  home = await house(process.argv[2], 12);
  browser = await launch();
  try {
    await walk(js);
  } finally {
    await browser.close();
    await home.end();
  }
  plan();
}
