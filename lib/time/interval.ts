/** A span as SQL keeps it: months have no fixed length, so they stay beside the milliseconds. */
export interface Interval {
  readonly months: number;
  readonly ms: number;
}

/** What one of a unit is worth. */
export const unitValues: ReadonlyMap<string, Interval> = new Map(
  (
    [
      ['microsecond', 0, 0.001],
      ['millisecond', 0, 1],
      ['second', 0, 1000],
      ['minute', 0, 60_000],
      ['hour', 0, 3_600_000],
      ['day', 0, 86_400_000],
      ['week', 0, 604_800_000],
      ['month', 1, 0],
      ['year', 12, 0],
    ] as const
  ).flatMap(([name, months, ms]) => [
    [name, { months, ms }],
    [`${name}s`, { months, ms }],
  ]),
);

/** The units as an error message lists them. */
export const unitNames =
  'years, months, weeks, days, hours, minutes, seconds, milliseconds or microseconds';
