import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppendFile, AppendFiles } from '../../lib/checkpoint/appendFiles.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import type { MaybePromise } from '../../lib/maybe.js';
import { nodeAppendFiles } from '../../lib/sources/durable/nodeAppendFiles.js';
import { scratch } from '../scratch.js';
import type { Outcome } from '../suite.js';
import { epochs, files } from './liveScenarios.js';
import { codeOf } from './rot.js';
import { rowCount, type Scenario, table, windows } from './scenario.js';

/** A call that fails, from the `nth` on. */
interface FailingCall {
  readonly nth: number;
  readonly code: string;
  /** Every call from then on, as on a disk that is full. */
  readonly sticky: boolean;
  /** The call does what it should, and fails nevertheless: an fsync at its end. */
  readonly late: boolean;
}

const ways = [
  { code: 'ENOSPC', sticky: true, late: false },
  { code: 'EIO', sticky: false, late: false },
  { code: 'EIO', sticky: false, late: true },
  { code: 'EMFILE', sticky: false, late: false },
] as const;
const scenarios = [windows, table, files, epochs];

/** More than the longest of the four lives makes. */
const mostCalls = 120;

/** Each call of each scenario in each way, once. */
export const allFailedCalls = mostCalls * scenarios.length * ways.length;

/**
 * A query one of whose file-system calls fails, and then one that goes on without faults. `number`
 * below {@link allFailedCalls}: which of them.
 */
export async function failedCalls(number: number): Promise<Outcome> {
  const scenario = scenarios[number % scenarios.length] as Scenario;
  const rest = Math.floor(number / scenarios.length);
  const way = ways[rest % ways.length] as (typeof ways)[number];
  const call: FailingCall = { ...way, nth: 1 + Math.floor(rest / ways.length) };
  const folder = await mkdtemp(join(scratch, 'millrace-calls-'));
  const failing = new FailingFiles(call);
  const of = `${scenario.name}, ${JSON.stringify(call)}`;
  try {
    const { fileSystem } = failing;
    const life = { folder, known: 0, available: 60, completes: false, fileSystem };
    const first = await scenario.live(life);
    const code = codeOf(first.query.exception) ?? 'nothing';
    const known = first.acknowledged;
    const last = await scenario.live({ folder, known, available: rowCount, completes: true });
    const { exception } = last.query;
    const reason =
      exception === undefined
        ? await scenario.differenceIn(folder)
        : `the restart failed with ${codeOf(exception)}: ${exception.message}`;
    if (failing.at !== undefined && call.nth === mostCalls) {
      throw new RangeError(`${scenario.name} makes more than ${mostCalls} calls: raise mostCalls`);
    }
    const indexes = failing.at === undefined ? 0 : 1;
    const counts = {
      'call indexes': indexes,
      [`${call.code} at ${failing.at ?? 'no call'}`]: 1,
      [`call gave ${code}`]: 1,
    };
    return {
      reason: reason && `${of} at ${failing.at}: ${reason}`,
      planned: 0,
      fired: indexes,
      counts,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The files of this machine, one call of which fails. */
class FailingFiles {
  /** The call that failed first. */
  at: string | undefined;
  private calls = 0;

  constructor(private readonly call: FailingCall) {}

  get fileSystem(): FileSystem {
    const files = nodeFileSystem();
    const { lock, syncDirectory, realPath, moveDirectory, identity } = files;
    return {
      makeDirectory: (path) => this.attempt('makeDirectory', () => files.makeDirectory(path)),
      list: (path) => this.attempt('list', () => files.list(path)),
      read: (path) => this.attempt('read', () => files.read(path)),
      publish: (path, content, options) =>
        this.attempt('publish', () => files.publish(path, content, options)),
      replace: (path, content) => this.attempt('replace', () => files.replace(path, content)),
      remove: (path) => this.attempt('remove', () => files.remove(path)),
      syncDirectory: (path) => this.attempt('syncDirectory', () => syncDirectory?.(path)),
      realPath: (path) => this.attempt('realPath', async () => (await realPath?.(path)) ?? path),
      identity: (path) => this.attempt('identity', async () => (await identity?.(path)) ?? ''),
      ...(moveDirectory === undefined ? {} : { moveDirectory }),
      ...(lock === undefined ? {} : { lock }),
      appendFiles: this.appendFiles(nodeAppendFiles),
    };
  }

  private appendFiles(files: AppendFiles): AppendFiles {
    return {
      create: (path) =>
        this.attempt(
          'create',
          () => files.create(path),
          undefined,
          (file) => file.close(),
        ).then((file) => this.file(path, file)),
      sync: (path) => this.attempt('sync', () => files.sync(path)),
    };
  }

  private file(path: string, file: AppendFile): AppendFile {
    let [written, synced] = [0, 0];
    const sync = async () => {
      await file.sync();
      synced = written;
    };
    return {
      append: (bytes) =>
        this.attempt('append', async () => {
          await file.append(bytes);
          written += bytes.length;
        }),
      // Its pages are clean then and hold what the disk had: nobody gets them there by a second call.
      sync: () => this.attempt('fsync', sync, () => zero(path, synced, written)),
      close: () => file.close(),
    };
  }

  /** `lose`: what a call that fails before it is made loses; `undo`: lets go of what nobody gets. */
  private async attempt<T>(
    name: string,
    body: () => T | PromiseLike<T>,
    lose?: () => Promise<void>,
    undo?: (done: T) => MaybePromise<void>,
  ): Promise<T> {
    const { nth, sticky, late, code } = this.call;
    const calls = ++this.calls;
    const fails = sticky ? calls >= nth : calls === nth;
    if (!fails) return body();
    this.at ??= name;
    if (late) {
      const done = await body();
      await undo?.(done);
    } else await lose?.();
    throw Object.assign(new Error(`${code}: injected into ${name}`), { code });
  }
}

async function zero(path: string, from: number, to: number): Promise<void> {
  const file = await open(path, 'r+');
  await file.write(new Uint8Array(to - from), 0, to - from, from);
  await file.close();
}
