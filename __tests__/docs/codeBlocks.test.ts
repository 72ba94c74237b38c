import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Block, blocksOf, pages, root } from './markdown.js';

/**
 * Blocks of README.md and docs/guide:
 *
 * - `ts`: compiles by itself; `ts continued`: goes on where the block before it ended;
 * - `ts run`: also runs, in an empty folder; a block `text output` right behind it is what it prints.
 */
interface Program {
  readonly name: string;
  readonly at: string;
  readonly text: string;
  readonly runs: boolean;
  readonly output: string | undefined;
}

const folder = join('temp', 'docs');

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
  const include = ['*.ts'];
  const config = { extends: '../../tsconfig.json', compilerOptions, include };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join('node_modules', '.bin', 'tsc');
  const done = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' });
  const errors = done.stdout.split('\n').filter((line) => line.includes('error TS'));
  if (errors.length > 0 || done.status === 0) return errors;
  throw new Error(`the compiler did not run: ${done.error ?? done.stderr}`);
}

function run(program: Program): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
  const file = join(root, folder, 'out', folder, `${program.name}.js`);
  const env = { ...process.env, NO_COLOR: '1' };
  const done = spawnSync(process.execPath, [file], { cwd, env, encoding: 'utf8', timeout: 60_000 });
  rmSync(cwd, { recursive: true, force: true });
  return done;
}

const programs = pages()
  .filter((page) => page === 'README.md' || page.startsWith(join('docs', 'guide')))
  .flatMap(programsOf);

describe('code in the guides', () => {
  let errors: readonly string[] = [];
  beforeAll(() => {
    errors = compile(programs);
  }, 120_000);

  it('is there', () => {
    expect(programs.length).toBeGreaterThan(0);
  });

  for (const program of programs) {
    it(`compiles: ${program.at}`, () => {
      expect(errors.filter((line) => line.includes(`${program.name}.ts`))).toEqual([]);
    });
  }

  for (const program of programs.filter(({ runs }) => runs)) {
    it(`runs: ${program.at}`, () => {
      const { status, stdout, stderr } = run(program);
      expect([status, stderr]).toEqual([0, '']);
      if (program.output !== undefined) expect(stdout.trim()).toBe(program.output);
    }, 60_000);
  }
});
