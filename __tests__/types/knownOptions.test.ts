import { expectTypeOf } from 'expect-type';
import { csvFiles, jsonFiles, type StreamSource, socketLines } from '../../index.js';
import { parquetFiles } from '../../lib/parquet/index.js';

const place = { host: 'localhost', port: 9999 };

describe('options of sources that infer their rows', () => {
  it('may not be misspelled', () => {
    // @ts-expect-error maxFilesPerTrigger
    expect(() => jsonFiles('x', { schema: 'a INT', maxFilePerTrigger: 1 })).toThrow(TypeError);
    // @ts-expect-error sep
    expect(() => csvFiles('x', { schema: 'a STRING', delimiter: ';' })).toThrow(TypeError);
    // @ts-expect-error there is no mergeSchema
    expect(() => parquetFiles('x', { mergeSchema: true })).toThrow(TypeError);
    // @ts-expect-error includeTimestamp
    expect(() => socketLines({ ...place, includeTimestamps: true })).toThrow(TypeError);
  });

  it('may come from a variable', () => {
    const options = { schema: 'a INT NOT NULL', maxFilesPerTrigger: 1 } as const;
    expectTypeOf(jsonFiles('x', options)).toEqualTypeOf<StreamSource<{ readonly a: number }>>();
    const header: boolean = true;
    expectTypeOf(csvFiles('x', { schema: 'a INT NOT NULL', header })).toEqualTypeOf<
      StreamSource<{ readonly a: number }>
    >();
    expectTypeOf(parquetFiles('x')).toEqualTypeOf(parquetFiles('x', { recursive: true }));
  });
});
