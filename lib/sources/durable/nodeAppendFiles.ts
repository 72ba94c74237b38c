import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AppendFile, AppendFiles } from '../../checkpoint/appendFiles.js';

/** Files that grow, on a real disk. */
export const nodeAppendFiles: AppendFiles = {
  async create(path) {
    const handle = await open(path, 'w', 0o600);
    try {
      await syncDirectory(dirname(path));
    } catch (error) {
      await handle.close();
      throw error;
    }
    return new NodeAppendFile(handle);
  },
  async sync(path) {
    const handle = await open(path, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

class NodeAppendFile implements AppendFile {
  constructor(private readonly handle: FileHandle) {}

  async append(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      const { bytesWritten } = await this.handle.write(bytes, at, bytes.length - at, null);
      at += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.handle.datasync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** A new name is durable only after this. Windows has no such call and needs none. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
