import { join } from 'node:path';
import { examineCheckpoint } from '../lib/checkpoint/examineCheckpoint.js';
import { nodeFileSystem } from '../lib/checkpoint/nodeFileSystem.js';
import { inPlace } from '../lib/checkpoint/placeFault.js';
import { mustBelongTogether } from '../lib/checkpoint/position.js';
import { readRestored } from '../lib/checkpoint/restored.js';
import { StreamingError } from '../lib/errors.js';
import { openSavepoint } from '../lib/savepoint/savepoint.js';
import { examineStore } from '../state/level/examineStore.js';
import { readState } from '../state/level/readState.js';
import { adviceFor } from './advice.js';
import { type Command, exitCodes } from './command.js';
import { refuseUnchecked } from './couldNotCheck.js';
import { isSavepoint, withLock } from './withLock.js';

/** A part of a checkpoint that was checked. */
export interface Finding {
  /** File, or what was checked over all files. */
  readonly part: string;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** `millrace verify`: reads every file and every entry. */
export const verify: Command = {
  usage: 'verify <checkpoint>',
  summary: 'read every file and every entry of a checkpoint or savepoint; say what is damaged',
  help: [
    'Checks the checksum of every file, every block of LevelDB and every entry, counts the entries, and',
    'compares plans with commits and with the logs of sources. Says what is damaged, what is lost, and which',
    'command repairs it. Of a stopped query; nothing is changed. Exit code 1: something is damaged.',
  ],
  positionals: 1,
  async run({ positionals: [location = ''], json, io }) {
    const isCopy = await isSavepoint(location);
    const findings = isCopy ? await savepoint(location) : await checkpoint(location);
    const damaged = findings.filter(({ problem }) => problem !== null);
    const advice = adviceFor(location, damaged);
    if (json) io.out(JSON.stringify({ sound: damaged.length === 0, findings, advice }));
    else {
      for (const { part, problem } of damaged) {
        io.out(`damaged  ${part}: ${problem?.code}: ${problem?.message}`);
      }
      io.out(`${findings.length} checked, ${damaged.length} damaged`);
      for (const line of advice) io.out(line);
    }
    return damaged.length === 0 ? exitCodes.fine : exitCodes.failed;
  },
};

async function checkpoint(location: string): Promise<readonly Finding[]> {
  const examined = await withLock(location, async () => {
    const { files, planned, metadata } = await examineCheckpoint(nodeFileSystem(), location);
    const store = await inPlace('CHECKPOINT_LOCATION', location, () =>
      examineStore(join(location, 'state')),
    );
    const findings = [
      ...files.map(({ file, problem }) => findingOf(file, problem)),
      ...store.map(({ name, problem }) => findingOf(`state/db/${name}`, problem)),
    ];
    return { findings, planned, queryId: metadata?.queryId ?? '' };
  });
  const { findings, planned, queryId } = examined;
  const state = await attempt(async () => {
    const committed = await readAll(location);
    const restored = await readRestored(nodeFileSystem(), location, queryId);
    mustBelongTogether(location, planned, committed, restored);
  });
  return [...findings, findingOf('state, every entry and its position', state)];
}

async function savepoint(location: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const opened = await openSavepoint(nodeFileSystem(), location);
  for (const { path } of opened.content.files) {
    findings.push(findingOf(path, await attempt(() => opened.read(path))));
  }
  const state = await attempt(() => readAll(location));
  return [...findings, findingOf('state, every entry', state)];
}

/** Answers the last commit. */
async function readAll(location: string): Promise<number | undefined> {
  const state = await readState(location);
  try {
    for await (const _ of state.pages());
    return state.lastEpoch?.batchId;
  } finally {
    await state.close();
  }
}

async function attempt(body: () => Promise<unknown>): Promise<StreamingError | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    if (!(error instanceof StreamingError) || error.code === 'CHECKPOINT_LOCKED') throw error;
    refuseUnchecked(error);
    return error;
  }
}

function findingOf(part: string, problem: StreamingError | undefined): Finding {
  if (problem === undefined) return { part, problem: null };
  return { part, problem: { code: problem.code, message: problem.message } };
}
