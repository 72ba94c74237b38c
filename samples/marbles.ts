/**
 * A marble test of event time: RxJS's TestScheduler draws the clicks and what comes out of the pipe.
 *
 * Here it runs with Node's assert; `__tests__/samples/marbles.test.ts` is the same for jest, to copy.
 *
 *     npm run sample -- marbles
 */
import assert from 'node:assert/strict';
import { TestScheduler } from 'rxjs/testing';
import { type Click, rageClicks } from './marbles/rageClicks.js';

const scheduler = new TestScheduler((actual, expected) => {
  assert.deepEqual(actual, expected);
  for (const { frame, notification } of actual) console.log(`${frame} ms`, notification);
});

scheduler.run(({ cold, expectObservable }) => {
  const clicks: Record<string, Click> = {
    a: { button: 'save', at: 100 },
    b: { button: 'save', at: 300 },
    c: { button: 'save', at: 200 }, // out of order
    d: { button: 'open', at: 1_050 }, // the watermark is 950: the first second is still open
    e: { button: 'open', at: 1_100 }, // now it is 1000
  };
  const rows = { x: { key: 'save', window: { start: 0, end: 1_000 }, count: 3 } };

  const clicks$ = cold('-a-b-c-d-e-|', clicks);
  const expected = '    ---------x-|';
  expectObservable(rageClicks(clicks$)).toBe(expected, rows);
});
