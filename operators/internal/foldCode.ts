import { generated } from '../../lib/generatedCode.js';
import { isRowCount } from '../aggregates/count.js';
import { Filtered } from '../aggregates/filtered.js';
import type { AnyAggregate } from './fold.js';
import { ValueAggregate } from './valueAggregate.js';

type Read = (row: unknown) => unknown;

/** V8 does not optimise much longer functions. */
const mostAggregates = 64;

/** Takes one row into the value of a group: its accumulators in an array, or the only one itself. */
export type AddRow = (value: never, row: unknown) => unknown;

/** An aggregate without its filter. */
export function unfiltered(aggregate: AnyAggregate): AnyAggregate {
  return aggregate instanceof Filtered ? aggregate.inner : aggregate;
}

/**
 * The aggregates of a group as one function. Each filter is asked once per row, and a value that
 * several aggregates want is read once; no function sees a row that its filter keeps away.
 *
 * ```
 * v[0] = v[0] + 1;                                       count()
 * const x0 = r0(row); v[1] = a1.put(v[1], x0);           max(price)
 * if (w0(row) === true) { v[2] = v[2] + 1; }             count({ where })
 * ```
 *
 * Out: undefined where the host forbids code from strings, and for very many aggregates.
 */
export function addCode(
  aggregates: readonly AnyAggregate[],
  shape: 'one' | 'array',
): AddRow | undefined {
  if (aggregates.length > mostAggregates) return undefined;
  const steps = aggregates.map((given, i) => {
    const aggregate = unfiltered(given);
    const filter = given instanceof Filtered ? (given.where as Read) : undefined;
    const value = aggregate instanceof ValueAggregate ? (aggregate.value as Read) : undefined;
    return { i, aggregate, filter, value, at: shape === 'one' ? 'v' : `v[${i}]` };
  });
  const filters = distinct(steps.map(({ filter }) => filter));
  const values = distinct(steps.map(({ value }) => value));
  const block = (filter: Read | undefined, known: Set<Read>) =>
    steps
      .filter((step) => step.filter === filter)
      .map((step) => stepSource(step, values, known))
      .join(' ');
  const always = new Set<Read>();
  const source = [
    ...steps.map(({ i }) => `const a${i} = aggregates[${i}];`),
    ...filters.map((_, i) => `const w${i} = filters[${i}];`),
    ...values.map((_, i) => `const r${i} = values[${i}];`),
    'return function add(v, row) {',
    block(undefined, always),
    ...filters.map((f, i) => `if (w${i}(row) === true) { ${block(f, new Set(always))} }`),
    'return v;',
    '};',
  ];
  const args = { aggregates: steps.map(({ aggregate }) => aggregate), filters, values };
  return generated(args, source.join('\n')) as AddRow | undefined;
}

interface Step {
  readonly i: number;
  readonly aggregate: AnyAggregate;
  readonly value: Read | undefined;
  readonly at: string;
}

/** `known`: the values that have been read where this stands. */
function stepSource({ i, aggregate, value, at }: Step, values: readonly Read[], known: Set<Read>) {
  if (isRowCount(aggregate)) return `${at} = ${at} + 1;`;
  if (value === undefined) return `${at} = a${i}.add(${at}, row);`;
  const x = values.indexOf(value);
  const read = known.has(value) ? '' : `const x${x} = r${x}(row); `;
  known.add(value);
  return `${read}${at} = a${i}.put(${at}, x${x});`;
}

function distinct(functions: readonly (Read | undefined)[]): readonly Read[] {
  return [...new Set(functions)].filter((each) => each !== undefined);
}
