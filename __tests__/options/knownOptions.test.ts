import {
  consoleSink,
  csvFiles,
  durable,
  fileSink,
  jsonFiles,
  memoryStream,
  rate,
  ratePerBatch,
  schemaOf,
  socketLines,
  textFiles,
} from '../../index.js';
import { parquetFileSink, parquetFiles } from '../../lib/parquet/index.js';

/** As a program without types gives them. */
const wrong = (option: string, options: object = {}) => ({ ...options, [option]: 1 }) as never;
const schema = 'a STRING';

describe('an option that a source or sink does not have', () => {
  it.each<[string, () => unknown]>([
    ['jsonFiles', () => jsonFiles('x', wrong('maxFilePerTrigger', { schema }))],
    ['csvFiles', () => csvFiles('x', wrong('maxFilePerTrigger', { schema }))],
    ['textFiles', () => textFiles('x', wrong('maxFilePerTrigger'))],
    ['parquetFiles', () => parquetFiles('x', wrong('maxFilePerTrigger'))],
    ['socketLines', () => socketLines(wrong('maxFilePerTrigger', { host: 'h', port: 1 }))],
    ['rate', () => rate(wrong('maxFilePerTrigger'))],
    ['ratePerBatch', () => ratePerBatch(wrong('maxFilePerTrigger', { rowsPerBatch: 1 }))],
    ['memoryStream', () => memoryStream(wrong('maxFilePerTrigger'))],
    ['durable', () => durable(undefined, wrong('maxFilePerTrigger', { name: 'n' }))],
    ['fileSink', () => fileSink('x', wrong('maxFilePerTrigger'))],
    ['consoleSink', () => consoleSink(wrong('maxFilePerTrigger'))],
    ['parquetFileSink', () => parquetFileSink('x', wrong('maxFilePerTrigger'))],
  ])('is refused by %s when it is built', (owner, build) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(`${owner} has no option "maxFilePerTrigger"`);
  });

  it('is refused by schemaOf', async () => {
    await expect(schemaOf('x', wrong('sampleRow'))).rejects.toThrow('did you mean sampleRows?');
  });

  it.each<[string, string]>([
    ['maxFilePerTrigger', 'did you mean maxFilesPerTrigger?'],
    ['maxfilespertrigger', 'write maxFilesPerTrigger'],
    ['delimiter', "Spark's delimiter is sep here"],
    ['recursiveFileLookup', "Spark's recursiveFileLookup is recursive here"],
    ['encoding', 'files are UTF-8, convert others first'],
    ['comment', 'no line is skipped'],
    ['pathGlobFilter', 'give the path as a glob'],
    ['constructor', 'leave it out'],
    ['frobnicate', 'leave it out; its options are bigints, '],
  ])('%s: the message says what to do', (option, fix) => {
    expect(() => csvFiles('x', wrong(option, { schema }))).toThrow(fix);
  });

  it('has no other name where that is no option either', () => {
    const build = () => jsonFiles('x', wrong('delimiter', { schema }));
    expect(build).toThrow('jsonFiles has no option "delimiter": leave it out');
  });
});
