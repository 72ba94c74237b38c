import * as O from 'fp-ts/lib/Option.js';
import type { MaybePromise } from '../../../lib/maybe.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';
import { type Cell, cellFormat, isLive, requireValue } from './cell.js';
import type { ValueState } from './stateVariables.js';
import type { Ttl } from './ttl.js';
import type { Variable, VariableParts } from './variable.js';

/** `value:name := key -> cell`. */
export class ValueVariable implements ValueState<unknown>, Variable {
  readonly kind = 'value';
  private readonly cells: KeyedTable<Cell>;

  constructor(private readonly parts: VariableParts) {
    const format = cellFormat(parts.ttl !== undefined);
    this.cells = parts.ctx.state.keyed<Cell>(`value:${parts.name}`, format);
  }

  get ttl(): Ttl | undefined {
    return this.parts.ttl;
  }

  get exists(): boolean {
    return this.live('exists') !== undefined;
  }

  get(): O.Option<unknown> {
    const cell = this.live('get');
    return cell === undefined ? O.none : O.some(cell.value);
  }

  update(value: unknown): void {
    const key = this.key('update');
    requireValue(value, this.parts.scope.operator, `the value of state "${this.parts.name}"`);
    const cell: Cell = { value, expiresMs: this.ttl?.expiryMs() ?? Number.NaN };
    const entry = this.cells.find(key);
    this.ttl?.move(key, entry?.value.expiresMs ?? Number.NaN, cell.expiresMs);
    if (entry === undefined) {
      this.cells.insert(key, cell);
    } else {
      entry.value = cell;
      this.cells.touch(entry);
    }
  }

  clear(): void {
    const key = this.key('clear');
    const entry = this.cells.find(key);
    if (entry === undefined) return;
    this.ttl?.move(key, entry.value.expiresMs, Number.NaN);
    this.cells.remove(entry);
  }

  expire(key: unknown): void {
    const entry = this.cells.find(key);
    if (entry !== undefined) this.cells.remove(entry);
  }

  loadAll(): MaybePromise<void> {
    return this.cells.loadAll();
  }

  drop(): void {
    for (const entry of [...this.cells.entries()]) this.cells.remove(entry);
  }

  private live(called: string): Cell | undefined {
    const cell = this.cells.find(this.key(called))?.value;
    return cell !== undefined && isLive(cell, this.parts.ctx.batchTimestampMs) ? cell : undefined;
  }

  private key(called: string): unknown {
    return this.parts.scope.keyFor(`${called} of state "${this.parts.name}"`);
  }
}
