import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Checks, eventually, sleep } from './page/checks.mjs';
import { openBrowser } from './page/chromium.mjs';
import { poorContrast } from './page/contrast.mjs';
import { listen } from './page/listen.mjs';
import { planBox, resultRows, tableRows, text, tiles, times } from './page/pageReader.mjs';
import { firstFigures, onTerminal } from './page/startOnTerminal.mjs';
import { begin, minuteCounts, windowMs } from './page/streams.mjs';

/**
 * The live page in a real Chromium, over the built package. Screenshots go to temp/page.
 *
 *   npm run build && node scripts/testPage.mjs [folder of the build]
 */
const build = resolve(process.argv[2] ?? 'dist');
const millrace = await import(pathToFileURL(join(build, 'index.js')).href);
const shots = join('temp', 'page');
rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });

const checks = new Checks();
const check = (name, body) => checks.check(name, body);
const browser = await openBrowser();
const server = await millrace.livePage({ port: 0, rows: 10_000 });
const page = await browser.open(server.url);
const state = () => text(page, '#head .state');

await check('an empty page says what to do', async () => {
  await eventually(async () => assert.equal(await text(page, '#none h1'), 'No query runs yet'));
});

const minutes = minuteCounts(millrace);
await minutes.add(0, 'a', 'b', 'a');
await minutes.add(3, 'a', 'c', 'ignored');
await minutes.add(4, 'b');

/** The page has drawn the query's last batch. */
function caughtUp(query = minutes.query) {
  return eventually(async () => {
    const { note } = (await tiles(page))['Last batch'];
    assert.match(note, new RegExp(`^batch ${query.lastProgress.batchId} `));
  });
}

await check('its figures are those of lastProgress', async () => {
  await caughtUp();
  const progress = minutes.query.lastProgress;
  const shown = await tiles(page);
  assert.equal(shown.Input.value, String(progress.inputRowsPerSecond ?? ''));
  assert.equal(shown.Processing.value, String(progress.processedRowsPerSecond ?? ''));
  assert.equal(shown['Last batch'].value, String(progress.batchDuration));
  assert.equal(shown.State.value, String(progress.stateOperators[0].numRowsTotal));
  assert.equal(shown['Late rows'].value, '0');
  assert.equal((await times(page)).watermark, progress.eventTime.watermark);
  assert.equal((await times(page)).newest, progress.eventTime.max ?? '');
  const [newest] = await tableRows(page, '#batches');
  assert.equal(newest[0], String(progress.batchId));
  assert.equal(newest[1], String(progress.numInputRows));
  assert.equal(newest[2], String(progress.sink.numOutputRows));
});

await check('the plan shows each operator with its rows and its state', async () => {
  const total = minutes.query.recentProgress.reduce((sum, each) => sum + each.numInputRows, 0);
  assert.equal((await planBox(page, 'source-0'))[2], `${total} rows passed`);
  assert.equal((await planBox(page, 'where-0'))[2], `${total - 1} rows passed`);
  assert.match((await planBox(page, 'withWatermark-0'))[1], /waits 2 min/);
  const kept = minutes.query.lastProgress.stateOperators[0].numRowsTotal;
  assert.match((await planBox(page, 'aggregate-0'))[2], new RegExp(`^${kept} in state`));
  assert.match((await planBox(page, 'sink'))[2], new RegExp(`^${minutes.sink.rows().length} rows`));
});

const shownResult = async () =>
  (await resultRows(page)).map(([key, , n, mean]) => `${key} ${n} ${mean}`).sort();
const expectedResult = () =>
  minutes
    .result()
    .map(({ key, n, mean }) => `${key} ${n.toLocaleString('en-US')} ${mean}`)
    .sort();

await check('the table is what the sink has', async () => {
  assert.deepEqual(await shownResult(), expectedResult());
  await minutes.add(4, 'b', 'b', 'd');
  await caughtUp();
  assert.deepEqual(await shownResult(), expectedResult());
});

