import { formatDdl, schemaOf } from '../../index.js';
import { testFolder } from './files/folder.js';

const folder = testFolder();
const ddlOf = async (options = {}, path = folder.path) => formatDdl(await schemaOf(path, options));

describe('schemaOf', () => {
  it('infers the types of JSON lines over all files, and leaves bad lines out', async () => {
    folder.write('a.json', '{"n":1,"s":"x"}\n\nno json\n{"n":1.5}\n');
    folder.write('b.json', '{"l":[1],"o":{"k":true}}\n');
    expect(await ddlOf()).toBe('n DOUBLE, s STRING, l ARRAY<BIGINT>, o STRUCT<k: BOOLEAN>');
  });

  it('infers the types of CSV by header or position', async () => {
    folder.write(
      'a.csv',
      'at,item,n\n2024-02-29 12:00:00,"a, b",1\n2024-03-01 12:00:00,,3000000000\n',
    );
    expect(await ddlOf({ header: true })).toBe('at TIMESTAMP, item STRING, n BIGINT');
    expect(await ddlOf()).toBe('_c0 STRING, _c1 STRING, _c2 STRING');
  });

  it('loses no digit of a whole number, and takes 1.0 for none', async () => {
    folder.write(
      'a.json',
      '{"id":1234567890123456789,"in":[9007199254740993],"n":1,"x":1.0,"e":[1e3]}\n',
    );
    expect(await ddlOf()).toBe(
      'id DECIMAL(19,0), in ARRAY<DECIMAL(16,0)>, n BIGINT, x DOUBLE, e ARRAY<DOUBLE>',
    );
  });

  it('takes an empty cell in quotes for null, as a source does where the column is no STRING', async () => {
    const quoted = ['"n","d","s",""', '"1","2024-02-29","",""', '"","","x",""'].join('\n');
    folder.write('a.csv', quoted);
    expect(await ddlOf({ header: true })).toBe('n INT, d DATE, s STRING, _c3 STRING');
    expect(await ddlOf({ header: true, nullValue: '1' })).toBe(
      'n STRING, d STRING, s STRING, _c3 STRING',
    );
  });

  it('looks at so many records and no more', async () => {
    folder.write('a.json', '{"n":1}\n{"n":"x"}\n');
    folder.write('b.json', '{"m":1}\n');
    expect(await ddlOf({ sampleRows: 1 })).toBe('n BIGINT');
    expect(await ddlOf({ sampleRows: 2 })).toBe('n STRING');
    expect(await ddlOf({ sampleRows: 3 })).toBe('n STRING, m BIGINT');
  });

  it('takes the format that it is told', async () => {
    folder.write('a.txt', '1;x\n');
    expect(await ddlOf({ format: 'csv', sep: ';' })).toBe('_c0 INT, _c1 STRING');
  });

  it('refuses what has no record, is missing, or is no format', async () => {
    folder.write('a.json', '\n');
    await expect(schemaOf(folder.path)).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(/no record to infer a schema from/),
    });
    await expect(schemaOf(`${folder.path}/none`)).rejects.toMatchObject({
      code: 'SOURCE_PATH_MISSING',
    });
    await expect(schemaOf(folder.path, { format: 'xml' as 'json' })).rejects.toThrow(
      /format must be/,
    );
    await expect(schemaOf(folder.path, { sampleRows: 0 })).rejects.toThrow(
      /sampleRows .* for the default/,
    );
  });
});
