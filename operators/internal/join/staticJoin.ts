import { Subscription } from 'rxjs';
import { type MaybePromise, then } from '../../../lib/maybe.js';
import type { Stage, StageContext } from '../../../lib/plan/planNode.js';
import { canonicalKey } from '../../../lib/state/canonicalKey.js';
import type { StaticRows } from '../../staticRows.js';
import { type KeyOf, withoutNull } from './joinKey.js';
import type { JoinSide } from './joinType.js';

/** A join of a stream with a table; `stream` says on which side the stream is. */
export interface StaticJoinSpec {
  /** What the stream's row gives: each pair, and what else or instead. */
  readonly gives: 'pairs' | 'pairsOrAlone' | 'ifMatched' | 'ifUnmatched';
  readonly stream: JoinSide;
  readonly table: StaticRows<unknown>;
  readonly streamKey: KeyOf;
  readonly tableKey: KeyOf;
  readonly streamWhere: ((row: unknown) => boolean) | undefined;
  readonly tableWhere: ((row: unknown) => boolean) | undefined;
  /** Stream row first. */
  readonly where: ((row: unknown, other: unknown) => boolean) | undefined;
  readonly result: (row: unknown, other: unknown) => unknown;
}

/**
 * Looks every row of the stream up in the table of its batch. Rows keep their event times; a null key
 * matches nothing.
 */
export class StaticJoin implements Stage {
  /** Closed when the run is over: an Observable is left, though it has not completed. */
  private readonly run = new Subscription();
  private rows: readonly unknown[] | undefined;
  private taken = 0;
  private byKey: ReadonlyMap<unknown, readonly unknown[]> = new Map();

  constructor(
    private readonly spec: StaticJoinSpec,
    private readonly ctx: StageContext,
    private readonly out: Stage,
  ) {}

  prepare(): MaybePromise<void> {
    const { table } = this.spec;
    if (this.rows !== undefined && !table.perBatch) return;
    const { batchId, batchTimestampMs } = this.ctx;
    const loaded = this.ctx.asked(
      table.load({ batchId, batchTimestampMs }, this.run),
      'its static rows',
    );
    return then(loaded, (rows) => this.take(rows));
  }

  next(row: unknown, time: number): void {
    const { streamWhere, gives } = this.spec;
    const others = streamWhere && !streamWhere(row) ? undefined : this.othersOf(row);
    switch (gives) {
      case 'ifMatched':
        if (this.hasMatch(row, others)) this.out.next(this.spec.result(row, null), time);
        return;
      case 'ifUnmatched':
        if (!this.hasMatch(row, others)) this.out.next(this.spec.result(row, null), time);
        return;
      default:
        if (!this.emitPairs(row, others, time) && gives === 'pairsOrAlone') {
          this.out.next(this.spec.result(row, null), time);
        }
    }
  }

  endBatch(): void {
    this.out.endBatch();
  }

  cancel(): void {
    this.run.unsubscribe();
  }

  private othersOf(row: unknown): readonly unknown[] | undefined {
    const key = withoutNull(this.spec.streamKey(row));
    return key === undefined ? undefined : this.byKey.get(canonicalKey(key, 'joinWith'));
  }

  private hasMatch(row: unknown, others: readonly unknown[] | undefined): boolean {
    if (others === undefined) return false;
    const { where } = this.spec;
    return where === undefined || others.some((other) => where(row, other));
  }

  private emitPairs(row: unknown, others: readonly unknown[] | undefined, time: number): boolean {
    if (others === undefined) return false;
    const { where, result } = this.spec;
    let matched = false;
    for (let i = 0; i < others.length; i++) {
      const other = others[i];
      if (where !== undefined && !where(row, other)) continue;
      matched = true;
      this.out.next(result(row, other), time);
    }
    return matched;
  }

  /** The same array again, as long as before, is taken for the same table. */
  private take(rows: readonly unknown[]): void {
    if (rows === this.rows && rows.length === this.taken) return;
    const { tableKey, tableWhere } = this.spec;
    const byKey = new Map<unknown, unknown[]>();
    for (const row of rows) {
      if (tableWhere && !tableWhere(row)) continue;
      const key = withoutNull(tableKey(row));
      if (key === undefined) continue;
      const canonical = canonicalKey(key, 'joinWith');
      const list = byKey.get(canonical);
      if (list) list.push(row);
      else byKey.set(canonical, [row]);
    }
    this.byKey = byKey;
    this.rows = rows;
    this.taken = rows.length;
  }
}
