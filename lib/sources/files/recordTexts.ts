import { type FileToRead, startOfFile } from './fileFormat.js';
import { lineBlocks } from './lineBlocks.js';
import { feedOf, type LineRules, withoutReturn } from './lineFormat.js';

/** What finds the records of a file. */
export type RecordRules = Pick<
  LineRules<unknown>,
  'source' | 'maxLineBytes' | 'blockBytes' | 'recordEnd' | 'isRecord'
>;

/** The text of each record of a file, from its beginning; records that are too long are left out. */
export async function* recordTexts(
  file: FileToRead,
  rules: RecordRules,
): AsyncGenerator<string, void, void> {
  for await (const { bytes, start, end, tooLong } of lineBlocks(
    file,
    startOfFile,
    undefined,
    rules,
  )) {
    for (let at = start; at < end && !tooLong; ) {
      const feed = feedOf(rules.recordEnd, bytes, at, end);
      const stop = withoutReturn(bytes, at, feed);
      if (rules.isRecord(bytes, at, stop)) yield bytes.toString('utf8', at, stop);
      at = feed + 1;
    }
  }
}
