import type { Mutant } from './mutant.js';

/** Decoders. */
export const decoders: readonly Mutant[] = [
  {
    name: 'the checksum of a stored value is not compared',
    file: 'state/durable/frame.js',
    edits: [['if (crc !== view.getInt32(0))', 'if (crc === undefined)']],
    suite: 'fuzz',
    only: 'frames',
    runs: 20,
  },
  {
    name: 'the checksum of a log record is not compared',
    file: 'lib/sources/durable/logRecord.js',
    edits: [
      [
        'if (crc32(segment.subarray(at + 8, end)) !== segment.readUInt32LE(at + 4))',
        'if (crc32(segment.subarray(at + 8, end)) === undefined)',
      ],
    ],
    suite: 'fuzz',
    only: 'logs',
    runs: 20,
  },
  {
    name: 'a character that lies in two chunks is cut',
    file: 'lib/sources/socket/lineSplitter.js',
    edits: [['this.parts.push(bytes);', "this.parts.push(Buffer.from(bytes.toString('utf8')));"]],
    suite: 'fuzz',
    only: 'socket lines',
    runs: 20,
  },
];
