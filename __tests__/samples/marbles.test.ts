import { TestScheduler } from 'rxjs/testing';
import { type Click, rageClicks } from '../../samples/marbles/rageClicks.js';

const click = (button: string, at: number): Click => ({ button, at });

function runMarbles(test: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
}

describe('rageClicks', () => {
  it('names a button when the watermark has passed the second', () => {
    runMarbles(({ cold, expectObservable }) => {
      const clicks = {
        a: click('save', 100),
        b: click('save', 300),
        c: click('save', 200), // out of order
        d: click('open', 1_050), // watermark 950: the first second is still open
        e: click('open', 1_100), // watermark 1000
      };
      const rows = { x: { key: 'save', window: { start: 0, end: 1_000 }, count: 3 } };
      const clicks$ = cold('-a-b-c-d-e-|', clicks);
      const expected = '    ---------x-|';
      expectObservable(rageClicks(clicks$)).toBe(expected, rows);
    });
  });

  it('leaves out a click that comes after its second was counted', () => {
    runMarbles(({ cold, expectObservable }) => {
      const clicks = {
        a: click('save', 100),
        b: click('save', 300),
        c: click('open', 1_200), // watermark 1100
        l: click('save', 900), // late: it would be the third
      };
      const clicks$ = cold('-a-b-c-l-|', clicks);
      const expected = '    ---------|';
      expectObservable(rageClicks(clicks$)).toBe(expected);
    });
  });

  it('counts what is open when the clicks end', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const clicks = { a: click('save', 100), b: click('save', 200), c: click('save', 300) };
      const rows = { x: { key: 'save', window: { start: 0, end: 1_000 }, count: 3 } };
      const clicks$ = cold('-(abc)---|', clicks);
      const subscribed = '  ^--------!';
      const expected = '    ---------(x|)';
      expectObservable(rageClicks(clicks$)).toBe(expected, rows);
      expectSubscriptions(clicks$.subscriptions).toBe(subscribed);
    });
  });

  it('passes an error of the app on', () => {
    runMarbles(({ cold, expectObservable }) => {
      const clicks$ = cold('-a-#', { a: click('save', 100) });
      const expected = '    ---#';
      expectObservable(rageClicks(clicks$)).toBe(expected);
    });
  });
});
