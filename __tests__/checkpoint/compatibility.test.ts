import { mustBeCompatible, sameJson } from '../../lib/checkpoint/compatibility.js';
import type { OperatorMetadata, QueryMetadata } from '../../lib/checkpoint/metadata.js';
import { query } from './checkpointHarness.js';

const [operator] = query.operators;
const [source] = query.sources;
const { sink } = query;
type Edit = (before: QueryMetadata) => object;

const refused: readonly (readonly [string, Edit, string])[] = [
  ['a source more', () => ({ sources: [source, source] }), 'the query had 1 source and has 2'],
  ['a source less', () => ({ sources: [] }), 'had 1 source and has 0'],
  ['another kind of source', () => ({ sources: [{ ...source, kind: 'csv' }] }), 'source 0'],
  ['another path', () => ({ sources: [{ ...source, signature: { path: 'x' } }] }), '"path":"x"'],
  [
    'an operator more',
    () => ({ operators: [operator, { ...operator, id: 'dedup-1' }] }),
    'operator dedup-1 is new',
  ],
  ['an operator less', () => ({ operators: [] }), 'operator aggregate-0 is gone'],
  [
    'another operator',
    () => ({ operators: [{ ...operator, id: 'dedup-0', kind: 'dedup' }] }),
    'operator dedup-0 (dedup) stands where aggregate-0',
  ],
  [
    'another key',
    () => ({ operators: [{ ...operator, signature: { key: 'city' } }] }),
    '{"key":"city"}',
  ],
  [
    'other columns of the key',
    () => ({ operators: [{ ...operator, keyColumns: ['city'] }] }),
    'operator aggregate-0 had the key user and has city',
  ],
  [
    'results in another order',
    () => ({ operators: [{ ...operator, resultNames: ['most', 'n'] }] }),
    'had the results n, most and has most, n, where most stands at another place',
  ],
  [
    'a result at the place of another',
    () => ({ operators: [{ ...operator, resultNames: ['least', 'n'] }] }),
    'where n stands at another place',
  ],
  [
    'another bound',
    () => ({ operators: [{ ...operator, bounds: ['left >= right + 6 ms'] }] }),
    'and left <= right + 9 ms and has left >= right + 6 ms',
  ],
  ['no bound', () => ({ operators: [{ ...operator, bounds: [] }] }), 'and has none'],
  ['another policy', () => ({ watermarkPolicy: 'max' }), "had multipleWatermarkPolicy 'min'"],
  [
    'a table that forgets nothing any more',
    () => ({ operators: [{ ...operator, forgets: undefined }] }),
    'aggregate-0 let groups go',
  ],
  [
    'another folder of the sink',
    () => ({ sink: { ...sink, signature: { path: 'x' } } }),
    'sink FileSink[out] follows',
  ],
];

const allowed: readonly (readonly [string, Edit])[] = [
  ['nothing', () => ({})],
  ['the description of a source', () => ({ sources: [{ ...source, description: 'x' }] })],
  [
    'a sink with a folder for one without',
    () => ({ sink: { kind: 'kafka', description: 'k', signature: null } }),
  ],
  [
    'names of the key for a function',
    () => ({ operators: [{ ...operator, keyColumns: undefined }] }),
  ],
  [
    'names of results at their places',
    () => ({ operators: [{ ...operator, resultNames: ['n', 'largest'] }] }),
  ],
  [
    'the order of bounds',
    () => ({ operators: [{ ...operator, bounds: operator?.bounds?.toReversed() }] }),
  ],
  ['several watermarks for one', () => ({ watermarkPolicy: undefined })],
  [
    'the order of fields of a signature',
    () => ({ sources: [{ ...source, signature: { path: 'in' } }] }),
  ],
];

describe('mustBeCompatible', () => {
  it.each(refused)('refuses %s, and says what may change', (_name, edit, message) => {
    const now = { ...query, ...edit(query) };
    const check = () => mustBeCompatible(query, now);
    expect(check).toThrow(expect.objectContaining({ code: 'CHECKPOINT_INCOMPATIBLE' }));
    expect(check).toThrow(message);
    expect(check).toThrow(/; .* may/);
  });

  it.each(allowed)('lets %s change', (_name, edit) => {
    expect(() => mustBeCompatible(query, { ...query, ...edit(query) })).not.toThrow();
  });

  it('compares nothing that an older release has not written', () => {
    const { id, kind, signature } = operator as OperatorMetadata;
    const { watermarkPolicy, ...rest } = query;
    expect(watermarkPolicy).toBe('min');
    const before = { ...rest, operators: [{ id, kind, signature }] };
    expect(() => mustBeCompatible(before, query)).not.toThrow();
  });

  it('refuses a sink with a folder after one without', () => {
    const before = { ...query, sink: { kind: 'kafka', description: 'k', signature: null } };
    expect(() => mustBeCompatible(before, query)).toThrow('sink FileSink[out] follows k');
  });
});

describe('sameJson', () => {
  it.each([
    [{ a: 1, b: [2, null] }, { b: [2, null], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    [{ a: null }, {}, false],
    [{ a: null }, { b: null }, false],
    [JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":2}'), false],
    [null, 0, false],
  ])('%j and %j: %p', (a, b, same) => {
    expect(sameJson(a, b)).toBe(same);
  });
});
