// Looks at every page of a directory with Debian's Chromium, offline, and prints what it saw.
//
//   node look.mjs DIRECTORY > seen.json
//
// DIRECTORY/tasks.json: {"pages": [name], "payloads": [name]}; the pages are DIRECTORY/<name>.html.
import fs from 'node:fs';
import path from 'node:path';
import {createRequire} from 'node:module';

const require = createRequire(import.meta.url);
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const directory = path.resolve(process.argv[2]);
const tasks = JSON.parse(fs.readFileSync(path.join(directory, 'tasks.json'), 'utf8'));
const PATIENCE = 120_000;  // milliseconds: machines that test are busy with the rest of the tests
const address = name => 'file://' + path.join(directory, `${name}.html`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function opened(name, options, act) {
  const context = await browser.newContext({reducedMotion: 'reduce', ...options});
  context.setDefaultTimeout(PATIENCE);
  await context.setOffline(true);
  const page = await context.newPage();
  const requests = [];
  const blocked = [];
  page.on('request', r => requests.push(r));
  page.on('console', m => { if (/Content Security Policy/.test(m.text())) blocked.push(m.text()); });
  await page.goto(address(name));
  const result = await act(page);
  await context.close();
  // neither the page itself, nor its embedded fonts, nor what the policy stopped left the page
  const asked = requests.filter(r => r.failure()?.errorText !== 'csp').map(r => r.url())
    .filter(u => u !== address(name) && !u.startsWith('data:font/'));
  return {...result, requests: asked, blocked: blocked.length};
}

const unfold = page => page.evaluate(() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
});

async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, {resultTypes: ['violations']}));
  return found.violations.map(v => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html}`);
}

const seen = {axe: {}, narrow: {}, screen: {}, script: {}, print: {}, payloads: {}};
async function look(name) {
  seen.screen[name] = await opened(name, {}, async page => {
    await unfold(page);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({colorScheme});
      for (const width of [1280, 390]) {
        await page.setViewportSize({width, height: 900});
        seen.axe[`${name} ${colorScheme} ${width}`] = await violations(page);
      }
    }
    for (const width of [320, 768, 1280]) {
      await page.setViewportSize({width, height: 700});
      seen.narrow[`${name} ${width}`] = await page.evaluate(() => document.documentElement.scrollWidth);
    }
    return {};
  });
  const shots = [];
  for (const javaScriptEnabled of [true, false]) {
    await opened(name, {javaScriptEnabled, viewport: {width: 1280, height: 900}}, async page => {
      shots.push(await page.screenshot({clip: {x: 0, y: 0, width: 1280, height: 8000},
        fullPage: true, animations: 'disabled'}));
      return {};
    });
  }
  seen.script[name] = {same: shots[0].equals(shots[1]), bytes: shots[0].length};
  seen.print[name] = await opened(name, {viewport: {width: 688, height: 1001}}, async page => {
    await page.emulateMedia({media: 'print'});
    const bottom = await page.evaluate(() =>
      document.getElementById('dimensions').getBoundingClientRect().bottom + scrollY);
    await page.pdf({path: path.join(directory, `${name}.pdf`), preferCSSPageSize: true,
      printBackground: true, tagged: true});
    return {bottom};
  });
}
for (const name of tasks.pages) await look(name);
for (const name of tasks.payloads) {
  seen.payloads[name] = await opened(name, {viewport: {width: 1280, height: 900}}, async page => {
    await page.waitForTimeout(100);
    return page.evaluate(() => ({
      landed: document.getElementById('payload') !== null,
      owned: window.owned === 1,
      hidden: getComputedStyle(document.querySelector('main')).display === 'none',
      red: getComputedStyle(document.getElementById('payload')).color === 'rgb(255, 0, 0)',
    }));
  });
}
await browser.close();
process.stdout.write(JSON.stringify(seen));
