import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Block, blocksOf, pages, root } from './markdown.js';
import type { Outcome } from './runPrograms.js';

/**
 * Blocks of README.md and docs:
 *
 * - `ts`: compiles by itself; `ts continued`: goes on where the block before it ended;
 * - `ts run`: also runs, in an empty folder; a block `text output` right behind it is what it prints.
 *
 * All programs run in one process, one after the other; each has to stop its queries.
 */
interface Program {
  readonly name: string;
  readonly at: string;
  readonly text: string;
  readonly runs: boolean;
  readonly output: string | undefined;
}

const folder = join('temp', 'docs');
const compiled = join(root, folder, 'out');

function programsOf(page: string): readonly Program[] {
  const programs: Program[] = [];
  const blocks = blocksOf(page);
  for (const [index, block] of blocks.entries()) {
    if (block.info[0] !== 'ts') continue;
    const before = programs.at(-1);
    const continued = block.info.includes('continued') && before !== undefined;
    if (continued) programs.pop();
    const text = continued ? `${before.text}\n${block.text}` : block.text;
    const name = `${page.replace(/\.md$/, '').replace(/[^A-Za-z0-9]+/g, '-')}-${block.line}`;
    const at = `${page}:${block.line}`;
    programs.push({
      name,
      at,
      text,
      runs: block.info.includes('run'),
      output: outputOf(blocks[index + 1]),
    });
  }
  return programs;
}

function outputOf(block: Block | undefined): string | undefined {
  return block?.info.includes('output') ? block.text.trim() : undefined;
}

/** The package by the path that it has from `folder`. */
function withPaths(text: string): string {
  return text
    .replaceAll(/(from\s+|import\()'millrace'/g, "$1'../../index.js'")
    .replaceAll(/(from\s+|import\()'millrace\/(\w+)'/g, "$1'../../lib/$2/index.js'");
}

function compile(programs: readonly Program[]): readonly string[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of programs) {
    writeFileSync(join(folder, `${name}.ts`), `${withPaths(text)}\nexport {};\n`);
  }
  const compilerOptions = { noEmit: false, outDir: 'out', rootDir: '../..', types: ['node'] };
  const include = ['*.ts', '../../__tests__/docs/runPrograms.ts'];
  const config = { extends: '../../tsconfig.json', compilerOptions, include };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join('node_modules', '.bin', 'tsc');
  const done = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
  spawnSync(process.execPath, [join('scripts', 'copyAssets.mjs'), compiled]);
  const errors = done.stdout.split('\n').filter((line) => line.includes('error TS'));
  if (errors.length > 0 || done.status === 0) return errors;
  throw new Error(`the compiler did not run: ${done.error ?? done.stderr}`);
}

interface Run {
  readonly outcomes: readonly Outcome[];
  /** What the process itself had to say: warnings, an error that nobody caught. */
  readonly stderr: string;
}

function run(programs: readonly Program[]): Run {
  const [order, answer] = ['order.json', 'answer.json'].map((name) => join(root, folder, name));
  const files = programs.map(({ name }) => join(compiled, folder, `${name}.js`));
  const index = join(compiled, 'index.js');
  writeFileSync(order as string, JSON.stringify({ index, programs: files, answer }));
  const done = spawnSync(
    process.execPath,
    [join(compiled, '__tests__', 'docs', 'runPrograms.js'), order as string],
    { env: { ...process.env, NO_COLOR: '1', TZ: 'UTC' }, encoding: 'utf8', timeout: 280_000 },
  );
  const text = existsSync(answer as string) ? readFileSync(answer as string, 'utf8') : '[]';
  return { outcomes: JSON.parse(text) as readonly Outcome[], stderr: done.stderr };
}

const written = pages()
  .filter((page) => page === 'README.md' || page.startsWith('docs'))
  .map((page) => ({ page, programs: programsOf(page) }))
  .filter(({ programs }) => programs.length > 0);

const running = written.flatMap(({ programs }) => programs).filter(({ runs }) => runs);

describe('code on the pages', () => {
  let errors: readonly string[] = [];
  let done: Run = { outcomes: [], stderr: '' };
  beforeAll(() => {
    errors = compile(written.flatMap(({ programs }) => programs));
    done = run(running);
  }, 400_000);

  it('is there', () => {
    expect(written.map(({ page }) => page)).toContain('README.md');
  });

  it('is of a kind that is tested, or no program', () => {
    const kinds = new Set(
      pages().flatMap((page) => blocksOf(page).map(({ info }) => info[0] ?? '')),
    );
    const known = ['', 'ts', 'text', 'sh', 'json', 'scala'];
    expect([...kinds].filter((kind) => !known.includes(kind))).toEqual([]);
  });

  it('says nothing on standard error', () => {
    expect(done.stderr).toBe('');
  });

  describe.each(written)('$page', ({ programs }) => {
    it.each(programs)('compiles: $at', ({ name }) => {
      expect(errors.filter((line) => line.includes(`${name}.ts`))).toEqual([]);
    });

    for (const program of programs.filter(({ runs }) => runs)) {
      it(`runs: ${program.at}`, () => {
        const outcome = done.outcomes[running.indexOf(program)];
        expect(outcome?.failure ?? (outcome ? undefined : 'did not run')).toBeUndefined();
        if (program.output !== undefined) expect(outcome?.stdout.trim()).toBe(program.output);
      });
    }
  });
});
