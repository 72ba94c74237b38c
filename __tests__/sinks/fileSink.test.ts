import { type FileSinkOptions, fileSink } from '../../lib/sinks/fileSink.js';
import { readManifest } from '../../lib/sinks/readManifest.js';
import type { Sink, SinkContext } from '../../lib/sinks/sink.js';
import { sinkContext } from '../../lib/testing/sinkContract.js';
import { sinkContract } from '../contracts/sink.contract.js';
import { type DyingFileSystem, dataFiles, dyingFileSystem } from './dyingFileSystem.js';

interface Row {
  readonly n: number;
}

function opened(
  fs: DyingFileSystem,
  nextBatchId = 0,
  options: FileSinkOptions = {},
  changes: Partial<SinkContext> = {},
): Sink<unknown> {
  return fileSink('/out', options).open(
    sinkContext(fs, { nextBatchId, ...changes }),
  ) as Sink<unknown>;
}

async function committed(fs: DyingFileSystem): Promise<readonly Row[]> {
  const { files } = await readManifest('/out', { fileSystem: fs });
  const lines = files.flatMap((file) => fs.text(`/out/${file.path}`).trimEnd().split('\n'));
  return lines.map((line) => JSON.parse(line));
}

const code = (name: string) => expect.objectContaining({ code: name });

sinkContract<Row>('file', [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }], () => {
  const fileSystem = dyingFileSystem();
  const read = () => committed(fileSystem);
  return { sink: fileSink('/out'), read, idempotent: true, durable: true, fileSystem };
});

