import type { Finding } from './verify.js';

/** What is lost, and which command repairs it; nothing where nothing is damaged. */
export function adviceFor(location: string, damaged: readonly Finding[]): readonly string[] {
  if (damaged.length === 0) return [];
  if (damaged.some(({ problem }) => problem?.code.startsWith('SAVEPOINT_'))) {
    return ['Lost: this savepoint. Take an older one; nothing repairs it.'];
  }
  if (damaged.every(({ problem }) => problem?.code === 'CHECKPOINT_COPIED')) {
    return [
      'Lost: nothing. The folder was copied.',
      `Repair, if the original is gone for good: delete ${location}/identity`,
    ];
  }
  const lines = damaged.some(({ part }) => part.startsWith('sources/'))
    ? [
        'Lost: what a source has kept, where its log is damaged: a durable source rows that it had acknowledged',
        'and no commit has yet, a file source which files it had planned. Plans that need it do not run again: if',
        'the savepoint is older than them, the restored query does not start.',
      ]
    : [];
  return [
    ...lines,
    'Lost: the state since the last savepoint, and nothing else, if the sources still have the rows of the',
    'batches since then: their plans that can be read run again, so that sinks get the same batches.',
    `Repair: millrace restore ${location} --from <savepoint>`,
    'Without a savepoint: start the query on a new checkpoint; it reads its sources from the beginning.',
  ];
}