await check('a changed row flashes, one that is as it was does not', async () => {
  await minutes.add(4, 'd');
  await caughtUp();
  const flashed = await page.$$eval('#result .scroll tbody tr[data-flash]', (lines) =>
    lines.map((line) => line.firstChild.textContent),
  );
  assert.deepEqual(flashed, ['d']);
});

await check('a late row shows as late, where it fell', async () => {
  assert.equal(await page.$eval('#late', (section) => section.hidden), true);
  await minutes.add(0, 'a'); // its minute ended one minute before the watermark
  await caughtUp();
  assert.equal(minutes.query.lastProgress.stateOperators[0].numRowsDroppedByWatermark, 1);
  assert.equal((await tiles(page))['Late rows'].value, '1');
  assert.equal((await planBox(page, 'aggregate-0'))[3], '1 late');
  const [line] = await tableRows(page, '#late');
  assert.equal(line[3], 'aggregate-0');
  assert.match(line[5], /key: a/);
  assert.match(await text(page, '#time .story'), /1 row came too late/);
  const { cross, mark } = await page.$eval('#time svg', (drawing) => ({
    cross: drawing.querySelector('.late').getBoundingClientRect().left,
    mark: drawing.querySelector('.mark.watermark').getBoundingClientRect().left,
  }));
  assert.ok(cross < mark, 'the cross stands before the watermark');
  assert.deepEqual(await shownResult(), expectedResult());
});

await check('windows that the watermark has passed are final, others are open', async () => {
  const watermark = Date.parse(minutes.query.lastProgress.eventTime.watermark);
  assert.equal(watermark, begin + 2 * windowMs + (watermark - begin - 2 * windowMs));
  const names = await page.$$eval('#time .window title', (all) =>
    all.map((each) => each.textContent),
  );
  assert.ok(
    names.some((name) => name.includes('12:00') && name.endsWith('final')),
    names.join(),
  );
  assert.ok(
    names.some((name) => name.includes('12:04') && name.endsWith('open')),
    names.join(),
  );
});

await check('columns sort by keyboard', async () => {
  await page.focus('#result .scroll th:nth-child(3) button');
  await page.keyboard.press('Enter');
  const counts = () => tableRows(page, '#result').then((rows) => rows.map((row) => Number(row[2])));
  const up = await counts();
  assert.deepEqual(
    up,
    [...up].sort((a, b) => a - b),
  );
  await page.keyboard.press('Enter');
  assert.deepEqual(await counts(), [...up].reverse());
  assert.equal(
    await page.$eval('#result .scroll th:nth-child(3)', (th) => th.ariaSort),
    'descending',
  );
});

await check('everything that can be pressed is reached by Tab', async () => {
  await page.focus('.skip');
  const reached = new Set();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    reached.add(
      await page.evaluate(() => document.activeElement.id || document.activeElement.textContent),
    );
  }
  for (const name of ['theme', 'pause', 'stop'])
    assert.ok(reached.has(name), `${name} of ${[...reached]}`);
});

await check('pause holds back batches, resume lets them go', async () => {
  await page.click('#pause');
  await eventually(async () => assert.equal(await state(), 'paused'));
  assert.equal(minutes.query.isPaused, true);
  const before = minutes.query.lastProgress.batchId;
  minutes.addData([{ key: 'e', time: begin + 4 * windowMs, ms: 1 }]);
  await sleep(200);
  assert.equal(minutes.query.lastProgress.batchId, before);
  await page.click('#pause');
  await eventually(async () => assert.equal(await state(), 'running'));
  await minutes.query.processAllAvailable();
  await caughtUp();
  assert.ok((await shownResult()).some((row) => row.startsWith('e ')));
});

