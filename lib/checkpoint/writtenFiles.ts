/** One file of each kind that a checkpoint may hold, below its folder; the numbers stand for any. */
export const writtenFiles: readonly string[] = [
  'metadata',
  'identity',
  'restored',
  'offsets/0',
  'planned/0',
  'runs/1',
  'state/FORMAT',
  'state/CLEAN',
  'state/FILTER',
  ...['000003.log', '000005.ldb', 'MANIFEST-000002', 'CURRENT', 'LOCK', 'LOG', 'LOG.old'].map(
    (name) => `state/db/${name}`,
  ),
  'sources/0/0.log',
  'sources/0/durable.synced',
  'sources/0/000000000000-000000000000-00.files',
];
