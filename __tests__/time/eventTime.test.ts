import { runInNewContext } from 'node:vm';
import { DateTime } from 'luxon';
import { StreamingError } from '../../lib/errors.js';
import { eventTimeMs } from '../../lib/time/eventTime.js';

describe('eventTimeMs', () => {
  it('takes Dates, numbers and DateTimes', () => {
    expect(eventTimeMs(new Date(5))).toBe(5);
    expect(eventTimeMs(DateTime.fromMillis(7, { zone: 'Europe/Paris' }))).toBe(7);
    expect(eventTimeMs(-3)).toBe(-3);
    expect(eventTimeMs(8.64e15)).toBe(8.64e15);
    expect(eventTimeMs(runInNewContext('new Date(9)'))).toBe(9);
  });

  it('floors fractions on both sides of the epoch', () => {
    expect(eventTimeMs(1.999)).toBe(1);
    expect(eventTimeMs(-0.5)).toBe(-1);
    expect(Object.is(eventTimeMs(-0), 0)).toBe(true);
  });

  it('gives NaN for no event time', () => {
    for (const none of [null, undefined, Number.NaN]) expect(eventTimeMs(none)).toBeNaN();
  });

  it.each([
    ['text', '2024-01-01', '"2024-01-01"'],
    ['an invalid Date', new Date(Number.NaN), 'an invalid Date'],
    ['an invalid DateTime', DateTime.invalid('why'), 'an invalid DateTime'],
    ['infinity', Infinity, 'Infinity'],
    ['a time no Date can hold', 8.64e15 + 1, '8640000000000001'],
    ['a bigint', 5n, '5 (bigint)'],
    ['a boolean', true, 'true'],
    ['an object', {}, 'an object'],
  ])('refuses %s', (_, value, shown) => {
    expect(() => eventTimeMs(value)).toThrow(shown);
    try {
      eventTimeMs(value);
    } catch (error) {
      expect(error instanceof StreamingError && error.code).toBe('EVENT_TIME_INVALID');
    }
  });
});
