import { StreamingError } from '../../lib/errors.js';
import { DecodeError } from '../codec/decodeError.js';
import type { TableKind } from '../operatorState.js';
import { recordIn, textIn } from './epochs.js';

/** A table of an operator, and the number under which its entries are stored. */
export interface TableIdentity {
  readonly id: number;
  readonly operator: string;
  readonly name: string;
  readonly kind: TableKind;
}

/** The tables of one store; new ones are `pending` until the write that holds them has answered. */
export class TableCatalog {
  private readonly tables: TableIdentity[] = [];
  private readonly byName = new Map<string, TableIdentity>();
  private persisted: number;

  constructor(stored: readonly TableIdentity[] = []) {
    for (const table of stored) this.add(table);
    this.persisted = stored.length;
  }

  all(): readonly TableIdentity[] {
    return this.tables;
  }

  /** The table, made if it is new. */
  table(operator: string, name: string, kind: TableKind): TableIdentity {
    const known = this.byName.get(nameOf(operator, name));
    if (known === undefined) return this.add({ id: this.tables.length, operator, name, kind });
    if (known.kind === kind) return known;
    throw new StreamingError('CHECKPOINT_INCOMPATIBLE', {
      what: `table '${name}' of ${operator}`,
      change: `was ${known.kind} and is ${kind} now`,
      allowed: 'the layout of state may not change: start with a new checkpoint',
    });
  }

  pending(): readonly TableIdentity[] {
    return this.tables.slice(this.persisted);
  }

  settle(count: number): void {
    this.persisted += count;
  }

  private add(table: TableIdentity): TableIdentity {
    this.tables.push(table);
    this.byName.set(nameOf(table.operator, table.name), table);
    return table;
  }
}

function nameOf(operator: string, name: string): string {
  return JSON.stringify([operator, name]);
}

/** Throws `DecodeError`. */
export function tableIdentityOf(id: number, stored: unknown): TableIdentity {
  const form = recordIn(stored, 'the table');
  const kind = textIn(form, 'kind');
  if (kind !== 'keyed' && kind !== 'timed') throw new DecodeError(`unknown layout ${kind}`, 0);
  return { id, operator: textIn(form, 'operator'), name: textIn(form, 'name'), kind };
}
