import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './markdown.js';
import { entries, examplesOf, type PublicName, publicNames } from './publicNames.js';

const folder = join(root, 'temp', 'examples');
const toRoot = '../..';
const all = publicNames();

/** Packages that examples may take names from. */
const others = [
  ['fp-ts/lib/Option.js', '* as O', /\bO\./],
  ['rxjs', '{ mergeMap }', /\bmergeMap\b/],
  ['rxjs', '{ Observable }', /\bObservable\b/],
] as const;

/** An example as a module: what it uses is imported, the rest is in the scene. */
function moduleOf(name: PublicName, example: string): string {
  const own = new Set(
    [...example.matchAll(/^(?:const|let|type|function|class) (\w+)/gm)].map(([, each]) => each),
  );
  const words = new Set(example.match(/[A-Za-z_$][\w$]*/g));
  const imports = Object.entries(entries).flatMap(([entry, path]) => {
    const used = all.filter(
      (each) => each.entry === entry && words.has(each.name) && !own.has(each.name),
    );
    const list = used.map((each) => (each.isValue ? each.name : `type ${each.name}`)).join(', ');
    return list === ''
      ? []
      : [`import { ${list} } from '${toRoot}/${path.replace('.ts', '.js')}';`];
  });
  for (const [from, what, uses] of others) {
    if (uses.test(example)) imports.push(`import ${what} from '${from}';`);
  }
  return [`// ${name.file}: ${name.name}`, ...imports, example, 'export {};', ''].join('\n');
}

describe('public names', () => {
  it('each have a docstring', () => {
    const bare = all.filter(({ doc }) => doc === undefined || doc === '');
    expect(bare.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
  });

  it('each have an example, if they are something at run time', () => {
    const bare = all.filter(({ isValue, doc = '' }) => isValue && examplesOf(doc).length === 0);
    expect(bare.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
  });

  it('have examples that compile', async () => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const scene = readFileSync(join(root, '__tests__/docs/fixtures/exampleScene.txt'), 'utf8');
    writeFileSync(join(folder, 'scene.d.ts'), scene.replaceAll('ROOT', toRoot));
    const config = { extends: `${toRoot}/tsconfig.json`, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    for (const name of all) {
      for (const [i, example] of examplesOf(name.doc ?? '').entries()) {
        writeFileSync(join(folder, `${name.name}-${i}.ts`), moduleOf(name, example));
      }
    }
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    const said = await promisify(execFile)(compiler, ['-p', folder], { cwd: root }).then(
      () => '',
      (error: { stdout?: string }) => error.stdout ?? String(error),
    );
    // What others are writing at this moment is not what is asked here.
    expect(said.split('\n').filter((line) => line.startsWith('temp/examples/'))).toEqual([]);
  }, 60_000);
});
