/**
 * A half-open span of event time, `start <= t < end`: Dates, or ms since the epoch with
 * `timestamps: 'ms'`.
 */
export interface TimeWindow<T extends Date | number = Date> {
  readonly start: T;
  readonly end: T;
}
