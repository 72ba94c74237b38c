import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parquetSchemaOf } from '../../lib/parquet/index.js';
import { parseDdl } from '../../lib/schema/ddl.js';
import { formatDdl } from '../../lib/schema/formatDdl.js';
import { encoded, fileOf, removeFolder, testFolder } from './parquetFile.js';

afterAll(removeFolder);

describe('parquetSchemaOf', () => {
  it('gives the schema with which the file was written', async () => {
    const ddl =
      'a TINYINT, b SMALLINT NOT NULL, c INT, d BIGINT, e FLOAT, f DOUBLE, g STRING, h BINARY, i DATE, j TIMESTAMP, k DECIMAL(38,5), l ARRAY<ARRAY<INT> NOT NULL>, m MAP<STRING, STRUCT<x: BOOLEAN NOT NULL> NOT NULL>';
    const path = await fileOf(await encoded(ddl, []));
    expect(formatDdl(await parquetSchemaOf(path))).toBe(ddl);
    expect(await parquetSchemaOf(path)).toEqual(parseDdl(ddl));
  });

  it('gives that of another writer’s file', async () => {
    const path = join('node_modules', 'vega-datasets', 'data', 'flights-3m.parquet');
    expect(formatDdl(await parquetSchemaOf(path))).toBe(
      'date TIMESTAMP, delay BIGINT, distance BIGINT, origin STRING, destination STRING',
    );
  });

  it('refuses what is no Parquet file, or not there', async () => {
    const text = await fileOf(Buffer.from('no parquet at all'));
    await expect(parquetSchemaOf(text)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
    const missing = join(await testFolder(), 'missing.parquet');
    await expect(parquetSchemaOf(missing)).rejects.toMatchObject({ code: 'SOURCE_PATH_MISSING' });
  });

  it('gives that of the first file of a folder, and of a glob', async () => {
    const folder = join('node_modules', 'vega-datasets', 'data');
    const schema = await parquetSchemaOf(join(folder, 'flights-3m.parquet'));
    expect(await parquetSchemaOf(join(folder, '*.parquet'))).toEqual(schema);
    const own = dirname(await fileOf(await encoded('a INT', [])));
    expect(await parquetSchemaOf(own)).toEqual(await parquetSchemaOf(join(own, '0.parquet')));
  });

  it('refuses a folder without files', async () => {
    const empty = join(await testFolder(), 'empty');
    await mkdir(empty);
    await expect(parquetSchemaOf(empty)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      params: { path: empty, reason: expect.stringContaining('no file') },
    });
  });
});
