import { csvFiles, fileSink, jsonFiles, schemaOf, socketLines } from '../../index.js';

const text = 'false' as never;
const schema = 'a INT';

describe('a switch', () => {
  it.each<[string, string, () => unknown]>([
    ['csvFiles', 'header', () => csvFiles('in', { schema, header: text })],
    ['csvFiles', 'enforceSchema', () => csvFiles('in', { schema, enforceSchema: text })],
    ['csvFiles', 'multiLine', () => csvFiles('in', { schema, multiLine: text })],
    ['jsonFiles', 'latestFirst', () => jsonFiles('in', { schema, latestFirst: text })],
    ['jsonFiles', 'fileNameOnly', () => jsonFiles('in', { schema, fileNameOnly: text })],
    ['jsonFiles', 'recursive', () => jsonFiles('in', { schema, recursive: text })],
    [
      'socketLines',
      'includeTimestamp',
      () => socketLines({ host: 'localhost', port: 9, includeTimestamp: text }),
    ],
    ['fileSink', 'header', () => fileSink('out', { format: 'csv', header: text })],
  ])("of %s, %s, refuses the text 'false', which would count as true", (owner, option, build) => {
    expect(build).toThrow(new TypeError(`${owner}: ${option} must be true or false, not "false"`));
  });

  it("of schemaOf refuses the text 'false' as well", async () => {
    await expect(schemaOf('package.json', { format: 'csv', header: text })).rejects.toThrow(
      /header must be true or false/,
    );
  });
});
