import type { SchemaElement } from 'hyparquet';
import { fieldOf } from '../../lib/parquet/columnType.js';
import type { LeafColumn } from '../../lib/parquet/leafColumn.js';
import { columnsOfSchema } from '../../lib/parquet/parquetNode.js';
import { nestedValues } from '../../lib/parquet/recordReader.js';
import { shapeFields } from '../../lib/parquet/valueShape.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { formatDdl } from '../../lib/schema/formatDdl.js';

/** Levels and values of a leaf, as [repetition, definition, value?] per entry. */
type Entries = readonly (readonly [number, number, unknown?])[];

function leaf(entries: Entries, maxDefinition: number): LeafColumn {
  return {
    entries: entries.length,
    repetitions: Int32Array.from(entries, ([repetition]) => repetition),
    definitions: Int32Array.from(entries, ([, definition]) => definition),
    values: entries.filter(([, d]) => d === maxDefinition).map(([, , value]) => value),
    bad: false,
  };
}

function column(elements: readonly SchemaElement[]) {
  const [node] = columnsOfSchema([{ name: 'root', num_children: 1 }, ...elements]);
  if (node === undefined) throw new Error('no column');
  return node;
}

/** The values of one column, read as `ddl` or as the file has them. */
function read(
  elements: readonly SchemaElement[],
  rows: number,
  leaves: readonly Entries[],
  ddl?: string,
) {
  const node = column(elements);
  const fields = ddl === undefined ? [fieldOf(node)] : parseDdl(ddl).fields;
  const [field] = shapeFields(fields, [node], { source: 's', file: 'f', options: {} });
  if (field?.shape === undefined) throw new Error('no shape');
  const { shape } = field;
  const decoded = new Map(
    shape.leaves.map((each) => [each.leaf, leaf(leaves[each.leaf] ?? [], each.maxDefinition)]),
  );
  return nestedValues(shape, decoded, rows);
}

const list = (name: string): SchemaElement => ({
  name,
  repetition_type: 'OPTIONAL',
  converted_type: 'LIST',
  num_children: 1,
});
const ddlOf = (elements: readonly SchemaElement[]) =>
  formatDdl({ type: 'struct', fields: [fieldOf(column(elements))] });

