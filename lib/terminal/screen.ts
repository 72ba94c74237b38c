/** What a screen needs of `process.stdout`. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** A part of the terminal that is drawn again and again; on anything but a TTY, plain lines. */
export interface Screen {
  /** Whether lines are drawn over: else only `plain` texts are seen. */
  readonly live: boolean;
  /** Whether colours may be used: not with NO_COLOR, TERM=dumb, or on anything but a TTY. */
  readonly colors: boolean;
  /** Columns to draw in, as of now. */
  readonly columns: number;
  /** Lines to draw in, as of now. */
  readonly rows: number;
  /** Draws `lines` over those drawn before; where nothing can be drawn over, writes `plain`. */
  draw(lines: readonly string[], plain?: string): void;
  /** Writes a line that stays, above what is drawn. */
  log(line: string): void;
  /** Leaves what is drawn where it is. */
  end(): void;
}

const defaultColumns = 80;
const defaultRows = 24;
const clearLine = '\u001b[K';
const clearBelow = '\u001b[J';

/**
 * The screen of an output.
 *
 * `lines` MUST fit `columns` and hold no control characters but colours: a line that wraps would leave
 * its rest on the screen. More lines than the terminal has are cut at the end.
 *
 * @example
 * const screen = screenOf(process.stdout);
 * screen.draw(['50 %'], '50 %');
 * screen.draw(['100 %'], '100 %'); // over the first one, or on the next line of a log file
 */
export function screenOf(
  out: TerminalOutput = process.stdout,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Screen {
  const dumb = env.TERM === 'dumb';
  const live = out.isTTY === true && !dumb;
  return live ? new LiveScreen(out, (env.NO_COLOR ?? '') === '') : new PlainScreen(out);
}

class LiveScreen implements Screen {
  readonly live = true;
  private drawn: readonly string[] = [];

  constructor(
    private readonly out: TerminalOutput,
    readonly colors: boolean,
  ) {}

  get columns(): number {
    return this.out.columns || defaultColumns;
  }

  get rows(): number {
    return this.out.rows || defaultRows;
  }

  draw(lines: readonly string[]): void {
    const fitting = lines.slice(0, Math.max(1, this.rows - 1)); // the cursor's line is one of them
    this.out.write(this.over(fitting));
    this.drawn = fitting;
  }

  log(line: string): void {
    this.out.write(this.over([line, ...this.drawn]));
  }

  end(): void {
    this.drawn = [];
  }

  /** From below the last drawn line to its first, then line by line, each cleared behind its text. */
  private over(lines: readonly string[]): string {
    const up = this.drawn.length === 0 ? '' : `\u001b[${this.drawn.length}F`;
    return `${up}${lines.map((line) => `${line}${clearLine}\n`).join('')}${clearBelow}`;
  }
}

class PlainScreen implements Screen {
  readonly live = false;
  readonly colors = false;
  readonly columns = defaultColumns;
  readonly rows = defaultRows;

  constructor(private readonly out: TerminalOutput) {}

  draw(_lines: readonly string[], plain?: string): void {
    if (plain !== undefined) this.out.write(`${plain}\n`);
  }

  log(line: string): void {
    this.out.write(`${line}\n`);
  }

  end(): void {}
}
