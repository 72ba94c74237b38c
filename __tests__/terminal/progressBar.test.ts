import * as fc from 'fast-check';
import { Subject } from 'rxjs';
import { countText, spanText } from '../../lib/terminal/figures.js';
import {
  fractionOf,
  progressBar,
  progressBarText,
  progressLine,
} from '../../lib/terminal/progressBar.js';
import { screenOf } from '../../lib/terminal/screen.js';
import { statusLine, statusText } from '../../lib/terminal/statusLine.js';
import { textWidth } from '../../lib/terminal/textWidth.js';

describe('progressBarText', () => {
  const work = { done: 1500, total: 3000, label: 'flights', perSecond: 500 };

  it('shows label, bar, percent, counts, rate and time left', () => {
    const bar = '█'.repeat(11) + '░'.repeat(11);
    expect(progressBarText(work, { columns: 80 })).toBe(
      `flights ${bar}   50 %  1,500 of 3,000 rows  500 rows/s  3 s left`,
    );
  });

  it('drops figures from the right before it drops the bar', () => {
    const bar = '█'.repeat(12) + '░'.repeat(13);
    expect(progressBarText(work, { columns: 40 })).toBe(`flights ${bar}   50 %`);
    expect(progressBarText(work, { columns: 10 })).toBe('flights...');
  });

  it('never takes more than the columns there are', () => {
    const any = fc.record({
      done: fc.nat(1e7),
      total: fc.nat(1e7),
      label: fc.string({ unit: 'grapheme' }),
      perSecond: fc.nat(1e6),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 4, max: 200 }), (each, columns) => {
        expect(textWidth(progressBarText(each, { columns }))).toBeLessThanOrEqual(columns);
      }),
    );
  });

  it('colours the bar only when it may', () => {
    expect(progressBarText(work, { columns: 80 })).not.toContain('\u001b');
    expect(progressBarText(work, { columns: 80, colors: true })).toContain('\u001b[32m█');
  });

  it.each([
    [0, 10, 0],
    [5, 10, 0.5],
    [10, 10, 1],
    [11, 10, 1],
    [-1, 10, 0],
    [0, 0, 1],
  ])('says that %i of %i is %f', (done, total, fraction) => {
    expect(fractionOf({ done, total })).toBe(fraction);
  });

  it('says no time left when all is done or the rate is not known', () => {
    expect(progressLine({ done: 2, total: 2, perSecond: 1 })).toBe('100 %  2 of 2 rows  1 row/s');
    expect(progressLine({ done: 1, total: 2, unit: 'files' })).toBe('50 %  1 of 2 files');
  });

  it('counts one row in the singular, and a unit of the caller as it is given', () => {
    expect(progressLine({ done: 0, total: 1 })).toBe('0 %  0 of 1 row');
    expect(progressLine({ done: 1, total: 1, unit: 'files' })).toBe('100 %  1 of 1 files');
  });
});

describe('progressBar', () => {
  it('writes a line per tenth where nothing can be drawn over', () => {
    const lines: string[] = [];
    const screen = screenOf({ write: (text) => lines.push(text) }, {});
    const bar = progressBar({ total: 100, label: 'x' }, screen);
    for (let done = 0; done <= 100; done += 4) bar.update(done);
    bar.end();
    expect(lines).toHaveLength(11);
    expect(lines[0]).toBe('x 0 %  0 of 100 rows\n');
    expect(lines.at(-1)).toBe('x 100 %  100 of 100 rows\n');
  });
});

describe('statusText', () => {
  const progress = {
    name: 'actions',
    id: '0123456789',
    batchId: 12,
    batchDuration: 240,
    numInputRows: 100000,
    processedRowsPerSecond: 412345.6,
    eventTime: { watermark: '2001-01-02T08:00:00.000Z' },
    stateOperators: [
      { numRowsTotal: 3000, numRowsDroppedByWatermark: 0 },
      { numRowsTotal: 456, numRowsDroppedByWatermark: 2 },
    ],
  };

  it('says what a person watches', () => {
    expect(statusText(progress, { columns: 200 })).toBe(
      'actions  batch 12  100,000 rows in 240 ms  412,346 rows/s  watermark 2001-01-02T08:00:00.000Z  3,456 in state  2 late',
    );
  });

  it('drops parts that do not fit', () => {
    expect(statusText(progress, { columns: 62 })).toBe(
      'actions  batch 12  100,000 rows in 240 ms  412,346 rows/s',
    );
    expect(statusText(progress, { columns: 10 })).toBe('actions...');
  });

  it('goes without what a query does not have', () => {
    const { processedRowsPerSecond: _, ...rest } = progress;
    const bare = { ...rest, name: null, eventTime: {}, stateOperators: [] };
    expect(statusText(bare, { columns: 80 })).toBe('01234567  batch 12  100,000 rows in 240 ms');
    const one = { ...bare, numInputRows: 1, processedRowsPerSecond: 1 };
    expect(statusText(one, { columns: 80 })).toBe('01234567  batch 12  1 row in 240 ms  1 row/s');
  });
});

describe('statusLine', () => {
  const batch = (batchId: number) => ({
    name: 'ticks',
    id: '',
    batchId,
    batchDuration: 5,
    numInputRows: 2,
    eventTime: {},
    stateOperators: [],
  });

  it.each([
    [true, 'ticks  batch 0  2 rows in 5 ms', 2],
    [false, '', 0],
  ])('is drawn over by each batch, where that is possible (TTY: %p)', (isTTY, text, drawn) => {
    const written: string[] = [];
    const progress$ = new Subject<ReturnType<typeof batch>>();
    const out = { isTTY, columns: 80, rows: 24, write: (part: string) => written.push(part) };
    const shown = statusLine({ progress$ }, screenOf(out, {}));
    progress$.next(batch(0));
    progress$.next(batch(1));
    expect(written).toHaveLength(drawn);
    expect(written.join('')).toContain(text);
    expect(written[1]?.startsWith('\u001b[1Fticks  batch 1')).toBe(isTTY ? true : undefined);
    progress$.error(new Error('the query has failed'));
    expect(shown.closed).toBe(true);
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [1.25, '1.3'],
    [99.9, '99.9'],
    [100.4, '100'],
    [1234567, '1,234,567'],
    [Number.NaN, '–'],
  ])('count %p is %s', (value, text) => expect(countText(value)).toBe(text));

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [59499, '59 s'],
    [60000, '1:00 min'],
    [3599000, '59:59 min'],
    [3600000, '1:00:00 h'],
    [Number.POSITIVE_INFINITY, '–'],
  ])('span %p is %s', (ms, text) => expect(spanText(ms)).toBe(text));
});
