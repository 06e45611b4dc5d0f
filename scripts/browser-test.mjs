// The html report in a real browser: what is drawn, filter, sort, keys, colours, hostile names, times.
// Usage: node browser-test.mjs SMALL.html LARGE.html SCREENSHOT.png; scripts/browser-test.sh prepares all of it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(`${process.env.BROWSER_TEST_MODULES}/`);
const { chromium } = require('playwright-core');
const [small, large, screenshot] = process.argv.slice(2);
const RENDER_MS_MAX = 1000;
const FILTER_MS_MAX = 100;
// Where other things run on the machine, times are told and not judged.
const JUDGE_TIMES = !process.env.BROWSER_TEST_GATE;
// The code that says that the browser failed, and not the page.
const NO_BROWSER = 3;
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGS }).catch((error) => {
  console.error(String(error));
  process.exit(NO_BROWSER);
});

// Notes in the page when the table can be seen, and when all of the page has been read. Until the second frame: what was
// drawn has been painted.
function noteTimes() {
  const times = window.times = {};
  const look = () => {
    const { ready, complete } = document.documentElement?.dataset ?? {};
    if (ready && !('painted' in times)) {
      times.painted = NaN;
      requestAnimationFrame(() => requestAnimationFrame(() => { times.painted = performance.now(); }));
    }
    if (complete) times.complete ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-ready', 'data-complete'] });
}

async function opened(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light', ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') trouble.push(message.text()); });
  page.on('request', (request) => { if (!request.url().startsWith('file:')) trouble.push(`request of ${request.url()}`); });
  await page.addInitScript(noteTimes);
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => window.times.painted > 0 && window.times.complete > 0);
  const { painted, complete } = await page.evaluate(() => window.times);
  return { page, context, trouble, painted, complete };
}

const count = (page) => page.locator('#count').textContent();
const firstCells = (page, column) => page.evaluate((n) => [...document.querySelectorAll('#rows [role=row]')]
  .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))
  .map((row) => row.children[n].textContent), column);

async function smallReport() {
  const { page, context, trouble } = await opened(small);
  assert.equal(await count(page), '10 findings');
  assert.equal(await page.locator('#rows [role=row]').count(), 10);
  assert.equal(await page.locator('#charts .chart').count(), 4);
  assert.ok(await page.locator('#charts svg rect').count() >= 8);
  assert.equal(await page.title(), 'Secrets found by scanner-rs', 'a hostile name ran as a script');
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(await page.locator('#cards b').allTextContents(), ['10', '1', '5', '10', '12,044', '3', 'complete']);

  await page.locator('#columns button', { hasText: 'Line' }).click();
  const lines = (await firstCells(page, 4)).map(Number);
  assert.deepEqual(lines, [...lines].sort((a, b) => a - b));
  await page.locator('#columns button', { hasText: 'Line' }).click();
  assert.deepEqual((await firstCells(page, 4)).map(Number), lines.reverse());
  assert.equal(await page.locator('[aria-sort=descending]').textContent(), 'Line');

  const bar = page.locator('#charts button[data-group=severity][data-value=high]');
  await bar.click();
  assert.equal(await bar.getAttribute('aria-pressed'), 'true');
  assert.deepEqual(new Set(await firstCells(page, 0)), new Set(['high']));
  await page.locator('#clear').click();
  assert.equal(await count(page), '10 findings');

  await page.locator('#query').fill('no such thing');
  assert.equal(await count(page), '0 of 10 findings');
  await page.locator('#grid').focus();
  await page.keyboard.press('Enter');
  assert.equal(await page.locator('#detail').isVisible(), false);
  await page.locator('#clear').click();
  assert.deepEqual(trouble, []);
  await context.close();
}

async function keys() {
  const { page, context, trouble } = await opened(small);
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'query');
  await page.keyboard.type('script');
  assert.equal(await count(page), '1 of 10 findings');
  await page.locator('#query').fill('');
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'grid');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#grid').getAttribute('aria-activedescendant'), 'row-1');
  await page.keyboard.press('End');
  assert.equal(await page.locator('#grid').getAttribute('aria-activedescendant'), 'row-9');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  assert.ok(await page.locator('#detail').isVisible());
  assert.match(await page.locator('#detail .context').textContent(), /EXAMPLE_TOKEN=ext_…/);
  assert.ok(await page.locator('#detail .chain li').count() >= 2);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('#detail').isVisible(), false);
  assert.deepEqual(trouble, []);
  await context.close();
}

async function colours() {
  const shade = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await opened(small, { colorScheme: 'dark' });
  assert.equal(await shade(dark.page), 'rgb(20, 23, 27)');
  await dark.page.locator('#theme').click();
  assert.equal(await shade(dark.page), 'rgb(246, 247, 249)');
  await dark.context.close();
  const { page, context } = await opened(small);
  assert.equal(await shade(page), 'rgb(246, 247, 249)');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.locator('.filters').isVisible(), false);
  await context.close();
}

async function largeReport() {
  const { page, context, trouble, painted, complete } = await opened(large);
  assert.equal(await count(page), '20,000 findings');
  assert.ok(await page.locator('#rows [role=row]').count() < 100, 'only what is seen is drawn');
  const timed = (text) => page.evaluate((value) => new Promise((done) => {
    const query = document.getElementById('query');
    const start = performance.now();
    query.value = value;
    query.dispatchEvent(new Event('input'));
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)));
  }), text);
  const times = [];
  for (const text of ['settings-1', 'terraform token', 'zzz', '']) times.push(await timed(text));
  await page.locator('#grid').focus();
  await page.keyboard.press('End');
  assert.equal(await page.locator('#row-19999').count(), 1);
  const slowest = Math.max(...times);
  console.log(`20,000 findings: drawn after ${painted.toFixed(0)} ms, all read after ${complete.toFixed(0)} ms, slowest filter ${slowest.toFixed(0)} ms`);
  assert.ok(!JUDGE_TIMES || painted <= RENDER_MS_MAX, `drawn after ${painted} ms`);
  assert.ok(!JUDGE_TIMES || slowest <= FILTER_MS_MAX, `filtered in ${slowest} ms`);
  assert.deepEqual(trouble, []);
  await context.close();
}

async function picture() {
  const { page, context } = await opened(large, { viewport: { width: 1360, height: 860 } });
  await page.evaluate(() => { document.getElementById('grid').style.height = '330px'; document.getElementById('detail').style.maxHeight = '330px'; });
  await page.locator('#grid').focus();
  await page.keyboard.press('Enter');
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: screenshot });
  await context.close();
}

try {
  await smallReport();
  await keys();
  await colours();
  await largeReport();
  await picture();
  console.log('html report: all checks passed');
} catch (error) {
  console.error(error);
  process.exitCode = browser.isConnected() ? 1 : NO_BROWSER;
} finally {
  await browser.close();
}
