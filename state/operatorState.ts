import { type OptionNames, requireKnownOptions } from '../lib/options/knownOptions.js';
import type {
  KeyedTable,
  StateMetrics,
  StateStore,
  TableOptions,
  TimedTable,
} from '../lib/state/stateStore.js';
import { KeyedMapTable } from './tables/keyedMapTable.js';
import { countOf, type Page, PagedTable, pagesOf } from './tables/pagedTable.js';
import type { PageLimits } from './tables/pageLimits.js';
import type { StateTable } from './tables/stateTable.js';
import type { TableBelow } from './tables/tableBelow.js';
import { TimedMapTable } from './tables/timedMapTable.js';

const optionNames: OptionNames<TableOptions<never>> = {
  toStored: true,
  fromStored: true,
  userValueAt: true,
  counted: true,
  cached: true,
  paged: true,
};

/** How a table is stored. */
export interface StoredTableOptions<V> extends TableOptions<V> {
  /** The values are arrays of keys and values of this table in turn: errors name the table and the pair. */
  readonly pairsOf?: string;
}

export type TableKind = 'keyed' | 'timed';

/** What an operator's tables stand on: nothing, or a durable backend. */
export interface StateGround {
  below<V>(
    operatorId: string,
    name: string,
    kind: TableKind,
    options: StoredTableOptions<V>,
  ): TableBelow<V> | undefined;
  /** A commit writes what a batch has changed. */
  readonly writesChanges: boolean;
  /** Of paged tables; undefined: there are none. */
  readonly pageLimits: PageLimits | undefined;
  /** Entries that the operator has read from the disk in this batch. */
  entriesRead(operatorId: string): number;
  /** An operator has asked for a table for the first time. */
  opened?(table: StateTable): void;
}

/** A table, and what it stands on. */
export interface OpenTable {
  readonly table: StateTable;
  readonly below: TableBelow<unknown> | undefined;
  /** False: what a commit has written leaves memory. */
  readonly cached: boolean;
  /** `table` is what of it is in pages, which a commit writes before the other tables. */
  readonly paged?: PagedTable<unknown>;
}

/** Rough size of a cached entry with its value, for `memoryUsedBytes`. */
const entryBytes = 200;

/** The tables of one operator. */
export class OperatorState implements StateStore {
  readonly tables: OpenTable[] = [];
  private readonly keyedTables = new Map<string, KeyedTable<unknown>>();
  private readonly timedTables = new Map<string, TimedTable<unknown>>();

  constructor(
    readonly operatorId: string,
    private readonly ground: StateGround,
  ) {}

  keyed<V>(name: string, options: TableOptions<V> = {}): KeyedTable<V> {
    const known = this.keyedTables.get(name);
    if (known !== undefined) return known as KeyedTable<V>;
    if (this.timedTables.has(name)) throw otherKind(this.operatorId, name, 'timed');
    requireKnownOptions<TableOptions<V>>(
      `table ${name} of ${this.operatorId}`,
      options,
      optionNames,
    );
    const table = this.keyedTable(name, options);
    this.keyedTables.set(name, table as KeyedTable<unknown>);
    return table;
  }

  private keyedTable<V>(name: string, options: TableOptions<V>): KeyedMapTable<V> {
    const below = this.ground.below(this.operatorId, name, 'keyed', options);
    const table = new KeyedMapTable<V>(this.operatorId, name, options.counted ?? true, below);
    this.opened(table, below, options);
    return table;
  }

  timed<V>(name: string, options: TableOptions<V> = {}): TimedTable<V> {
    const known = this.timedTables.get(name);
    if (known !== undefined) return known as TimedTable<V>;
    if (this.keyedTables.has(name)) throw otherKind(this.operatorId, name, 'keyed');
    requireKnownOptions<TableOptions<V>>(
      `table ${name} of ${this.operatorId}`,
      options,
      optionNames,
    );
    const limits = options.paged === true ? this.ground.pageLimits : undefined;
    const table = limits ? this.pagedTable(name, options, limits) : this.timedTable(name, options);
    this.timedTables.set(name, table as TimedTable<unknown>);
    return table;
  }

  private timedTable<V>(name: string, options: StoredTableOptions<V>): TimedMapTable<V> {
    const below = this.ground.below(this.operatorId, name, 'timed', options);
    const table = new TimedMapTable<V>(this.operatorId, name, options.counted ?? true, below);
    this.opened(table, below, options);
    return table;
  }

  private pagedTable<V>(name: string, options: TableOptions<V>, limits: PageLimits): PagedTable<V> {
    const { userValueAt } = options;
    const pageOptions = {
      counted: false,
      pairsOf: name,
      ...(userValueAt === undefined ? {} : { userValueAt }),
    };
    const table = new PagedTable<V>(this.operatorId, name, options.counted ?? true, {
      single: this.timedTable(name, options),
      pages: this.timedTable<Page>(pagesOf(name), pageOptions),
      count: this.keyedTable<number>(countOf(name), { counted: false }),
      limits,
      options,
    });
    const paged = table as unknown as PagedTable<unknown>;
    this.tables.push({ table: table.front, below: undefined, cached: true, paged });
    return table;
  }

  private opened<V>(table: StateTable, below: unknown, { cached = true }: TableOptions<V>): void {
    this.tables.push({ table, below: below as TableBelow<unknown> | undefined, cached });
    this.ground.opened?.(table);
  }

  get writesChanges(): boolean {
    return this.ground.writesChanges;
  }

  get names(): readonly { readonly name: string; readonly kind: TableKind }[] {
    return [
      ...[...this.keyedTables.keys()].map((name) => ({ name, kind: 'keyed' as const })),
      ...[...this.timedTables.keys()].map((name) => ({ name, kind: 'timed' as const })),
    ];
  }

  get metrics(): StateMetrics {
    let numRowsTotal = 0;
    let numRowsUpdated = 0;
    let numRowsRemoved = 0;
    let cached = 0;
    for (const { table } of this.tables) {
      cached += table.cachedCount;
      if (!table.counted) continue;
      numRowsTotal += table.size;
      numRowsUpdated += table.log.updated;
      numRowsRemoved += table.log.removals;
    }
    const numEntriesRead = this.ground.entriesRead(this.operatorId);
    const memoryUsedBytes = cached * entryBytes;
    return { numRowsTotal, numRowsUpdated, numRowsRemoved, memoryUsedBytes, numEntriesRead };
  }
}

function otherKind(operatorId: string, name: string, kind: TableKind): TypeError {
  return new TypeError(`${operatorId} already has a ${kind} table '${name}': use another name`);
}
