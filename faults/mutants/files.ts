import type { Mutant } from './mutant.js';

/** Files, disks and owners. */
export const files: readonly Mutant[] = [
  {
    name: 'files get their names without an fsync',
    file: 'lib/checkpoint/memoryFileSystem.js',
    edits: [['await this.syncFile(path, inode);', '']],
    suite: 'simulate',
    runs: 2000,
  },
  {
    name: 'directories are not synced',
    file: 'lib/checkpoint/memoryFileSystem.js',
    edits: [
      [
        "if (!(await this.step('fsync directory', path)))",
        "if ((await this.step('fsync directory', path)) !== undefined)",
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'a second writer of a plan overwrites it',
    file: 'lib/checkpoint/nodeFileSystem.js',
    edits: [['linkSync(temporary, path);', 'await fs.rename(temporary, path);']],
    suite: 'two',
    only: 'zombie',
    runs: 60,
  },
  {
    name: 'a copied checkpoint is not recognised',
    file: 'lib/checkpoint/metadataFile.js',
    edits: [['if (sameJson(body, { inode: found }))', 'if (body !== undefined)']],
    suite: 'two',
    only: 'copy',
    runs: 10,
  },
  {
    name: 'the file sink does not look at batch ids',
    file: 'lib/sinks/file/fileSinkRun.js',
    edits: [['const known = batchId <= open.writer.last;', 'const known = false;']],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'the manifest names files before they are written',
    file: 'lib/sinks/file/fileSinkRun.js',
    edits: [
      ['yield* this.publish(file, batchId);', ';'],
      [
        'this.filesWritten += files.length;',
        'for (const file of files) yield* this.publish(file, batchId);',
      ],
    ],
    suite: 'simulate',
    runs: 4000,
  },
  {
    name: 'committed files count as leftovers of a crash',
    file: 'lib/sinks/file/openManifest.js',
    edits: [['if (!committed.has(file))', 'if (committed !== undefined)']],
    suite: 'simulate',
    runs: 10_000,
  },
  {
    name: 'merged entries go before their merger is there',
    file: 'lib/sinks/file/manifestWriter.js',
    edits: [
      [
        'yield* wait(this.setup.fileSystem.publish(this.fileOf(merged), encodeEntry(merged)));',
        'for (const old of due) yield* wait(this.setup.fileSystem.remove(this.fileOf(old)));\nyield* wait(this.setup.fileSystem.publish(this.fileOf(merged), encodeEntry(merged)));',
      ],
    ],
    suite: 'simulate',
    runs: 10_000,
  },
];