await check('a reload shows the same', async () => {
  const before = {
    rows: await shownResult(),
    tiles: await tiles(page),
    late: await tableRows(page, '#late'),
  };
  await page.reload();
  await caughtUp();
  assert.deepEqual(await shownResult(), before.rows);
  assert.deepEqual(await tableRows(page, '#late'), before.late);
  const after = await tiles(page);
  for (const name of ['Input', 'Last batch', 'Late rows', 'State']) {
    assert.equal(after[name].value, before.tiles[name].value, name);
  }
});

await check('colours of both schemes have enough contrast', async () => {
  for (const scheme of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await sleep(1300); // until nothing flashes
    assert.deepEqual(await poorContrast(page), [], scheme);
    await page.screenshot({ path: join(shots, `laptop-${scheme}.png`), fullPage: true });
  }
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
});

await check('it fits a phone', async () => {
  const phone = await browser.open(server.url, { width: 390, height: 844, scheme: 'dark' });
  await eventually(async () => assert.match(await text(phone, '#head h1'), /minutes/));
  await sleep(300);
  const over = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.equal(over, 0);
  await phone.screenshot({ path: join(shots, 'phone.png'), fullPage: true });
  await phone.close();
});

await check('a page at rest is told nothing and draws nothing', async () => {
  const heard = await listen(server.url);
  // The rates go down to 0.
  await eventually(async () => {
    const before = heard.count;
    await sleep(1000);
    assert.equal(heard.count, before);
  }, 15_000);
  const before = heard.count;
  await page.evaluate(() => {
    globalThis.drawn = 0;
    const counted = { subtree: true, childList: true, attributes: true, characterData: true };
    new MutationObserver((all) => (globalThis.drawn += all.length)).observe(document, counted);
  });
  await sleep(3000);
  assert.equal(heard.count, before);
  assert.equal(await page.evaluate(() => globalThis.drawn), 0);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  heard.close();
});

await check('stop stops, at the second press', async () => {
  await page.click('#stop');
  assert.equal(await text(page, '#stop'), 'Press again to stop');
  assert.equal(minutes.query.isActive, true);
  await page.click('#stop');
  await minutes.query.awaitTermination('5 seconds');
  assert.equal(minutes.query.isActive, false);
  await eventually(async () => assert.equal(await state(), 'stopped'));
  assert.equal(await page.$eval('#stop', (button) => button.disabled), true);
});

await check('a query that starts again takes the place of the one before', async () => {
  const again = minuteCounts(millrace);
  await again.add(7, 'x');
  await eventually(async () => {
    assert.equal(await state(), 'running');
    assert.deepEqual(
      (await resultRows(page)).map(([key]) => key),
      ['x'],
    );
  });
  await again.query.stop();
});

await check('10,000 groups, each in the table, and it stays quick', async () => {
  const many = minuteCounts(millrace, { queryName: 'many' });
  const rows = (ms) =>
    Array.from({ length: 10_000 }, (_, i) => ({ key: `key ${i}`, time: begin, ms }));
  for (let round = 1; round <= 5; round++) {
    many.addData(rows(round));
    await many.query.processAllAvailable();
  }
  await page.goto(`${server.url}#${many.query.runId}`);
  await page.reload();
  await eventually(async () => {
    assert.match(await text(page, '#result .titlebar .muted'), /of 10,000$/);
  });
  many.addData(rows(6));
  await many.query.processAllAvailable();
  await eventually(async () => {
    const found = await resultRows(page);
    assert.ok(found.every(([, , n]) => n === '6'));
    assert.equal(new Set(found.map(([key]) => key)).size, 10_000);
  }, 20_000);
  await page.screenshot({ path: join(shots, 'ten-thousand.png') });
  await many.query.stop();
});

