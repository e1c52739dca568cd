import { chromium } from 'playwright-core';
const base = process.env.BASE || 'http://127.0.0.1:8101';
const login = process.argv[2];
const pages = process.argv.slice(3);
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const ctx = await b.newContext({ viewport: { width: Number(process.env.W || 1280), height: 900 }, javaScriptEnabled: process.env.JS !== '0' });
const p = await ctx.newPage();
p.on('console', m => { if (m.type() === 'error') console.log('console:', m.text()); });
if (login !== '-') {
  await p.goto(base + '/sign-in');
  await p.fill('[name=login]', login); await p.fill('[name=password]', 'amparo-demo');
  await Promise.all([p.waitForNavigation(), p.click('main button')]);
  console.log('after login:', p.url());
}
let i = 0;
for (const path of pages) {
  let r;
  if (path.startsWith('click:')) { await Promise.all([p.waitForNavigation(), p.click(path.slice(6))]); console.log(p.url()); }
  else { r = await p.goto(base + path); console.log(path, r.status()); }
  await p.screenshot({ path: `/tmp/shot${process.env.W || ''}-${i++}.png`, fullPage: process.env.FULL !== '0' });
}
await b.close();
