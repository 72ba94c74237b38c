import fc from 'fast-check';
import type { DataType, StructField, StructType } from '../../../lib/schema/types.js';

const names = [
  'a',
  'b',
  'ab',
  'id',
  'name',
  'dateTime',
  '__proto__',
  'é',
  'a"b',
  'toString',
  'x y',
];

const scalar = fc.constantFrom<DataType>(
  { type: 'string' },
  { type: 'boolean' },
  { type: 'tinyint' },
  { type: 'int' },
  { type: 'bigint' },
  { type: 'float' },
  { type: 'double' },
  { type: 'decimal', precision: 20, scale: 3 },
  { type: 'binary' },
  { type: 'date' },
  { type: 'timestamp' },
);

function fieldsOf(type: fc.Arbitrary<DataType>): fc.Arbitrary<StructField[]> {
  const field = fc.record({
    name: fc.constantFrom(...names),
    dataType: type,
    nullable: fc.boolean(),
  });
  return fc.uniqueArray(field, { selector: ({ name }) => name, minLength: 1, maxLength: 6 });
}

const { type: anyType } = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.record({
      type: fc.constant('array' as const),
      element: tie('type'),
      containsNull: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('map' as const),
      key: fc.constant<DataType>({ type: 'string' }),
      value: tie('type'),
      valueContainsNull: fc.boolean(),
    }),
    fieldsOf(tie('type')).map((fields): DataType => ({ type: 'struct', fields })),
  ),
}));

export const structArbitrary: fc.Arbitrary<StructType> = fieldsOf(anyType).map((fields) => ({
  type: 'struct',
  fields,
}));

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 12, maxLength: 60 }),
);
const numberText = fc.oneof(
  fc.integer().map(String),
  fc.maxSafeInteger().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,12})?([eE][+-]?\d{1,2})?$/),
);
const blanks = fc.constantFrom('', '', '', ' ', '\t ');

/** JSON text of a value of the type, mostly; sometimes of another. */
export function valueText(type: DataType): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 12, arbitrary: ofType(type) },
    { weight: 1, arbitrary: fc.constant('null') },
    { weight: 1, arbitrary: fc.json() },
  );
}

function ofType(type: DataType): fc.Arbitrary<string> {
  switch (type.type) {
    case 'string':
      return anyText.map((text) => JSON.stringify(text));
    case 'boolean':
      return fc.constantFrom('true', 'false');
    case 'binary':
      return fc.base64String().map((text) => JSON.stringify(text));
    case 'date':
    case 'timestamp': {
      const day = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
      const text = day.map((date) =>
        JSON.stringify(date.toISOString().slice(0, type.type === 'date' ? 10 : 24)),
      );
      return fc.oneof(text, fc.nat().map(String));
    }
    case 'array':
      return fc
        .tuple(fc.array(valueText(type.element), { maxLength: 4 }), blanks)
        .map(([values, blank]) => `[${values.join(`${blank},${blank}`)}]`);
    case 'map':
      return fc
        .array(fc.tuple(anyText, valueText(type.value)), { maxLength: 4 })
        .map(
          (entries) =>
            `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`,
        );
    case 'struct':
      return objectText(type.fields);
    default:
      return numberText;
  }
}

/** Keys in any order, some left out, some twice, some unknown. */
function objectText(fields: readonly StructField[]): fc.Arbitrary<string> {
  const key = (name: string) => JSON.stringify(name);
  const entries = fields.map(({ name, dataType }) =>
    fc.tuple(fc.constant(key(name)), valueText(dataType)),
  );
  const unknown = fc.tuple(anyText.map(key), fc.json());
  const all = fc.tuple(...entries);
  return fc
    .record({
      all,
      unknown: fc.array(unknown, { maxLength: 2 }),
      order: fc.array(fc.nat(20), { maxLength: 8 }),
      blank: blanks,
    })
    .map(({ all: known, unknown: others, order, blank }) => {
      const list: (readonly [string, string])[] = [...known, ...others];
      for (const [i, at] of order.entries()) {
        const entry = list[i % list.length];
        if (entry && i % 3 === 0) list.splice(at % list.length, 1);
        else if (entry) list.splice(at % list.length, 0, entry);
      }
      return `{${list.map(([name, value]) => `${blank}${name}:${blank}${value}`).join(',')}${blank}}`;
    });
}