describe('lists of older writers', () => {
  it('takes a repeated leaf for the element', () => {
    const elements: SchemaElement[] = [
      list('c'),
      { name: 'whatever', repetition_type: 'REPEATED', type: 'INT32' },
    ];
    expect(ddlOf(elements)).toBe('c ARRAY<INT NOT NULL>');
    const entries: Entries = [
      [0, 2, 1],
      [1, 2, 2],
      [0, 1],
      [0, 0],
      [0, 2, 3],
    ];
    expect(read(elements, 4, [entries])).toEqual([[1, 2], [], null, [3]]);
  });

  it('takes a repeated column without LIST for a list that is never null', () => {
    const elements: SchemaElement[] = [{ name: 'c', repetition_type: 'REPEATED', type: 'INT32' }];
    expect(ddlOf(elements)).toBe('c ARRAY<INT NOT NULL> NOT NULL');
    expect(
      read(elements, 3, [
        [
          [0, 1, 1],
          [1, 1, 2],
          [0, 0],
          [0, 1, 3],
        ],
      ]),
    ).toEqual([[1, 2], [], [3]]);
  });

  it.each([
    ['array', 'c ARRAY<STRUCT<x: INT> NOT NULL>', [[{ x: 1 }]]],
    ['c_tuple', 'c ARRAY<STRUCT<x: INT> NOT NULL>', [[{ x: 1 }]]],
    ['bag', 'c ARRAY<INT>', [[1]]],
  ])('decides by the name %s whether a repeated group is the element', (name, ddl, rows) => {
    const elements: SchemaElement[] = [
      list('c'),
      { name, repetition_type: 'REPEATED', num_children: 1 },
      { name: 'x', repetition_type: 'OPTIONAL', type: 'INT32' },
    ];
    expect(ddlOf(elements)).toBe(ddl);
    expect(read(elements, 1, [[[0, 3, 1]]])).toEqual(rows);
  });

  it('takes a repeated group of several columns for the element', () => {
    const elements: SchemaElement[] = [
      list('c'),
      { name: 'element', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'x', repetition_type: 'REQUIRED', type: 'INT32' },
      { name: 'y', repetition_type: 'OPTIONAL', type: 'INT32' },
    ];
    const x: Entries = [
      [0, 2, 1],
      [1, 2, 2],
      [0, 0],
    ];
    const y: Entries = [
      [0, 3, 9],
      [1, 2],
      [0, 0],
    ];
    expect(read(elements, 2, [x, y])).toEqual([
      [
        { x: 1, y: 9 },
        { x: 2, y: null },
      ],
      null,
    ]);
  });

  it('reads a MAP that says MAP_KEY_VALUE', () => {
    const elements: SchemaElement[] = [
      { name: 'c', repetition_type: 'OPTIONAL', converted_type: 'MAP_KEY_VALUE', num_children: 1 },
      { name: 'map', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', repetition_type: 'REQUIRED', type: 'INT32' },
      { name: 'value', repetition_type: 'OPTIONAL', type: 'INT32' },
    ];
    const keys: Entries = [
      [0, 2, 1],
      [1, 2, 2],
    ];
    const values: Entries = [
      [0, 3, 10],
      [1, 2],
    ];
    expect(read(elements, 1, [keys, values])).toEqual([
      new Map([
        [1, 10],
        [2, null],
      ]),
    ]);
  });
});

describe('a nested column', () => {
  const pair: SchemaElement[] = [
    { name: 'c', repetition_type: 'OPTIONAL', num_children: 2 },
    { name: 'items', repetition_type: 'REPEATED', type: 'INT32' },
    { name: 'n', repetition_type: 'OPTIONAL', type: 'INT32' },
  ];
  const items: Entries = [
    [0, 2, 1],
    [1, 2, 2],
    [0, 1],
    [0, 0],
  ];
  const n: Entries = [
    [0, 2, 7],
    [0, 1],
    [0, 0],
  ];

  it('tells null from empty', () => {
    expect(read(pair, 3, [items, n])).toEqual([
      { items: [1, 2], n: 7 },
      { items: [], n: null },
      null,
    ]);
  });

  it('is read in part, also where only fields are asked for that the file does not have', () => {
    expect(read(pair, 3, [items, n], 'c STRUCT<n: INT>')).toEqual([{ n: 7 }, { n: null }, null]);
    expect(read(pair, 3, [items, n], 'c STRUCT<later: INT>')).toEqual([
      { later: null },
      { later: null },
      null,
    ]);
  });

  it('is a bad record where the schema forbids a null inside', () => {
    const [, second] = read(pair, 3, [items, n], 'c STRUCT<n: INT NOT NULL>');
    expect(second).toMatchObject({ reason: 'c.n is null, the schema says NOT NULL' });
  });

  it.each([
    ['fewer values than rows', 4, [items, n]],
    ['more values than rows', 2, [items, n]],
    [
      'columns that disagree',
      3,
      [
        items,
        [
          [0, 2, 7],
          [1, 2, 8],
          [0, 0],
        ] as Entries,
      ],
    ],
  ])('is refused with %s', (_what, rows, leaves) => {
    expect(() => read(pair, rows, leaves)).toThrow(
      expect.objectContaining({ name: 'ParquetDamage' }),
    );
  });
});

describe('the schema of a footer', () => {
  it.each<[string, SchemaElement[]]>([
    ['nothing', []],
    ['fewer columns than it says', [{ name: 'root', num_children: 1 }]],
    [
      'nodes outside the root',
      [
        { name: 'root', num_children: 0 },
        { name: 'a', type: 'INT32' },
      ],
    ],
    ['a group without columns', [{ name: 'root', num_children: 1 }, { name: 'a' }]],
  ])('is refused with %s', (_what, elements) => {
    expect(() => columnsOfSchema(elements)).toThrow(
      expect.objectContaining({ name: 'ParquetDamage' }),
    );
  });

  it('is refused when nested without end', () => {
    const deep = Array.from({ length: 100 }, () => ({ name: 'g', num_children: 1 }));
    expect(() => columnsOfSchema(deep)).toThrow(/deeper than 64/);
  });
});
