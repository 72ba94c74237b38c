/**
 * Refuses an Observable, of whatever package, as the answer of a function that writes: nobody subscribes to
 * it, so nothing would be written.
 */
export function refuseObservable(called: string, answer: unknown): void {
  if (typeof answer !== 'object' || answer === null) return;
  if (typeof Reflect.get(answer, 'subscribe') !== 'function') return;
  throw new TypeError(
    `${called} gave an Observable, to which nobody subscribes, so nothing would be written: give a Promise of its end, lastValueFrom(…, { defaultValue: undefined })`,
  );
}
