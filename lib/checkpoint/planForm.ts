import * as O from 'fp-ts/lib/Option.js';
import type { PlanEntry } from '../query/queryCheckpoint.js';
import type { Json } from '../sources/source.js';
import { isForm, type JsonForm } from './jsonForm.js';

/** The plan that a file's body is, its further fields included; none if it is no plan. */
export function planOfJson(body: Json): O.Option<PlanEntry> {
  return isForm(body) && isPlan(body) ? O.some(body as unknown as PlanEntry) : O.none;
}

/** The plan as a file's body; `turns`, if any, in place of its own: as `TurnsText` has them. */
export function planBody(plan: PlanEntry, turns?: Uint8Array): readonly Uint8Array[] {
  if (turns === undefined || turns.length === 0) return [Buffer.from(JSON.stringify(plan))];
  const withoutTurns = JSON.stringify({ ...plan, turns: undefined });
  return [Buffer.from(`${withoutTurns.slice(0, -1)},"turns":[`), turns, Buffer.from(']}')];
}

function isPlan(plan: JsonForm): boolean {
  const turns = plan.turns;
  return (
    isBatchId(plan.batchId) &&
    isNumberOrNull(plan.previousWatermarkMs) &&
    typeof plan.closing === 'boolean' &&
    Array.isArray(turns) &&
    turns.every(isTurn)
  );
}

function isTurn(turn: Json): boolean {
  if (!isForm(turn)) return false;
  const ranges = turn.ranges;
  return (
    typeof turn.timestampMs === 'number' &&
    isNumberOrNull(turn.watermarkMs) &&
    Array.isArray(ranges) &&
    ranges.every(isRange)
  );
}

function isRange(range: Json): boolean {
  return isForm(range) && typeof range.source === 'string' && 'after' in range && 'upTo' in range;
}

function isBatchId(json: Json | undefined): boolean {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0;
}

function isNumberOrNull(json: Json | undefined): boolean {
  return json === null || typeof json === 'number';
}
