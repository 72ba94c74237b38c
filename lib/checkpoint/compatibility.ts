import { counted } from '../counted.js';
import { StreamingError } from '../errors.js';
import type { Json } from '../sources/source.js';
import type { OperatorMetadata, PartMetadata, QueryMetadata } from './metadata.js';

/**
 * Refuses a query that may not go on with what another left behind. Throws `CHECKPOINT_INCOMPATIBLE`.
 *
 * Filters, projections, rate limits, triggers, watermark delays and the bodies of user functions may
 * change, and one plain sink may follow another.
 *
 * Source: semantics/spark.md 1.16.
 */
export function mustBeCompatible(before: QueryMetadata, now: QueryMetadata): void {
  compareSources(before.sources, now.sources);
  compareOperators(before.operators, now.operators);
  compareSinks(before.sink, now.sink);
  comparePolicies(before.watermarkPolicy, now.watermarkPolicy);
}

const sourcesMay =
  'a source may change its rate limits and options, not what it reads, nor its place';
const operatorsMay =
  'filters, projections, delays and the bodies of functions may change, stateful operators, their keys, aggregates and bounds may not';
const sinksMay = 'a sink may be replaced by one that remembers no folder of its own';

const forgetsNoMore =
  'let groups go that the watermark had passed, and would now keep them all (complete mode, or no watermark above): those that have gone would be missing, or begin anew';

function compareSources(before: readonly PartMetadata[], now: readonly PartMetadata[]): void {
  if (before.length !== now.length) {
    throw incompatible(
      'the query',
      `had ${counted(before.length, 'source')} and has ${now.length}`,
      sourcesMay,
    );
  }
  before.forEach((old, i) => {
    const source = now[i] as PartMetadata;
    const what = `source ${i} (${source.description})`;
    if (old.kind !== source.kind) {
      throw incompatible(what, `was a ${old.kind} source, ${old.description}`, sourcesMay);
    }
    if (!sameJson(old.signature, source.signature)) {
      throw incompatible(
        what,
        `was ${textOf(old.signature)} and is ${textOf(source.signature)}`,
        sourcesMay,
      );
    }
  });
}

function compareOperators(
  before: readonly OperatorMetadata[],
  now: readonly OperatorMetadata[],
): void {
  for (let i = 0; i < Math.max(before.length, now.length); i++) {
    const [old, operator] = [before[i], now[i]];
    if (old === undefined) {
      throw incompatible(`operator ${operator?.id}`, 'is new', operatorsMay);
    }
    if (operator === undefined) {
      throw incompatible(`operator ${old.id}`, 'is gone', operatorsMay);
    }
    if (old.id !== operator.id || old.kind !== operator.kind) {
      const change = `stands where ${old.id} (${old.kind}) was`;
      throw incompatible(`operator ${operator.id} (${operator.kind})`, change, operatorsMay);
    }
    if (!sameJson(old.signature, operator.signature)) {
      const change = `was ${textOf(old.signature)} and is ${textOf(operator.signature)}`;
      throw incompatible(`operator ${operator.id}`, change, operatorsMay);
    }
    compareKeys(old, operator);
    comparePlaces(old, operator);
    compareBounds(old, operator);
    if (old.forgets && !operator.forgets) {
      throw incompatible(`operator ${operator.id}`, forgetsNoMore, operatorsMay);
    }
  }
}

/** A function that gives the key cannot be compared, nor what an older release did not write. */
function compareKeys(old: OperatorMetadata, now: OperatorMetadata): void {
  if (old.keyColumns === undefined || now.keyColumns === undefined) return;
  if (sameJson(old.keyColumns, now.keyColumns)) return;
  const change = `had the key ${old.keyColumns.join(', ')} and has ${now.keyColumns.join(', ')}`;
  throw incompatible(`operator ${now.id}`, change, operatorsMay);
}

/** Accumulators are kept by their place: a name at another place would go on with another's. */
function comparePlaces(old: OperatorMetadata, now: OperatorMetadata): void {
  const moved = now.resultNames?.find((name, i) => {
    const before = old.resultNames?.indexOf(name) ?? -1;
    return before !== -1 && before !== i;
  });
  if (moved === undefined) return;
  const change = `had the results ${old.resultNames?.join(', ')} and has ${now.resultNames?.join(', ')}, where ${moved} stands at another place`;
  throw incompatible(`operator ${now.id}`, change, 'a result may get another name at its place');
}

function compareBounds(old: OperatorMetadata, now: OperatorMetadata): void {
  if (old.bounds === undefined || now.bounds === undefined) return;
  if (sameJson(old.bounds.toSorted(), now.bounds.toSorted())) return;
  const shown = (bounds: readonly string[]) => bounds.join(' and ') || 'none';
  const change = `had the bounds ${shown(old.bounds)} and has ${shown(now.bounds)}: rows that have left under the old ones may be due under the new`;
  throw incompatible(`operator ${now.id}`, change, operatorsMay);
}

function comparePolicies(before: string | undefined, now: string | undefined): void {
  if (before === undefined || now === undefined || before === now) return;
  const change = `had multipleWatermarkPolicy '${before}' and has '${now}'`;
  throw incompatible('the query', change, "the watermarks' delays may change");
}

/** A sink that keeps a record of batches of its own cannot take over in the middle. */
function compareSinks(before: PartMetadata, now: PartMetadata): void {
  if (now.signature === null) return;
  if (before.kind === now.kind && sameJson(before.signature, now.signature)) return;
  throw incompatible(`sink ${now.description}`, `follows ${before.description}`, sinksMay);
}

function incompatible(
  what: string,
  change: string,
  allowed: string,
): StreamingError<'CHECKPOINT_INCOMPATIBLE'> {
  return new StreamingError('CHECKPOINT_INCOMPATIBLE', { what, change, allowed });
}

/** Whether two values are the same JSON, whatever the order of fields. */
export function sameJson(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other === undefined || !sameJson(value, other)) return false;
  }
  return true;
}

function textOf(json: Json): string {
  const text = JSON.stringify(json);
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}
