import type { Mutant } from './mutant.js';

/** The log of a durable source. */
export const logs: readonly Mutant[] = [
  {
    name: 'after a failed fsync the log tries again and goes on',
    file: 'lib/sources/durable/durableLog.js',
    edits: [
      [
        'await file.sync();\n        await this.mark?.reached',
        'await Promise.resolve(file.sync()).catch(() => file.sync());\n        await this.mark?.reached',
      ],
    ],
    suite: 'disk',
    only: 'calls',
    runs: 900,
  },
  {
    name: 'a log whose end is gone is taken for a torn one',
    file: 'lib/sources/durable/recoverLog.js',
    edits: [['if (next <= (await syncedUpTo(fileSystem, directory)))', 'if (next < 0)']],
    suite: 'disk',
    only: 'rot',
    runs: 8000,
  },
];
