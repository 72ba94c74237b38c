import { generated, generatedOnce } from '../../lib/generatedCode.js';
import { isRowCount } from '../aggregates/count.js';
import { Filtered } from '../aggregates/filtered.js';
import type { AnyAggregate } from './fold.js';
import { refusePromise } from './rowFunction.js';
import { ValueAggregate } from './valueAggregate.js';

type Read = (row: unknown) => unknown;

/** V8 does not optimise much longer functions. */
const mostAggregates = 64;

/** Takes one row into the value of a group: its accumulators in an array, or the only one itself. */
export type AddRow = (value: never, row: unknown) => unknown;

/**
 * The accumulators of a group without rows, in an array literal: V8 puts those of groups that stay where old
 * objects are (docs/performance.md). undefined: where `addOf` goes step by step.
 */
export function zeroOf(aggregates: readonly AnyAggregate[]): (() => unknown[]) | undefined {
  if (aggregates.length > mostAggregates) return undefined;
  const names = aggregates.map((_, i) => `a${i}`);
  const body = `const [${names.join()}] = aggregates; return () => [${names.map((a) => `${a}.zero()`).join()}];`;
  return generated({ aggregates }, body) as (() => unknown[]) | undefined;
}

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
 * const f0 = w0(row); if (f0 === true) { v[2] = v[2] + 1; } else if (f0 !== false) …    count({ where })
 * ```
 *
 * Where the host forbids code from strings, and for very many aggregates, it goes through them step by step.
 */
export function addOf(aggregates: readonly AnyAggregate[], shape: 'one' | 'array'): AddRow {
  const blocks = blocksOf(aggregates);
  const code = aggregates.length > mostAggregates ? undefined : addCode(blocks, shape);
  if (code !== undefined) return code;
  if (shape === 'array') return (value: unknown[], row) => addByStep(blocks, value, row);
  const [only] = aggregates as readonly [AnyAggregate];
  return (value, row) => only.add(value, row);
}

interface Step {
  readonly i: number;
  readonly aggregate: AnyAggregate;
  readonly value: Read | undefined;
}

/** The aggregates behind one filter, and those without one first. */
interface Block {
  readonly filter: Read | undefined;
  readonly steps: readonly Step[];
}

function blocksOf(aggregates: readonly AnyAggregate[]): readonly Block[] {
  const blocks = new Map<Read | undefined, Step[]>([[undefined, []]]);
  for (const [i, given] of aggregates.entries()) {
    const aggregate = unfiltered(given);
    const filter = given instanceof Filtered ? (given.where as Read) : undefined;
    const value = aggregate instanceof ValueAggregate ? (aggregate.value as Read) : undefined;
    const steps = blocks.get(filter) ?? [];
    steps.push({ i, aggregate, value });
    blocks.set(filter, steps);
  }
  return Array.from(blocks, ([filter, steps]) => ({ filter, steps }));
}

function addByStep(blocks: readonly Block[], value: unknown[], row: unknown): unknown[] {
  const read = new Map<Read, unknown>();
  for (const { filter, steps } of blocks) {
    const passes = filter === undefined || filter(row);
    if (passes !== true) {
      if (passes !== false) refusePromise(passes, steps[0]?.aggregate.name ?? '', 'where');
      continue;
    }
    for (const { i, aggregate, value: reader } of steps) {
      if (!(aggregate instanceof ValueAggregate) || reader === undefined) {
        value[i] = aggregate.add(value[i], row);
        continue;
      }
      if (!read.has(reader)) read.set(reader, reader(row));
      value[i] = aggregate.put(value[i], read.get(reader));
    }
  }
  return value;
}

function addCode(blocks: readonly Block[], shape: 'one' | 'array'): AddRow | undefined {
  const steps = blocks.flatMap((block) => block.steps).sort((a, b) => a.i - b.i);
  const filters = blocks.map(({ filter }) => filter);
  const values = [...new Set(steps.map(({ value }) => value))];
  const always = new Set<Read>();
  const source = [
    ...steps.map(({ i }) => `const a${i} = aggregates[${i}];`),
    ...filters.map((_, i) => `const w${i} = filters[${i}];`),
    ...values.map((_, i) => `const r${i} = values[${i}];`),
    'return function add(v, row) {',
    ...blocks.map(({ filter, steps: own }, i) => {
      const known = filter === undefined ? always : new Set(always);
      const body = own.map((step) => stepSource(step, shape, values, known)).join(' ');
      if (filter === undefined) return body;
      const otherwise = `else if (f${i} !== false) refusePromise(f${i}, a${own[0]?.i}.name, 'where');`;
      return `const f${i} = w${i}(row); if (f${i} === true) { ${body} } ${otherwise}`;
    }),
    'return v;',
    '};',
  ];
  const args = {
    aggregates: steps.map(({ aggregate }) => aggregate),
    filters,
    values,
    refusePromise,
  };
  const make = shape === 'one' ? generatedOnce : generated;
  return make(args, source.join('\n')) as AddRow | undefined;
}

/** `known`: the values that have been read where this stands. */
function stepSource(
  { i, aggregate, value }: Step,
  shape: 'one' | 'array',
  values: readonly (Read | undefined)[],
  known: Set<Read>,
): string {
  const at = shape === 'one' ? 'v' : `v[${i}]`;
  if (isRowCount(aggregate)) return `${at} = ${at} + 1;`;
  if (value === undefined) return `${at} = a${i}.add(${at}, row);`;
  const x = values.indexOf(value);
  const read = known.has(value) ? '' : `const x${x} = r${x}(row); `;
  known.add(value);
  return `${read}${at} = a${i}.put(${at}, x${x});`;
}
