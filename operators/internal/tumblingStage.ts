import type { MaybePromise } from '../../lib/maybe.js';
import { ownClass } from '../../lib/ownClass.js';
import type { Stage, StageContext } from '../../lib/plan/planNode.js';
import type { Entry } from '../../lib/state/entry.js';
import type { ChangedEntries } from '../../lib/state/stateStore.js';
import type { Fold } from './fold.js';
import type { TimedGroups } from './timedGroups.js';
import { fitsDates, lastWindowStart, windowOutOfRange } from './windowBounds.js';
import type { WindowInput } from './windowInput.js';

/** Rows into windows that do not overlap. */
export function tumblingStage<V>(input: WindowInput<V>, sizeMs: number, startMs: number): Stage {
  const { time, key, valueOf: unwrap } = input;
  const Own = ownClass(TumblingStage<V>, [time, key, unwrap], ownNext(input));
  return new Own(input, sizeMs, startMs);
}

/** `TumblingStage.next` without its questions. */
function ownNext<V>({ time, key, valueOf: unwrap }: WindowInput<V>): string {
  const value = unwrap === undefined ? 'row' : 'this.unwrap(row)';
  const add =
    key === undefined
      ? `this.group.value = this.fold.add(this.group.value, ${value});`
      : `const key = this.key(row);
    const group = this.changed?.changed(key) ?? this.groupOf(key);
    group.value = this.fold.add(group.value, ${value});`;
  return `next(row, rowTime) {
  ${time === undefined ? 'const time = rowTime;' : 'const time = this.time(row);'}
  if ((time >= this.start && time < this.end) || this.moveTo(row, rowTime, time)) {
    ${add}
  }
}`;
}

/**
 * Most rows lie in the window of the row before: its bounds are kept, which saves the division and the
 * question whether it is late, and without a key its group, too.
 */
class TumblingStage<V> implements Stage {
  private readonly ctx: StageContext;
  private readonly groups: TimedGroups<V>;
  private readonly fold: Fold<V>;
  private readonly time: WindowInput<V>['time'];
  private readonly key: WindowInput<V>['key'];
  private readonly unwrap: WindowInput<V>['valueOf'];
  private readonly out: Stage;
  private start = Number.NaN;
  private end = Number.NaN;
  /** Of the window, once a row has found its group the long way. */
  private changed: ChangedEntries<V> | undefined;
  /** Of the window, where rows have no key. */
  private group: Entry<V> | undefined;

  constructor(
    { ctx, groups, time, key, valueOf: unwrap, out }: WindowInput<V>,
    private readonly sizeMs: number,
    private readonly startMs: number,
  ) {
    this.ctx = ctx;
    this.groups = groups;
    this.fold = groups.fold;
    this.time = time;
    this.key = key;
    this.unwrap = unwrap;
    this.out = out;
  }

  prepare(): MaybePromise<void> {
    this.leave();
    return this.groups.prepare();
  }

  next(row: unknown, rowTime: number): void {
    const time = this.time === undefined ? rowTime : this.time(row);
    if (!(time >= this.start && time < this.end) && !this.moveTo(row, rowTime, time)) return;
    const key = this.key === undefined ? null : this.key(row);
    const value = this.unwrap === undefined ? row : this.unwrap(row);
    const group = this.group ?? this.changed?.changed(key) ?? this.groupOf(key);
    group.value = this.fold.add(group.value, value);
  }

  endBatch(): void {
    this.groups.emit();
    this.out.endBatch();
  }

  /** To the window of a row that is not in this one; false for a row that no window takes. */
  protected moveTo(row: unknown, rowTime: number, time: number): boolean {
    this.leave();
    if (Number.isNaN(time)) {
      this.ctx.count(withoutTime);
      return false;
    }
    const start = lastWindowStart(time, this.sizeMs, this.startMs);
    const end = start + this.sizeMs;
    if (!fitsDates(start, end)) {
      this.ctx.failed(row, rowTime, windowOutOfRange(this.ctx.operatorId, time));
      return false;
    }
    if (end <= this.groups.lateWatermark) {
      this.ctx.late(row, rowTime);
      return false;
    }
    if (this.key === undefined) this.group = this.groups.group(end, null);
    this.start = start;
    this.end = end;
    return true;
  }

  protected groupOf(key: unknown): Entry<V> {
    const group = this.groups.group(this.end, key);
    this.changed ??= this.groups.changedAt(this.end);
    return group;
  }

  private leave(): void {
    this.changed = undefined;
    this.start = Number.NaN;
    this.end = Number.NaN;
    this.group = undefined;
  }
}

/** Custom metric: rows that are in no window because their event time is null. */
export const withoutTime = 'numRowsWithoutEventTime';
