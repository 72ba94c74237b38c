import * as ops from '../../index.js';

const sink = ops.memorySink();

describe('what is given in place of a stream', () => {
  it.each<readonly [what: string, given: unknown, message: string]>([
    ['a source', ops.memoryStream(), 'not the source MemoryStream'],
    ['a source', ops.memoryStream(), 'itself: write readStream(source)'],
    ['an array', [1], 'not an array: write readStream(from(rows)), with from of RxJS'],
    ['a promise', Promise.resolve([1]), 'not a Promise: await it before'],
    ['nothing', undefined, 'not undefined: write readStream(…)'],
    ['null', null, 'not null: write readStream(…)'],
    ['an object', {}, 'not an object: write readStream(…)'],
    ['an operator', ops.count(), 'not a function: operators stand in stream.pipe(…)'],
  ])('%s is named, with what to write', async (_what, given, message) => {
    const calls = {
      writeStream: () => ops.writeStream(given as never, { sink }),
      display: () => ops.display(given as never),
      'an operator of Millrace': () => ops.where(() => true)(given as never),
    };
    for (const [owner, call] of Object.entries(calls)) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(`${owner} takes a stream, `);
      expect(call).toThrow(message);
    }
    await expect(ops.readBatch(given as never)).rejects.toThrow('readBatch takes a stream, ');
    await expect(ops.readBatch(given as never)).rejects.toThrow(message);
  });

  it('is named before the checkpoint is', () => {
    const given = { sink, checkpointLocation: '/nowhere' };
    expect(() => ops.writeStream(ops.memoryStream() as never, given)).toThrow('readStream(source)');
  });

  it('is no table of a join', () => {
    const join = () =>
      ops.joinWith(ops.memoryStream() as never, { type: 'inner', on: 'a' } as never);
    expect(join).toThrow('joinWith takes a stream, not the source MemoryStream');
  });
});

describe('options that are left out', () => {
  it.each<readonly [message: string, call: () => unknown]>([
    [
      "jsonFiles needs a schema: jsonFiles(path, { schema: '",
      () => ops.jsonFiles('in', undefined as never),
    ],
    [
      "csvFiles needs a schema: csvFiles(path, { schema: '",
      () => ops.csvFiles('in', undefined as never),
    ],
    ['jsonFiles needs a schema', () => ops.jsonFiles('in', {} as never)],
    ['socketLines needs an address', () => (ops.socketLines as () => unknown)()],
    ['ratePerBatch: rowsPerBatch is missing', () => (ops.ratePerBatch as () => unknown)()],
    ['durable needs a name', () => ops.durable(undefined, undefined as never)],
  ])('are asked for: %s', (message, call) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
