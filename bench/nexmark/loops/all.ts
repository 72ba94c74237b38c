import { q15, q16, q17, q18 } from './daily.js';
import { q3, q8, q20 } from './joins.js';
import type { Emit, Loop } from './loop.js';
import { q0, q1, q2, q13, q14, q21, q22 } from './rows.js';
import { q5, q7, q11, q12 } from './windows.js';

/** Loops by the query that they answer. */
export const plainLoops: ReadonlyMap<string, (emit: Emit) => Loop> = new Map(
  Object.entries({
    q0,
    q1,
    q2,
    q3,
    q5,
    q7,
    q8,
    q11,
    q12,
    q13,
    q14,
    q15,
    q16,
    q17,
    q18,
    q20,
    q21,
    q22,
  }),
);
