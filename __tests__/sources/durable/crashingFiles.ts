import { basename } from 'node:path';
import type { AppendFile, AppendFiles } from '../../../lib/checkpoint/appendFiles.js';
import { MemoryFileSystem } from '../sourceContext.js';

/** What becomes of bytes that were not synced. */
export type Tear = (unsynced: Uint8Array) => Uint8Array;

/** Growing files that remember what was synced, and can fail. */
export class CrashingFiles extends MemoryFileSystem {
  readonly unsynced = new Map<string, number>();
  /** Called before each append and sync: throws to make it fail. */
  onCall: (call: 'append' | 'sync') => void = () => {};
  syncs = 0;
  /** Files that nobody has closed. */
  open = 0;

  readonly appendFiles: AppendFiles = {
    create: (path) => {
      this.files.set(path, new Uint8Array());
      this.unsynced.set(path, 0);
      return this.file(path);
    },
    sync: (path) => {
      this.unsynced.set(path, 0);
    },
  };

  override list(): readonly string[] {
    return [...this.files.keys()].map((path) => basename(path)).sort();
  }

  /** Every file keeps what was synced, and of the rest what `tear` leaves. */
  crash(tear: Tear): void {
    for (const [path, bytes] of this.files) {
      const synced = bytes.length - (this.unsynced.get(path) ?? 0);
      const rest = tear(bytes.subarray(synced));
      this.files.set(path, Buffer.concat([bytes.subarray(0, synced), rest]));
      this.unsynced.set(path, 0);
    }
  }

  flip(path: string, bit: number): void {
    const bytes = Buffer.from(this.files.get(path) ?? new Uint8Array());
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    this.files.set(path, bytes);
  }

  private file(path: string): AppendFile {
    this.open++;
    return {
      append: (bytes) => {
        this.onCall('append');
        this.files.set(path, Buffer.concat([this.files.get(path) ?? new Uint8Array(), bytes]));
        this.unsynced.set(path, (this.unsynced.get(path) ?? 0) + bytes.length);
      },
      sync: () => {
        this.onCall('sync');
        this.syncs++;
        this.unsynced.set(path, 0);
      },
      close: () => {
        this.open--;
      },
    };
  }
}
