import { setField } from '../schema/rowShape.js';
import { BadCell } from './badCell.js';
import { damaged } from './damage.js';
import type { LeafColumn } from './leafColumn.js';
import type { ShapedField, ValueShape } from './valueShape.js';

/** Decoded leaves by their number. */
export type Leaves = ReadonlyMap<number, LeafColumn>;

/**
 * The values of a nested column, one per row: lists, Maps and objects out of levels.
 *
 * A value's definition level says how much of its path is there, its repetition level at which list a
 * new element begins (0: a new row). What is absent has one entry in every leaf below it.
 *
 * Source: the Dremel encoding, as the Parquet format describes it.
 */
export function nestedValues(shape: ValueShape, leaves: Leaves, rows: number): readonly unknown[] {
  const reader = new RecordReader(shape, leaves);
  const out: unknown[] = [];
  for (let i = 0; i < rows; i++) out.push(reader.next());
  reader.end();
  return out;
}

/** Where reading stands in one leaf. */
interface Cursor {
  readonly column: LeafColumn;
  readonly maxDefinition: number;
  entry: number;
  value: number;
}

class RecordReader {
  private readonly cursors = new Map<number, Cursor>();
  private bad: BadCell | undefined;

  constructor(
    private readonly shape: ValueShape,
    leaves: Leaves,
  ) {
    for (const { leaf, maxDefinition } of shape.leaves) {
      const column = leaves.get(leaf);
      if (column) this.cursors.set(leaf, { column, maxDefinition, entry: 0, value: 0 });
    }
  }

  /** The value of the next row; a `BadCell` if anything in it is bad. */
  next(): unknown {
    this.bad = undefined;
    const value = this.read(this.shape);
    for (const cursor of this.cursors.values()) {
      // Leaves that disagree about where the row ends would go out of step.
      if (repetitionAt(cursor) > 0) damaged('the columns of a nested value do not belong together');
    }
    return this.bad ?? value;
  }

  end(): void {
    for (const { column, entry } of this.cursors.values()) {
      if (entry !== column.entries) damaged('a nested column has more rows than its row group');
    }
  }

  private read(shape: ValueShape): unknown {
    if (shape.node.repetition === 'OPTIONAL' && this.definition(shape) < shape.node.maxDefinition) {
      this.skip(shape);
      return shape.required ? this.fail(`${shape.node.path.join('.')} is null`) : null;
    }
    switch (shape.kind) {
      case 'leaf':
        return this.leaf(shape);
      case 'struct':
        return this.struct(shape.fields, shape);
      case 'list': {
        const items: unknown[] = [];
        this.repeat(shape, shape.repeated, () => items.push(this.read(shape.element)));
        return items;
      }
      case 'map': {
        const entries = new Map<unknown, unknown>();
        this.repeat(shape, shape.repeated, () => {
          const key = this.read(shape.key);
          entries.set(key, this.read(shape.value));
        });
        return entries;
      }
    }
  }

  private repeat(
    shape: ValueShape,
    repeated: { readonly maxDefinition: number; readonly maxRepetition: number },
    element: () => void,
  ): void {
    if (this.definition(shape) < repeated.maxDefinition) return this.skip(shape);
    const first = this.cursor(shape.leaves[0]?.leaf);
    do element();
    while (repetitionAt(first) === repeated.maxRepetition);
  }

  private leaf(shape: ValueShape): unknown {
    const cursor = this.cursor(shape.node.leaf);
    if (this.definition(shape) < cursor.maxDefinition) damaged('a value without its definition');
    cursor.entry++;
    const value = cursor.column.values[cursor.value++];
    if (value instanceof BadCell) this.bad ??= value;
    return value;
  }

  private struct(fields: readonly ShapedField[], shape: ValueShape): object {
    const object: Record<string, unknown> = {};
    let read = false;
    for (const { name, shape: field } of fields) {
      setField(object, name, field ? this.read(field) : null);
      read ||= field !== undefined;
    }
    if (!read) this.skip(shape);
    return object;
  }

  /** Passes one value: an absent one has one entry in each leaf, one that nobody reads may have more. */
  private skip(shape: ValueShape): void {
    for (const { leaf } of shape.leaves) {
      const cursor = this.cursor(leaf);
      do {
        if (definitionAt(cursor) === cursor.maxDefinition) cursor.value++;
        cursor.entry++;
      } while (repetitionAt(cursor) > shape.node.maxRepetition);
    }
  }

  private definition(shape: ValueShape): number {
    return definitionAt(this.cursor(shape.leaves[0]?.leaf));
  }

  private cursor(leaf: number | undefined): Cursor {
    return this.cursors.get(leaf ?? -1) ?? damaged('a nested column without leaves');
  }

  private fail(reason: string): null {
    this.bad ??= new BadCell(`${reason}, the schema says NOT NULL`);
    return null;
  }
}

function definitionAt({ column, entry, maxDefinition }: Cursor): number {
  if (entry >= column.entries) damaged('a nested column has fewer values than rows');
  return column.definitions?.[entry] ?? maxDefinition;
}

/** −1 at the end: no list goes on there. */
function repetitionAt({ column, entry }: Cursor): number {
  return entry < column.entries ? (column.repetitions?.[entry] ?? 0) : -1;
}
