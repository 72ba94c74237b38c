import type { PlanEntry } from '../../lib/query/queryCheckpoint.js';
import type { Json } from '../../lib/sources/source.js';
import { Expectation } from './expectation.js';
import { type Event, textOf, type Workload } from './workload.js';

/** All rows of a source. */
export interface Rows {
  readonly rows: readonly Event[];
  /** How many rows lie before an offset. Absent: the offset says it. */
  position?(offset: Json): number;
}

/** What a run has left in the outside world. */
export interface Answer {
  /** Sorted texts of each batch; a sink that does not tell batches apart gives them as one. */
  readonly batches: ReadonlyMap<number, readonly string[]>;
  readonly perBatch: boolean;
  /** An epoch of continuous mode shows a changed group in each of its turns: once is enough here. */
  readonly upserts: boolean;
}

/**
 * Compares what the sink has with the model, fed with the batches as they were planned.
 *
 * @param quietMs when the query said that nothing was left to do; absent: not known on its clock.
 */
export function differenceOf(
  workload: Workload,
  feeds: readonly Rows[],
  plans: ReadonlyMap<number, PlanEntry>,
  answer: Answer,
  quietMs = Number.NEGATIVE_INFINITY,
): string | undefined {
  const expectation = new Expectation(workload);
  const positions = feeds.map(() => 0);
  const all: string[] = [];
  for (let batchId = 0; batchId < plans.size; batchId++) {
    const plan = plans.get(batchId);
    if (plan === undefined) return `batch ${batchId} was never planned`;
    const expected: string[] = [];
    for (const turn of plan.turns) {
      const rows = turn.ranges.map(({ source, after, upTo }) => {
        const i = Number(source);
        const feed = feeds[i] as Rows;
        const [from, to] = [positionIn(feed, after), positionIn(feed, upTo)];
        if (from !== positions[i]) throw new RangeError(`a gap before ${batchId}`);
        positions[i] = to;
        return feed.rows.slice(from, to);
      });
      if (workload.delaysMs.length > 0 && turn.watermarkMs !== expectation.watermark) {
        return `batch ${batchId} has watermark ${turn.watermarkMs}, not ${expectation.watermark}`;
      }
      const { timestampMs } = turn;
      const out = expectation.turn({ rows, timestampMs, closing: plan.closing });
      expected.push(...out.map(textOf));
    }
    all.push(...expected);
    if (!answer.perBatch) continue;
    const shown = (texts: readonly string[]) => (answer.upserts ? [...new Set(texts)] : texts);
    const found = answer.batches.get(batchId);
    const difference = differ([...shown(expected)].sort(), found && shown(found));
    if (difference !== undefined) return `batch ${batchId}: ${difference}`;
  }
  const unread = feeds.findIndex((feed, i) => positions[i] !== feed.rows.length);
  if (unread >= 0) return `source ${unread} was read up to ${positions[unread]} only`;
  const closed = plans.get(plans.size - 1)?.closing === true;
  if (!closed && expectation.isDue(quietMs)) return 'rows are due and did not come';
  if (answer.upserts) return undefined;
  const found = [...answer.batches.values()].flat();
  return differ(all.sort(), found.sort());
}

function positionIn(feed: Rows, offset: Json): number {
  return feed.position?.(offset) ?? Number(offset ?? 0);
}

/** Two sorted multisets. */
export function differ(
  expected: readonly string[],
  found: readonly string[] | undefined,
): string | undefined {
  if (found === undefined) return 'the sink has never had it';
  const at = expected.findIndex((text, i) => text !== found[i]);
  if (at < 0 && expected.length === found.length) return undefined;
  const i = at < 0 ? expected.length : at;
  return `${found.length} rows instead of ${expected.length}; expected ${expected[i]}, found ${found[i]}`;
}
