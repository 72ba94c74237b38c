import type { MaybePromise } from '../../lib/maybe.js';
import { ownClass } from '../../lib/ownClass.js';
import type { Stage } from '../../lib/plan/planNode.js';
import type { KeyedGroups } from './keyedGroups.js';

type Reader = (row: unknown) => unknown;

/** Rows into groups by key alone; without a key, into one group. */
export function keyedStage<V>(
  out: Stage,
  groups: KeyedGroups<V>,
  key: Reader | undefined,
  unwrap: Reader | undefined,
): Stage {
  const Own = ownClass(KeyedStage<V>, [key, unwrap], ownNext(key, unwrap));
  return new Own(out, groups, key, unwrap);
}

/** `KeyedStage.next` without its questions. */
function ownNext(key: Reader | undefined, unwrap: Reader | undefined): string {
  const args = [key ? 'this.key(row)' : 'null', unwrap ? 'this.unwrap(row)' : 'row'];
  return `next(row) {\n  this.groups.add(${args.join(', ')});\n}`;
}

class KeyedStage<V> implements Stage {
  constructor(
    private readonly out: Stage,
    private readonly groups: KeyedGroups<V>,
    private readonly key: Reader | undefined,
    private readonly unwrap: Reader | undefined,
  ) {}

  prepare(): MaybePromise<void> {
    return this.groups.prepare();
  }

  next(row: unknown, _time: number): void {
    const key = this.key === undefined ? null : this.key(row);
    this.groups.add(key, this.unwrap === undefined ? row : this.unwrap(row));
  }

  endBatch(): void {
    if (this.key === undefined) this.groups.keepOne();
    this.groups.emit();
    this.out.endBatch();
  }
}
