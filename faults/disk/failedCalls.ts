import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppendFile, AppendFiles } from '../../lib/checkpoint/appendFiles.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { nodeAppendFiles } from '../../lib/sources/durable/nodeAppendFiles.js';
import { Random } from '../random.js';
import { scratch } from '../scratch.js';
import type { Outcome } from '../suite.js';
import { codeOf } from './rot.js';
import { rowCount, scenarios } from './scenario.js';

const codes = ['ENOSPC', 'EIO', 'EMFILE', 'EDQUOT'] as const;

/** A call that fails, from the `nth` on. */
interface FailingCall {
  readonly nth: number;
  readonly code: string;
  /** Every call from then on, as on a disk that is full. */
  readonly sticky: boolean;
  /** The call does what it should, and fails nevertheless: an fsync at its end. */
  readonly late: boolean;
}

/** A query whose nth file-system call fails, and then one that goes on without faults. */
export async function failedCalls(seed: number): Promise<Outcome> {
  const random = new Random(seed);
  const scenario = random.pick(scenarios);
  const call: FailingCall = {
    nth: random.between(1, 150),
    code: random.pick(codes),
    sticky: random.chance(0.3),
    late: random.chance(0.4),
  };
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
    const counts = { [`${call.code} at ${failing.at ?? 'no call'}`]: 1, [`call gave ${code}`]: 1 };
    return {
      reason: reason && `${of} at ${failing.at}: ${reason}`,
      planned: 0,
      fired: failing.at === undefined ? 0 : 1,
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
      publish: (path, content, also) =>
        this.attempt('publish', () => files.publish(path, content, also)),
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
      create: (path) => this.attempt('create', async () => this.file(await files.create(path))),
      sync: (path) => this.attempt('sync', () => files.sync(path)),
    };
  }

  private file(file: AppendFile): AppendFile {
    return {
      append: (bytes) => this.attempt('append', () => file.append(bytes)),
      sync: () => this.attempt('fsync', () => file.sync()),
      close: () => file.close(),
    };
  }

  private async attempt<T>(name: string, body: () => T | PromiseLike<T>): Promise<T> {
    const { nth, sticky, late, code } = this.call;
    const calls = ++this.calls;
    const fails = sticky ? calls >= nth : calls === nth;
    if (!fails) return body();
    this.at ??= name;
    if (late) await body();
    throw Object.assign(new Error(`${code}: injected into ${name}`), { code });
  }
}
