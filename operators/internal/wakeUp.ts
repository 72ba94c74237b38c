import { isPromise, type MaybePromise } from '../../lib/maybe.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import { earliest } from '../../lib/time/earliest.js';

/** Asks for a batch at the first of `times` (ms); for none if there is none. */
export function wakeAtFirst(
  ctx: StageContext,
  times: readonly MaybePromise<number | undefined>[],
): MaybePromise<void> {
  if (times.some(isPromise)) {
    return Promise.all(times).then((known) => ctx.wakeAt(earliest(known)));
  }
  ctx.wakeAt(earliest(times as readonly (number | undefined)[]));
}

/**
 * Ends the batch once the next wake-up is known. A store on disk may have to look for the first timer
 * that is left; then the batch ends when it has been found.
 */
export function endAfterWakeUp(
  ctx: StageContext,
  out: Stage,
  times: readonly MaybePromise<number | undefined>[],
): void {
  const known = wakeAtFirst(ctx, times);
  if (isPromise(known)) ctx.pending(known.then(() => out.endBatch()));
  else out.endBatch();
}
