import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StreamingError } from '../errors.js';
import { codeOf } from '../thrown.js';

/** Held until released, or until the process dies. */
export interface DirectoryLock {
  release(): Promise<void>;
}

/**
 * Takes a directory for this query alone.
 *
 * On Linux the kernel keeps the name: an abstract socket named by device and inode, gone at the
 * owner's death. Elsewhere it is a socket file, or a named pipe; one that nobody answers is stale.
 * Locks of this process are in a registry that all copies of this package share.
 *
 * Errors: `CHECKPOINT_LOCKED`.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const { dev, ino } = await stat(directory, { bigint: true });
  const name = `millrace-${dev}-${ino}`;
  const held = locksOfProcess();
  if (held.has(name)) throw lockedBy(directory, 'another query of this process');
  held.add(name);
  try {
    const server = await listen(addressOf(name), directory);
    return { release: () => release(server, held, name) };
  } catch (error) {
    held.delete(name);
    throw error;
  }
}

function locksOfProcess(): Set<string> {
  const key = Symbol.for('millrace.checkpointLocks');
  const known: unknown = Reflect.get(globalThis, key);
  if (known instanceof Set) return known;
  const locks = new Set<string>();
  Reflect.set(globalThis, key, locks);
  return locks;
}

function addressOf(name: string): string {
  switch (process.platform) {
    case 'linux':
      return `\0${name}`;
    case 'win32':
      return `\\\\.\\pipe\\${name}`;
    default:
      // A socket's path may have about a hundred characters.
      return join(tmpdir(), `${createHash('sha256').update(name).digest('hex').slice(0, 24)}.lock`);
  }
}

async function listen(address: string, directory: string): Promise<Server> {
  try {
    return await bind(address);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
  }
  if (address.startsWith('/') && !(await isAnswered(address))) {
    await rm(address, { force: true });
    return await bind(address);
  }
  throw lockedBy(directory, 'another process');
}

function bind(address: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ path: address, exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

function isAnswered(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function release(server: Server, held: Set<string>, name: string): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      held.delete(name);
      resolve();
    });
  });
}

function lockedBy(directory: string, owner: string): StreamingError<'CHECKPOINT_LOCKED'> {
  return new StreamingError('CHECKPOINT_LOCKED', { directory, owner });
}
