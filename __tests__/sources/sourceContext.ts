import type { FileSystem } from '../../lib/checkpoint/fileSystem.js';
import type { Json, Source, SourceContext, SourceReport } from '../../lib/sources/source.js';

/** A context whose clock and wakes the test holds in its hand. */
export interface TestContext extends SourceContext {
  nowMs: number;
  wakes: number;
  onWake: () => void;
  readonly fileSystem: MemoryFileSystem;
}

/** Published files in a Map; nothing else. */
export class MemoryFileSystem implements FileSystem {
  readonly files = new Map<string, Uint8Array>();
  makeDirectory(): void {}
  list(path: string): readonly string[] {
    const inside = [...this.files.keys()].filter((name) => name.startsWith(`${path}/`));
    return inside.map((name) => name.slice(path.length + 1)).sort();
  }
  read(path: string): Uint8Array | undefined {
    return this.files.get(path);
  }
  publish(path: string, content: Uint8Array): void {
    if (this.files.has(path)) throw Object.assign(new Error(`${path} exists`), { code: 'EEXIST' });
    this.files.set(path, content);
  }
  replace(path: string, content: Uint8Array): void {
    this.files.set(path, content);
  }
  remove(path: string): void {
    this.files.delete(path);
  }
}

export function sourceContext(settings: Partial<TestContext> = {}): TestContext {
  return {
    sourceId: '0',
    directory: undefined,
    fileSystem: new MemoryFileSystem(),
    resumeFrom: null,
    nowMs: 0,
    wakes: 0,
    onWake: () => {},
    now(): number {
      return this.nowMs;
    },
    wake(): void {
      this.wakes++;
      this.onWake();
    },
    ...settings,
  };
}

/** What a source reported beside its rows. */
export class Reported implements SourceReport {
  readonly failures: { raw: unknown; error: Error }[] = [];
  droppedRows = 0;
  failed(raw: unknown, error: Error): void {
    this.failures.push({ raw, error });
  }
  dropped(count: number): void {
    this.droppedRows += count;
  }
}

/** The rows of a range of a synchronous source. */
export function rowsOf<T, O extends Json>(
  source: Source<T, O>,
  after: O | null,
  upTo: O,
  report: SourceReport = new Reported(),
): T[] {
  return [...(source.read(after, upTo, report) as Iterable<readonly T[]>)].flat();
}

/** The rows of a range of any source. */
export async function collect<T, O extends Json>(
  source: Source<T, O>,
  after: O | null,
  upTo: O,
  report: SourceReport = new Reported(),
): Promise<T[]> {
  const rows: T[] = [];
  for await (const chunk of source.read(after, upTo, report)) rows.push(...chunk);
  return rows;
}
