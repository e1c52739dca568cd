// test_comfort.mjs AMPARO - what spares work, in a browser: a receipt on paper, what
// was typed given back after a lock, articles from lists; with JavaScript and without.
import { readFileSync } from 'node:fs';
import { bodyOf, fill, formTo, house, launch, ok, part, plan, send, visitor } from './house.mjs';

const home = await house(process.argv[2], 30), browser = await launch();

for (const js of [false, true]) {
  const is = (good, what) => ok(good, `${js ? 'with' : 'without'} JavaScript: ${what}`);

  await part('the receipt on paper', async () => {
    const p = await visitor(browser, home.base, { js });
    await p.goto('/report');
    is(await fill(p, '/report', { what: 'Una situación inventada para la prueba.' }) === 200, 'a report is sent');
    const receipt = (await bodyOf(p)).match(/\d{4} \d{4} \d{4} \d{4}/)?.[0];
    is(receipt, 'the receipt is shown');
    const [file] = await Promise.all([p.waitForEvent('download'), formTo(p, '/receipt/paper').locator('button').click()]);
    const bytes = readFileSync(await file.path());
    is(bytes.subarray(0, 5).toString() === '%PDF-' && bytes.length > 1000, 'and comes as PDF');
    is(!/trabajo|trata|labour|infan/i.test(file.suggestedFilename()), `under a name that says nothing (${file.suggestedFilename()})`);
    await p.context().close();
  });

  await part('typed when the lock came', async () => {
    const p = await visitor(browser, home.base, { login: 'codeni-filadelfia', js });
    await p.goto('/signals?show=all');
    const signal = await p.locator('main a[href^="/signal/01"]').first().getAttribute('href');
    await p.goto(signal);
    const words = `Lo estamos mirando (${js ? 'uno' : 'dos'}).`, form = formTo(p, `${signal}/answer`);
    const closed = p.locator('details:not([open])').filter({ has: form });
    if (await closed.count()) await closed.first().locator('summary').click();
    await form.locator('[name=words]').fill(words);
    const other = await p.context().newPage();                      // she got up: locked elsewhere
    await other.goto('/work');
    await send(other, formTo(other, '/lock'));
    await other.goto(`${home.base}/work`);
    is(/\/lock/.test(other.url()), 'the session is locked');
    await other.close();
    await send(p, form);
    is(/\/lock/.test(p.url()), 'what she sends then asks for her password');
    is(!(await p.content()).includes(words), 'and the locked page does not show it');
    await p.fill('[name=password]', 'amparo-demo');
    is(await send(p, formTo(p, '/unlock')) === 200, 'the password opens it');
    await send(p, formTo(p, `${signal}/answer`));
    await p.goto(signal);
    is((await bodyOf(p)).includes(words), 'and one button sends what she had typed');
    is(p.troubles.length === 0, `no errors (${p.troubles.join('; ')})`);
    await p.context().close();
  });

  await part('articles from lists', async () => {
    const p = await visitor(browser, home.base, { login: 'fiscalia-filadelfia', js, width: 390 });
    await p.goto('/cases');
    const cases = await p.locator('main a[href^="/case/"]').evaluateAll(a => a.map(x => x.getAttribute('href')));
    let found = false;
    for (const k of cases.slice(0, 8)) {
      const r = await p.goto(`${k}/charge/new`);
      if (r.status() !== 200) continue;
      found = true;
      is(await p.locator('select[name=provisions] optgroup').count() > 2, 'grouped by law');
      await p.fill('[name=suspect]', 'Persona inventada');
      await p.fill('[name=fact_date]', '05/06/2009');
      await send(p, formTo(p, `${k}/charge/new`), p.locator('[name="form.again"]'));
      is(await p.inputValue('[name=suspect]') === 'Persona inventada', 'what was typed stays');
      is(await p.locator('select[name=provisions] option[value=PY-L045]').count() === 0, 'without the law that came later');
      if (process.env.SHOTS) await p.screenshot({ path: `${process.env.SHOTS}/charge-${js}.png`, fullPage: true });
      break;
    }
    is(found, 'there was a case to charge');
    is(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'fits a telephone');
    await p.context().close();
  });
}

await browser.close();
await home.end();
plan();
