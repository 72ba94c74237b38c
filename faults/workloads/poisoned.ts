import { select } from '../../index.js';
import type { Event, Workload } from './workload.js';

/** Rows that a step in front of everything cannot take. */
export function isPoison(row: Event): boolean {
  return row.v >= 95;
}

/** `workload` behind a step that throws at poison: what is left is the same as without it. */
export function poisoned(workload: Workload): Workload {
  return {
    ...workload,
    name: `poisoned, ${workload.name}`,
    keep: (row) => !isPoison(row) && workload.keep(row),
    build: (inputs, askOf) =>
      workload.build(
        inputs.map((input) =>
          input.pipe(
            select((row: Event) => {
              if (isPoison(row)) throw new RangeError('poison');
              return row;
            }),
          ),
        ),
        askOf,
      ),
  };
}
