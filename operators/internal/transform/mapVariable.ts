import * as O from 'fp-ts/lib/Option.js';
import type { MaybePromise } from '../../../lib/maybe.js';
import { type Cell, cellFormat, isLive, requireValue } from './cell.js';
import { KeyedChain } from './keyedChain.js';
import type { MapState } from './stateVariables.js';
import type { Ttl } from './ttl.js';
import type { Variable, VariableParts } from './variable.js';

/** A {@link KeyedChain} of cells, `map:name` and `map-entries:name`. */
export class MapVariable implements MapState<unknown, unknown>, Variable {
  readonly kind = 'map';
  private readonly chain: KeyedChain<Cell>;

  constructor(private readonly parts: VariableParts) {
    const { ctx, name, ttl } = parts;
    this.chain = new KeyedChain<Cell>(ctx.state, {
      ends: `map:${name}`,
      entries: `map-entries:${name}`,
      counted: true,
      ...cellFormat(ttl !== undefined),
    });
  }

  get ttl(): Ttl | undefined {
    return this.parts.ttl;
  }

  get exists(): boolean {
    const key = this.key('exists');
    return this.ttl === undefined ? this.chain.has(key) : this.live(key).length > 0;
  }

  containsKey(item: unknown): boolean {
    return this.find('containsKey', item) !== undefined;
  }

  getValue(item: unknown): O.Option<unknown> {
    const cell = this.find('getValue', item);
    return cell === undefined ? O.none : O.some(cell.value);
  }

  updateValue(item: unknown, value: unknown): void {
    const key = this.key('updateValue');
    this.requireItem(item);
    requireValue(value, this.parts.scope.operator, `a value of map state "${this.parts.name}"`);
    const expiresMs = this.ttl?.expiryMs() ?? Number.NaN;
    const before = this.ttl && this.chain.get(key, item);
    this.ttl?.move([key, item], before?.expiresMs ?? Number.NaN, expiresMs);
    this.chain.set(key, item, { value, expiresMs });
  }

  removeKey(item: unknown): void {
    const key = this.key('removeKey');
    this.requireItem(item);
    this.remove(key, item);
  }

  keys(): Iterable<unknown> {
    return this.live(this.key('keys')).map(([item]) => item);
  }

  values(): Iterable<unknown> {
    return this.live(this.key('values')).map(([, cell]) => cell.value);
  }

  entries(): Iterable<readonly [unknown, unknown]> {
    return this.live(this.key('entries')).map(([item, cell]) => [item, cell.value] as const);
  }

  clear(): void {
    const key = this.key('clear');
    for (const [item] of this.chain.entries(key)) this.remove(key, item);
  }

  expire(entryKey: unknown): void {
    const [key, item] = entryKey as readonly [unknown, unknown];
    this.chain.remove(key, item);
  }

  loadAll(): MaybePromise<void> {
    return this.chain.loadAll();
  }

  drop(): void {
    this.chain.drop();
  }

  private remove(key: unknown, item: unknown): void {
    if (this.ttl !== undefined) {
      const cell = this.chain.get(key, item);
      if (cell !== undefined) this.ttl.move([key, item], cell.expiresMs, Number.NaN);
    }
    this.chain.remove(key, item);
  }

  private find(called: string, item: unknown): Cell | undefined {
    const key = this.key(called);
    this.requireItem(item);
    const cell = this.chain.get(key, item);
    return cell !== undefined && isLive(cell, this.parts.ctx.batchTimestampMs) ? cell : undefined;
  }

  private live(key: unknown): (readonly [unknown, Cell])[] {
    const now = this.parts.ctx.batchTimestampMs;
    const all = this.chain.entries(key);
    return this.ttl === undefined ? all : all.filter(([, cell]) => isLive(cell, now));
  }

  private requireItem(item: unknown): void {
    requireValue(item, this.parts.scope.operator, `a key of map state "${this.parts.name}"`);
  }

  private key(called: string): unknown {
    return this.parts.scope.keyFor(`${called} of state "${this.parts.name}"`);
  }
}
