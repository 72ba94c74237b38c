import type { ConvertOptions } from '../../schema/convertOptions.js';
import type { FileToRead } from './fileFormat.js';
import type { JsonRules } from './jsonLines.js';
import type { LineBlock } from './lineBlocks.js';
import type { DecodeAhead } from './lineFormat.js';
import { ThreadedBlocks } from './threadedBlocks.js';

export interface AheadOptions {
  /** Ranges of fewer bytes are decoded by the thread that reads. */
  readonly minBytes?: number;
  /** The module of the thread, which tests have elsewhere. */
  readonly module?: URL;
}

const defaultMinBytes = 4 * 1024 * 1024;

/** The thread that decodes JSON lines for one source: started at the first range that is worth it. */
export class JsonAhead implements DecodeAhead {
  private threaded: ThreadedBlocks | undefined;
  private rules: JsonRules | undefined;

  constructor(
    private readonly source: string,
    private readonly convert: ConvertOptions,
    private readonly rulesOf: (file: FileToRead) => JsonRules,
    private readonly options: AheadOptions,
  ) {}

  over(
    file: FileToRead,
    bytes: number,
    blocks: AsyncGenerator<LineBlock>,
  ): AsyncGenerator<LineBlock> {
    const rules = this.rulesOf(file);
    const { minBytes = defaultMinBytes } = this.options;
    if (rules.cells === undefined || bytes < minBytes) return blocks;
    if (this.rules === undefined) this.start(rules);
    // A thread knows one set of columns: files in other `key=value` folders are decoded here.
    return (rules === this.rules && this.threaded?.over(file.path, blocks)) || blocks;
  }

  async close(): Promise<void> {
    await this.threaded?.close();
  }

  private start(rules: JsonRules): void {
    this.rules = rules;
    const { source, convert } = this;
    const { module = new URL('./decodeThread.js', import.meta.url) } = this.options;
    const task = { schema: rules.schema, convert };
    try {
      this.threaded = new ThreadedBlocks({ source, module, task });
    } catch {
      this.threaded = undefined; // Node's permissions forbid threads: it goes without
    }
  }
}
