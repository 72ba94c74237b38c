import { Waiters } from '../../lib/query/waiters.js';
import { manualClock } from '../../lib/testing/index.js';

it('those who wait are not kept once their time is up', async () => {
  const waiters = new Waiters();
  const clock = manualClock();
  const short = waiters.wait(clock, 10);
  const long = waiters.wait(clock, undefined);
  clock.advance(10);
  expect(await short).toBe(false);
  expect(waiters.size).toBe(1);
  waiters.release();
  expect(await long).toBe(true);
  expect(waiters.size).toBe(0);
  expect(clock.waiting).toBe(0);
});

it('those who are in time leave no timer', async () => {
  const waiters = new Waiters();
  const clock = manualClock();
  const answer = waiters.wait(clock, 10);
  waiters.release();
  expect(await answer).toBe(true);
  expect(clock.waiting).toBe(0);
});