await check('50 batches a second do not make it lag', async () => {
  const fast = minuteCounts(millrace, { queryName: 'fast' });
  await page.goto(`${server.url}#${fast.query.runId}`);
  await page.reload();
  await page.evaluate(() => {
    globalThis.busyMs = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.busyMs += duration;
    }).observe({ entryTypes: ['longtask'] });
  });
  const end = performance.now() + 4000;
  let n = 0;
  let worstLag = 0;
  const look = async () => {
    const last = fast.query.lastProgress?.batchId ?? 0;
    const seen = Number(
      /^batch ([\d,]+)/.exec((await tiles(page))['Last batch'].note)?.[1].replace(',', '') ?? 0,
    );
    worstLag = Math.max(worstLag, last - seen);
  };
  const looking = setInterval(() => void look(), 300);
  while (performance.now() < end) {
    n += 1;
    fast.addData([{ key: `k${n % 200}`, time: begin + n * 100, ms: n }]);
    await fast.query.processAllAvailable();
    await sleep(20);
  }
  clearInterval(looking);
  await caughtUp(fast.query);
  const busyMs = await page.evaluate(() => globalThis.busyMs);
  console.log(
    `        ${fast.query.lastProgress.batchId + 1} batches, at most ${worstLag} behind, long tasks ${Math.round(busyMs)} ms`,
  );
  assert.ok(worstLag < 150, `${worstLag} batches behind`);
  await fast.query.stop();
});

await check('a failure shows its code, its operator and what to do', async () => {
  const { memoryStream, memorySink, readStream, select, writeStream } = millrace;
  const source = memoryStream();
  const broken = writeStream(readStream(source).pipe(select((row) => row.missing.length)), {
    sink: memorySink(),
    queryName: '<img src=x onerror=alert(1)>',
  });
  await page.goto(`${server.url}#${broken.runId}`);
  await page.reload();
  source.addData({ n: 1 });
  await broken.awaitTermination().catch(() => undefined);
  await eventually(async () => assert.equal(await state(), 'failed'));
  const alert = await text(page, '#head [role=alert]');
  for (const part of ['BATCH_FAILED', 'select-0', 'undefined', 'What to do', 'deadLetter']) {
    assert.ok(alert.includes(part), `${part} in ${alert}`);
  }
  assert.equal(await text(page, '#head h1'), '<img src=x onerror=alert(1)>');
  assert.equal(await page.$eval('[data-id="select-0"]', (box) => box.dataset.failed), 'yes');
  await page.screenshot({ path: join(shots, 'failed.png') });
});

await check(
  'npm start: a page with moving figures, which stays after the summary until Ctrl-C',
  async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-start-'));
    const begun = performance.now();
    const job = onTerminal(`npm start -- --fresh --data ${data}`);
    try {
      const screen = (pattern, withinMs) =>
        eventually(() => {
          const found = pattern.exec(job.screen());
          assert.ok(found, job.screen().slice(-2000));
          return found;
        }, withinMs);
      const [, url] = await screen(/live page: (\S+)/, 60_000);
      const rows = await firstFigures(url);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(`        ${rows} rows on the page ${seconds} s after the command`);
      await screen(/the page stays at/, 180_000);
      assert.match(job.screen(), /flights +3,000,000 +as the plain loop/);
      const flights = await browser.open(url);
      await eventually(async () => assert.equal(await text(flights, '#head .state'), 'ended'));
      assert.equal((await planBox(flights, 'source-0'))[2], '3,000,000 rows passed');
      await flights.close();
      assert.equal(job.hasEnded(), false);
      job.interrupt();
      assert.ok([0, 130].includes(await job.ended), 'the shell below npm says 130 for Ctrl-C');
    } finally {
      job.kill();
      rmSync(data, { recursive: true, force: true });
    }
  },
);

await check('nothing went wrong in the console, nothing was asked of other hosts', async () => {
  assert.deepEqual(browser.problems, []);
});

await check('a process that ends leaves the page as it was, and says so', async () => {
  await server.close();
  await eventually(async () => assert.match(await text(page, '#connection'), /^not connected/));
  assert.match(await text(page, '#head [role=alert]'), /BATCH_FAILED/);
});

await browser.close();
console.log(`${checks.passed} passed, ${checks.failed} failed`);
process.exit(checks.failed === 0 ? 0 : 1);