describe('fileSink', () => {
  it('writes a new file per batch and lists it with size, rows and checksum', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs, 0, {}, { now: () => 77 });
    sink.addBatch(0, [{ n: 1 }, { n: 2 }], 'append');
    sink.addBatch(1, [], 'append');
    sink.addBatch(2, [{ n: 3 }], 'append');
    expect(dataFiles(fs, '/out')).toEqual([
      'part-000000000000-1-0.json',
      'part-000000000002-1-0.json',
    ]);
    const manifest = await readManifest('/out', { fileSystem: fs });
    expect(manifest.lastBatchId).toBe(2);
    expect(manifest.files[0]).toEqual({
      path: 'part-000000000000-1-0.json',
      batchId: 0,
      rows: 2,
      size: 16,
      crc32: expect.any(Number),
      committedAtMs: 77,
    });
    expect(sink.metrics?.()).toEqual({ numFiles: '2' });
  });

  it('says where it writes, what it takes, and what must not change', () => {
    const sink = fileSink('out');
    expect([sink.kind, sink.description, sink.modes, sink.signature]).toEqual([
      'file',
      'FileSink[out]',
      ['append'],
      'out',
    ]);
  });

  it('shows nothing of a folder without a manifest', async () => {
    const fs = dyingFileSystem();
    fs.files.set('/out/other.json', new Uint8Array());
    expect(await readManifest('/out', { fileSystem: fs })).toEqual({
      queryId: undefined,
      lastBatchId: -1,
      files: [],
    });
  });

  it('writes partitions into folders and leaves their columns out', async () => {
    const fs = dyingFileSystem();
    const sink = opened(fs, 0, { partitionBy: ['day', 'k'] });
    sink.addBatch(
      0,
      [
        { day: '1', k: 'a/b', n: 1 },
        { day: '1', k: null, n: 2 },
        { day: '1', k: 'a/b', n: 3 },
      ],
      'append',
    );
    expect(dataFiles(fs, '/out')).toEqual([
      'day=1/k=__HIVE_DEFAULT_PARTITION__/part-000000000000-1-1.json',
      'day=1/k=a%2Fb/part-000000000000-1-0.json',
    ]);
    expect(await committed(fs)).toEqual([{ n: 1 }, { n: 3 }, { n: 2 }]);
  });

  it.each([
    ['missing', {}, 'has no such column'],
    ['nested', { k: [1] }, 'use a column of text'],
    ['empty', { k: '' }, 'Spark cannot read a folder that holds k=: give null'],
    ['too long', { k: 'x'.repeat(254) }, '255 is the most'],
  ])('refuses a partition value that is %s', (_name, row, reason) => {
    const sink = opened(dyingFileSystem(), 0, { partitionBy: 'k' });
    expect(() => sink.addBatch(0, [row], 'append')).toThrow(code('SINK_PARTITION'));
    expect(() => sink.addBatch(0, [row], 'append')).toThrow(reason);
  });

  it('takes a partition value of just the longest name', () => {
    const fs = dyingFileSystem();
    opened(fs, 0, { partitionBy: 'k' }).addBatch(0, [{ k: 'x'.repeat(253), n: 1 }], 'append');
    expect(dataFiles(fs, '/out')).toHaveLength(1);
  });

  it('takes a partition column that only the rows have: no schema declares it', () => {
    const fs = dyingFileSystem();
    const schema = { type: 'struct', fields: [] } as const;
    const sink = opened(fs, 0, { partitionBy: 'k' }, { schema });
    sink.addBatch(0, [{ k: 'x', n: 1 }], 'append');
    expect(dataFiles(fs, '/out')).toHaveLength(1);
    expect(() => sink.addBatch(1, [{ n: 1 }], 'append')).toThrow(code('SINK_PARTITION'));
  });

  it('splits files at maxRecordsPerFile', async () => {
    const fs = dyingFileSystem();
    opened(fs, 0, { maxRecordsPerFile: 2 }).addBatch(0, [{ n: 1 }, { n: 2 }, { n: 3 }], 'append');
    expect(dataFiles(fs, '/out')).toHaveLength(2);
    expect(await committed(fs)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('takes a format of its own, also an asynchronous one', async () => {
    const fs = dyingFileSystem();
    const format = {
      name: 'bytes',
      extension: 'bin',
      encode: async (rows: readonly unknown[]) => new Uint8Array(rows.length),
    };
    const sink = opened(fs, 0, { format });
    await sink.addBatch(0, [1, 2, 3], 'append');
    expect(fs.files.get('/out/part-000000000000-1-0.bin')).toHaveLength(3);
  });

  it('writes csv and text', () => {
    const fs = dyingFileSystem();
    opened(fs, 0, { format: 'csv', columns: ['n'], header: true }).addBatch(
      0,
      [{ n: 1 }],
      'append',
    );
    expect(fs.text('/out/part-000000000000-1-0.csv')).toBe('n\n1\n');
    const other = dyingFileSystem();
    opened(other, 0, { format: 'text' }).addBatch(0, ['a'], 'append');
    expect(other.text('/out/part-000000000000-1-0.txt')).toBe('a\n');
  });

  it('refuses the folder of another query before it writes anything', () => {
    const fs = dyingFileSystem();
    opened(fs).addBatch(0, [{ n: 1 }], 'append');
    const before = [...fs.files.keys()];
    expect(() => opened(fs, 0, {}, { queryId: 'another' })).toThrow(code('SINK_FOREIGN'));
    expect([...fs.files.keys()]).toEqual(before);
  });

  it('refuses a folder that another query opened and did not write to', () => {
    const fs = dyingFileSystem();
    opened(fs);
    expect(() => opened(fs, 0, {}, { queryId: 'another' })).toThrow(code('SINK_FOREIGN'));
  });

  it.each([
    [0, 'an older checkpoint was put back'],
    [3, 'committed batches are missing'],
  ])(
    'refuses a checkpoint that goes on with batch %i when the folder ends at 1',
    (next, reason) => {
      const fs = dyingFileSystem();
      const sink = opened(fs);
      sink.addBatch(0, [{ n: 1 }], 'append');
      sink.addBatch(1, [{ n: 2 }], 'append');
      expect(() => opened(fs, next)).toThrow(code('SINK_POSITION'));
      expect(() => opened(fs, next)).toThrow(reason);
      expect(() => opened(fs, 1)).not.toThrow();
      expect(() => opened(fs, 2)).not.toThrow();
    },
  );

  it('begins an empty folder at any batch', async () => {
    const fs = dyingFileSystem();
    opened(fs, 41).addBatch(41, [{ n: 1 }], 'append');
    expect(await committed(fs)).toEqual([{ n: 1 }]);
  });

  it('lets one of two runs write: the older one is refused', async () => {
    const fs = dyingFileSystem();
    const older = opened(fs);
    older.addBatch(0, [{ n: 1 }], 'append');
    const newer = opened(fs, 1);
    expect(() => older.addBatch(1, [{ n: 9 }], 'append')).toThrow(code('SINK_CONCURRENT'));
    newer.addBatch(1, [{ n: 2 }], 'append');
    expect(await committed(fs)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('refuses a run whose batch another run has committed in between', () => {
    const fs = dyingFileSystem();
    const sink = opened(fs);
    fs.files.set('/out/_millrace/000000000000-000000000000.entry', new Uint8Array());
    expect(() => sink.addBatch(0, [], 'append')).toThrow(code('SINK_CONCURRENT'));
  });

  it('refuses retention without a clock, and options out of range', () => {
    expect(() => opened(dyingFileSystem(), 0, { retention: '1 day' })).toThrow('a clock');
    expect(() => fileSink('')).toThrow(TypeError);
    expect(() => fileSink('a\0b')).toThrow(TypeError);
    expect(() => fileSink('s3://bucket/out')).toThrow(
      'fileSink: path must be a path, got the URL "s3://bucket/out": name a folder on a disk',
    );
    expect(() => fileSink('x', { format: 'xml' as never })).toThrow('json, csv or text, not "xml"');
    expect(() => fileSink('x', { format: 'parquet' as never })).toThrow(
      "import { parquetFileSink } from 'millrace/parquet'",
    );
    expect(() => fileSink('x', { partitionBy: ['a', 'a'] })).toThrow('names a twice');
    expect(() => fileSink('x', { partitionBy: '' })).toThrow(TypeError);
    const csv = (columns: unknown) =>
      fileSink('x', { format: 'csv', columns: columns as string[] });
    expect(() => csv('id INT, n INT')).toThrow(
      new TypeError("fileSink: columns is a list of names, ['time', 'n'], not \"id INT, n INT\""),
    );
    expect(() => csv(['a', 'b', 'a'])).toThrow(new RangeError('fileSink: columns names a twice'));
    expect(() => csv([1])).toThrow(TypeError);
    expect(() => fileSink('x', { maxRecordsPerFile: 0 })).toThrow(RangeError);
    expect(() => fileSink('x', { retention: '0 seconds' })).toThrow(RangeError);
  });

  it('answers in the same tick over a synchronous file system', () => {
    expect(opened(dyingFileSystem()).addBatch(0, [{ n: 1 }], 'append')).toBeUndefined();
  });
});
