import { linkSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { AppendFile } from '../../lib/checkpoint/appendFiles.js';
import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import { nodeFileSystem } from '../../lib/checkpoint/nodeFileSystem.js';
import { nodeAppendFiles } from '../../lib/sources/durable/nodeAppendFiles.js';

/** The steps of the batch protocol, by the numbers of docs/reliability.md, at which a process dies. */
export const protocolSteps = [
  'kp1:before',
  'kp1:after',
  'kp2:before',
  'kp2:after',
  'kp3:before',
  'kp4:before',
  'kp4:after',
  'kp5:after',
  'kp6:after',
  'kp7:before',
  'kp8:after',
  'kp9:before',
  'kp9:after',
  'kp10:before',
  'kp10:after',
  'kp11:before',
  'kp11:after',
] as const;

/** Inside of the steps: doors through which the process touches the world. */
export const doorSteps = [
  'publish:before',
  'publish:after',
  'sync directory:before',
  'source read',
  'sink before',
  'sink after',
] as const;

export const allSteps: readonly string[] = [...protocolSteps, ...doorSteps];

/** The files of this machine; what changes them is a step. */
export function steppedFiles(step: (name: string) => void): FileSystem {
  const files = nodeFileSystem();
  return {
    ...files,
    publish: async (path, content, options) => {
      step('publish:before');
      await files.publish(path, content, options);
      step('publish:after');
    },
    remove: async (path) => {
      keepPlan(path);
      await files.remove(path);
    },
    syncDirectory: async (path) => {
      step('sync directory:before');
      await files.syncDirectory?.(path);
    },
    appendFiles: {
      ...nodeAppendFiles,
      create: async (path) => steppedLog(await nodeAppendFiles.create(path), step),
    },
  };
}

/** A log of `durable`: rows are in the file before they are synced, and synced before that is said. */
function steppedLog(file: AppendFile, step: (name: string) => void): AppendFile {
  return {
    append: async (bytes) => {
      await file.append(bytes);
      step('log written');
    },
    sync: async () => {
      await file.sync();
      step('log synced');
    },
    close: () => file.close(),
  };
}

/** Where plans go that a life of many batches forgets before anybody has looked at them. */
export function forgottenPlans(checkpoint: string): string {
  return join(checkpoint, '..', 'forgotten-plans');
}

function keepPlan(path: string): void {
  const [name, folder] = [basename(path), dirname(path)];
  if (basename(folder) !== 'offsets' || !/^\d+$/.test(name)) return;
  const kept = forgottenPlans(dirname(folder));
  mkdirSync(kept, { recursive: true });
  try {
    linkSync(path, join(kept, name));
  } catch {
    // It is gone, or has been kept before the process died.
  }
}
