import { concatMap, filter, map, mergeMap } from 'rxjs';
import { select, union, where } from '../../index.js';
import type { Random } from '../random.js';
import { CountsModel, counts, tableOf } from './counts.js';
import { dedupForever, dedupThenWindows, dedupWithin } from './dedup.js';
import { distinct } from './distinct.js';
import { groupState } from './groupState.js';
import { type JoinShape, join } from './joins.js';
import { sessions } from './sessions.js';
import { clockTimers, timers } from './timers.js';
import { type WindowShape, windows } from './windows.js';
import type { Event, Workload } from './workload.js';

/** A query whose shape, lengths and modes a seed chooses. */
export function randomWorkload(random: Random): Workload {
  return decorated(kinds[random.below(kinds.length)]?.(random) ?? counts('update'), random);
}

export const kinds: readonly ((random: Random) => Workload)[] = [
  (random) => counts(random.pick(['update', 'complete'])),
  (random) => distinct(random.pick(['update', 'complete'])),
  (random) => windows(windowShape(random), random.pick(['append', 'update', 'complete'])),
  (random) => windows(windowShape(random), 'append'),
  (random) => dedupWithin(delayOf(random)),
  () => dedupForever(),
  (random) => dedupThenWindows(windowShape(random)),
  (random) => join(joinShape(random)),
  (random) => join(joinShape(random)),
  (random) => groupState(delayOf(random), random.between(1, 20_000)),
  (random) =>
    random.chance(0.5)
      ? timers(delayOf(random), random.between(1, 20_000))
      : clockTimers(random.pick([1, 300, random.between(1, 3000), 1e9])),
  () => unionOfTwo(),
  (random) =>
    sessions({
      gapMs: random.between(1, 20) * 500,
      isGapOfRow: random.chance(0.4),
      delayMs: delayOf(random),
      inOrder: random.chance(0.3),
    }),
];

function delayOf(random: Random): number {
  return random.pick([0, 1, 5000, 10_000, random.below(20_000)]);
}

function windowShape(random: Random): WindowShape {
  const slideMs = random.between(1, 20) * 1000;
  const startMs = random.chance(0.5) ? 0 : random.below(slideMs);
  const sizeMs = slideMs * random.between(1, 3);
  return { slideMs, startMs, sizeMs, delayMs: delayOf(random), whole: random.chance(0.5) };
}

function joinShape(random: Random): JoinShape {
  const from = random.between(-8000, 2000);
  return {
    type: random.pick(['inner', 'leftOuter', 'fullOuter', 'leftSemi', 'leftAnti']),
    time: random.chance(0.5)
      ? { from, to: from + random.below(10_000) }
      : { sizeMs: random.between(1, 20) * 1000 },
    leftDelayMs: delayOf(random),
    rightDelayMs: delayOf(random),
    policy: 'min',
  };
}

function unionOfTwo(): Workload {
  return {
    ...counts('update'),
    name: 'union of two, counts',
    sources: 2,
    build: ([a, b]) => tableOf(union(b as never)(a as never) as never),
    model: () => new CountsModel('update'),
  };
}

/** Row-by-row steps in front: our own, RxJS's, and an asynchronous one. */
function decorated(workload: Workload, random: Random): Workload {
  const remainder = random.between(2, 7);
  const keep = (row: Event) => row.v % remainder !== 0;
  const before = random.pick(['none', 'none', 'where', 'filter', 'select', 'async']);
  const asked = random.pick([mergeMap, concatMap]);
  if (before === 'none') return workload;
  return {
    ...workload,
    name: `${before}, ${workload.name}`,
    asks: before === 'async',
    keep: before === 'where' || before === 'filter' ? keep : workload.keep,
    build: (inputs, askOf = () => async (row) => row) =>
      workload.build(
        inputs.map((input) => {
          if (before === 'where') return input.pipe(where(keep));
          if (before === 'filter') return input.pipe(filter(keep));
          if (before === 'select') return input.pipe(select((row: Event) => ({ ...row })));
          return input.pipe(
            asked(askOf()),
            map((row) => ({ ...row })),
          );
        }),
      ),
  };
}
