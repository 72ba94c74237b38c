import { StreamingError } from '../../../lib/errors.js';
import { each, type MaybePromise } from '../../../lib/maybe.js';
import type { KeyedTable } from '../../../lib/state/stateStore.js';
import { type Cell, cellFormat, isLive, requireValue } from './cell.js';
import type { ListState } from './stateVariables.js';
import type { Ttl } from './ttl.js';
import type { Variable, VariableParts } from './variable.js';

/** Elements have numbers from `first` up to but without `next`; `count` of them are there. */
interface ListHead {
  readonly first: number;
  readonly next: number;
  readonly count: number;
}

const empty: ListHead = { first: 0, next: 0, count: 0 };

/**
 * `list:name := key -> [first, next, count]`, `list-items:name := [key, n] -> cell`: appending costs
 * what is appended, however long the list is.
 */
export class ListVariable implements ListState<unknown>, Variable {
  readonly kind = 'list';
  private readonly heads: KeyedTable<ListHead>;
  private readonly items: KeyedTable<Cell>;

  constructor(private readonly parts: VariableParts) {
    const { ctx, name, ttl } = parts;
    this.items = ctx.state.keyed<Cell>(`list-items:${name}`, cellFormat(ttl !== undefined));
    this.heads = ctx.state.keyed<ListHead>(`list:${name}`, {
      counted: false,
      toStored: ({ first, next, count }) => [first, next, count],
      fromStored: (stored) => {
        const [first, next, count] = stored as readonly [number, number, number];
        return { first, next, count };
      },
    });
  }

  get ttl(): Ttl | undefined {
    return this.parts.ttl;
  }

  get exists(): boolean {
    const key = this.key('exists');
    return this.ttl === undefined ? this.head(key).count > 0 : this.live(key).length > 0;
  }

  get(): readonly unknown[] {
    return this.live(this.key('get'));
  }

  put(values: Iterable<unknown>): void {
    const key = this.key('put');
    const list = this.checked(values, 'put');
    this.removeAll(key);
    this.append(key, list);
  }

  appendValue(value: unknown): void {
    const key = this.key('appendValue');
    requireValue(value, this.parts.scope.operator, this.element());
    this.append(key, [value]);
  }

  appendList(values: Iterable<unknown>): void {
    this.append(this.key('appendList'), this.checked(values, 'appendList'));
  }

  clear(): void {
    this.removeAll(this.key('clear'));
  }

  expire(itemKey: unknown): void {
    const entry = this.items.find(itemKey);
    if (entry === undefined) return;
    this.items.remove(entry);
    const [key] = itemKey as readonly [unknown, number];
    const head = this.head(key);
    if (head.count <= 1) this.setHead(key, undefined);
    else this.setHead(key, { ...head, first: this.firstFrom(key, head), count: head.count - 1 });
  }

  loadAll(): MaybePromise<void> {
    return each([this.heads, this.items], (table) => table.loadAll());
  }

  drop(): void {
    for (const entry of [...this.heads.entries()]) this.heads.remove(entry);
    for (const entry of [...this.items.entries()]) this.items.remove(entry);
  }

  private live(key: unknown): unknown[] {
    const now = this.parts.ctx.batchTimestampMs;
    const { first, next } = this.head(key);
    const values: unknown[] = [];
    for (let n = first; n < next; n++) {
      const cell = this.items.find([key, n])?.value;
      if (cell !== undefined && isLive(cell, now)) values.push(cell.value);
    }
    return values;
  }

  private append(key: unknown, values: readonly unknown[]): void {
    const { first, next, count } = this.head(key);
    const expiresMs = this.ttl?.expiryMs() ?? Number.NaN;
    values.forEach((value, i) => {
      const itemKey = [key, next + i];
      this.items.insert(itemKey, { value, expiresMs });
      this.ttl?.move(itemKey, Number.NaN, expiresMs);
    });
    this.setHead(key, { first, next: next + values.length, count: count + values.length });
  }

  private removeAll(key: unknown): void {
    const { first, next } = this.head(key);
    for (let n = first; n < next; n++) {
      const itemKey = [key, n];
      const entry = this.items.find(itemKey);
      if (entry === undefined) continue;
      this.ttl?.move(itemKey, entry.value.expiresMs, Number.NaN);
      this.items.remove(entry);
    }
    this.setHead(key, undefined);
  }

  /** Elements leave in the order they came, unless the TTL was changed between two runs. */
  private firstFrom(key: unknown, { first, next }: ListHead): number {
    let n = first;
    while (n < next && this.items.find([key, n]) === undefined) n++;
    return n;
  }

  private head(key: unknown): ListHead {
    return this.heads.find(key)?.value ?? empty;
  }

  private setHead(key: unknown, head: ListHead | undefined): void {
    const entry = this.heads.find(key);
    if (head === undefined) {
      if (entry !== undefined) this.heads.remove(entry);
    } else if (entry === undefined) {
      this.heads.insert(key, head);
    } else {
      entry.value = head;
      this.heads.touch(entry);
    }
  }

  private checked(values: Iterable<unknown>, called: string): readonly unknown[] {
    const { operator } = this.parts.scope;
    requireValue(values, operator, `the list given to ${called} of state "${this.parts.name}"`);
    const list = Array.from(values);
    for (const value of list) requireValue(value, operator, this.element());
    if (list.length > 0) return list;
    const variable = this.parts.name;
    throw new StreamingError('TRANSFORM_LIST_EMPTY', { operator, variable, called });
  }

  private element(): string {
    return `an element of list state "${this.parts.name}"`;
  }

  private key(called: string): unknown {
    return this.parts.scope.keyFor(`${called} of state "${this.parts.name}"`);
  }
}
