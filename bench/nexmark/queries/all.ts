import type { NexmarkQuery } from '../query.js';
import { q15, q16, q17 } from './daily.js';
import { q3, q8, q13, q20 } from './joins.js';
import { q18, q19 } from './rankings.js';
import { q0, q1, q2, q14, q21, q22 } from './rows.js';
import { q5, q7, q11, q12 } from './windows.js';
import { q4, q6, q9 } from './winners.js';

export const nexmarkQueries: readonly NexmarkQuery[] = [
  q0,
  q1,
  q2,
  q3,
  q4,
  q5,
  q6,
  q7,
  q8,
  q9,
  q11,
  q12,
  q13,
  q14,
  q15,
  q16,
  q17,
  q18,
  q19,
  q20,
  q21,
  q22,
];
