// test_find.mjs AMPARO - somebody says a name on the telephone: which file is it?  Her
// own files, then everyone as a question that counts.  The same brick kiln told three
// times: one case.  With JavaScript and without.
import { bodyOf, fill, formTo, house, launch, ok, part, plan, send, visitor } from './house.mjs';

const home = await house(process.argv[2], 12), browser = await launch();
const shot = (p, name) => process.env.SHOTS && p.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true });
const NAME = 'Ysapy Inventada Prueba';
let path;                                          // her case

for (const js of [false, true]) {
  const is = (good, what) => ok(good, `${js ? 'with' : 'without'} JavaScript: ${what}`);
  const width = js ? 1280 : 390;

  await part('find a person', async () => {
    const p = await visitor(browser, home.base, { login: 'codeni-filadelfia', js, width });
    await p.goto('/cases');
    path ??= await p.locator('main a[href^="/case/01"]').first().getAttribute('href');
    if (!js) {
      await p.goto(`${path}/person/new`);
      const made = await fill(p, `${path}/person/new`, { code: 'P7', first_name: 'Ysapy', second_name: 'Inventada Prueba',
        birthdate: '05/04/2012', role: 'affected', sex: 'female' });
      is(made === 200, 'somebody is on record');
    }
    await p.goto('/work');
    await p.locator('main a[href="/find"]').click();
    is(/\/find$/.test(p.url()), 'from My work');
    await shot(p, `find-${width}`);
    const form = () => formTo(p, '/find').last();
    await form().locator('[name=find_name]').fill('Nadie');
    is(await send(p, form()) === 422 && (await p.locator('[name=find_name]').inputValue()) === 'Nadie', 'one word says too little, and stays');
    await form().locator('[name=find_name]').fill('Isapi Imbentada Prueva');
    await form().locator('[name=find_born]').fill('2012');
    is(await send(p, form()) === 200, 'a name as it was heard');
    is((await bodyOf(p)).includes('robable'), 'is told how likely');
    is(await p.locator(`main a[href^="${path}/person/"]`).count() === 1, 'and which file');
    is(!(await bodyOf(p)).includes('Ysapy'), 'without the name that stands there');
    is(!/Isapi|2012/.test(p.url()) && !(await p.title()).includes('Isapi'), 'nothing typed in the address or the title');
    is(await p.locator('input[autocomplete=on]').count() === 0 && await p.locator('form[action="/find"][autocomplete=off]').count() > 0, 'nor kept by the browser');
    is(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits');
    await shot(p, `find-own-${width}`);
    await p.context().close();
  });

  await part('ask everyone', async () => {
    const p = await visitor(browser, home.base, { login: 'policia-asuncion', js, width });
    await p.goto('/find');
    const form = formTo(p, '/find').last();
    await form.locator('[name=find_name]').fill(NAME);
    await form.locator('[name=find_born]').fill('5/4/2012');
    await send(p, form);
    is(!(await bodyOf(p)).includes('Boquer'), 'another office sees nothing of her');
    const all = () => p.locator('form[action="/find"]').filter({ has: p.locator('[name=act][value=everyone]') });
    is(await send(p, all()) === 422, 'asking everyone wants a purpose');
    await all().locator('[name=purpose]').fill('Control en la terminal; aviso a la consejería hoy');
    is(await send(p, all()) === 200 && (await bodyOf(p)).includes('Boquer'), 'and is told the department');
    is(await p.locator('main a[href^="/case/"]').count() === 0 && !(await bodyOf(p)).includes('Filadelfia'), 'no file and no district');
    await shot(p, `find-everyone-${width}`);
    const tell = p.locator('form[action="/find"]').filter({ has: p.locator('[name=act][value=tell]') }).first();
    is(await send(p, tell) === 200 && (await bodyOf(p)).includes('ya sabe que'), 'that office hears that she asks');
    is(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits');
    is(p.troubles.length === 0, `no errors (${p.troubles.join('; ')})`);
    await p.context().close();
  });

  await part('who is told', async () => {
    const p = await visitor(browser, home.base, { login: 'codeni-filadelfia', js, width });
    await p.goto('/work');
    is((await bodyOf(p)).includes('Otra oficina busc'), 'her office knows that someone looked');
    const s = await visitor(browser, home.base, { login: 'secretaria-filadelfia', js, width });
    is((await s.goto('/find')).status() === 403, 'who opens no name looks for none');
    await s.goto('/admin/review');
    is((await bodyOf(s)).includes('Control en la terminal'), 'who supervises reads what for');
    await p.context().close();
    await s.context().close();
  });

  await part('the same kiln told again', async () => {
    const p = await visitor(browser, home.base, { js, width });
    const word = js ? 'Ysyry' : 'Tebicuary';
    for (const where_text of [`Olería detrás del puente ${word}, camino a Colonia Ejemplo`, `la oleria cerca del puente ${word}, colonia ejemplo`]) {
      await p.goto('/report');
      is(await fill(p, '/report', { place: 'PY-19', what: 'Chicos haciendo ladrillos. Aviso inventado.', where_text, signs: ['hazards'] }) === 200, 'a neighbour tells');
    }
    await p.context().close();
    const q = await visitor(browser, home.base, { login: 'codeni-filadelfia', js, width });
    await q.goto('/signals?show=all');
    const [second, first] = await q.locator('main a[href^="/signal/01"]').evaluateAll(a => a.slice(0, 2).map(x => x.getAttribute('href')));
    await q.goto(first);
    const open = formTo(q, `${first}/open`);
    await open.locator('[name=title]').fill('olería');
    await open.locator('[name=cl]').check();
    is(await send(q, open) === 200, 'the first becomes a case');
    const path = new URL(q.url()).pathname;
    await q.goto(second);
    is((await bodyOf(q)).includes('Ya lo cont') && (await bodyOf(q)).includes(word.toLowerCase()), 'the second is seen beside it, and why');
    await shot(q, `near-${width}`);
    const same = q.locator(`form[action^="${second}/same/"]`).first();
    is(await send(q, same) === 200 && (await bodyOf(q)).includes('El mismo asunto'), 'one matter');
    await shot(q, `near-linked-${width}`);
    await q.goto(path);
    is(await q.locator(`main a[href="${second}"]`).count() === 1, 'stands in the case');
    await shot(q, `near-case-${width}`);
    await q.goto(second);
    is(await send(q, q.locator('form[action$="/undo"]').first()) === 200 && await q.locator(`form[action="${second}/open"]`).count() === 1, 'undone, it waits again');
    is(await q.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits');
    is(q.troubles.length === 0, `no errors (${q.troubles.join('; ')})`);
    await q.context().close();
  });

  await part('persons counted once', async () => {
    const p = await visitor(browser, home.base, { login: 'secretaria-filadelfia', js, width });
    await p.goto('/department');
    await p.locator('main a[href="/programme/persons"]').click();
    is((await bodyOf(p)).includes('Personas contadas una vez') && await p.locator('main h2').count() === 6, 'the total and five tables');
    await shot(p, `programme-${width}`);
    const sheet = await p.request.get('/programme/persons.csv');
    is(sheet.status() === 200 && /^.?Por,Cu/.test(await sheet.text()), 'and a sheet');
    if (js) {                                       // enough people for tables
      const o = await visitor(browser, home.base, { login: 'codeni-filadelfia', js });
      for (let i = 0; i < 9; i++) {
        await o.goto(`${path}/person/new`);
        await fill(o, `${path}/person/new`, { code: `Q${i}`, first_name: `Prueba ${i}`, second_name: `Inventada ${'ABCDEFGHI'[i]}`, age_years: i < 6 ? '13' : '16', role: 'affected', sex: 'male' });
      }
      await o.context().close();
      await p.goto('/programme/persons');
      is((await bodyOf(p)).includes('no se muestra') || (await bodyOf(p)).includes('menos de 5'), 'small numbers are not shown');
      await shot(p, `programme-full-${width}`);
    }
    is(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits');
    is(p.troubles.length === 0, `no errors (${p.troubles.join('; ')})`);
    await p.context().close();
  });
}

ok(!/Ysapy|Isapi/.test(home.log()), 'no name in the log of the server');
await browser.close();
await home.end();
plan();
