import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeDirectories } from '../lib/checkpoint/makeDirectories.js';
import { type Command, exitCodes } from './command.js';
import { packageVersion } from './packageVersion.js';

/** What is written, by its place in the project and its name in `template/`. */
const files = [
  ['package.json', 'package.json.txt'],
  ['tsconfig.json', 'tsconfig.json.txt'],
  ['README.md', 'README.md.txt'],
  ['.gitignore', 'gitignore.txt'],
  ['src/visits.ts', 'visits.ts.txt'],
  ['src/main.ts', 'main.ts.txt'],
  ['src/visits.test.ts', 'visits.test.ts.txt'],
  ['visits/1-monday.jsonl', 'monday.jsonl.txt'],
  ['visits/2-tuesday.jsonl', 'tuesday.jsonl.txt'],
  ['visits/3-wednesday.jsonl', 'wednesday.jsonl.txt'],
] as const;

/** `millrace init`: a small project that runs. */
export const init: Command = {
  usage: 'init [folder]',
  summary: 'writes a small project: one query, one marble test, some input',
  help: [
    'Writes a typed project into the folder, which is made if it is not there; default: this one. A file',
    'that exists already is not touched: then nothing is written at all. Nothing is installed.',
  ],
  positionals: 1,
  fewestPositionals: 0,
  async run({ positionals: [folder = '.'], json, io }) {
    const root = resolve(folder);
    const values = { name: packageName(root), version: await packageVersion() };
    const written = await Promise.all(
      files.map(async ([path, template]) => ({ path, text: filled(await read(template), values) })),
    );
    const taken = await existing(root);
    if (taken.length > 0) {
      const exist = taken.length === 1 ? 'exists' : 'exist';
      const message = `${taken.join(', ')} in ${root} ${exist} already: choose another folder`;
      if (json) io.out(JSON.stringify({ error: { code: null, message } }));
      else io.err(`millrace init: ${message}`);
      return exitCodes.failed;
    }
    for (const { path, text } of written) {
      const target = join(root, path);
      await makeDirectories(dirname(target));
      await writeFile(target, text, { flag: 'wx' });
    }
    if (json) io.out(JSON.stringify({ folder: root, files: files.map(([path]) => path) }));
    else for (const line of nextSteps(folder)) io.out(line);
    return exitCodes.fine;
  },
};

function nextSteps(folder: string): readonly string[] {
  const steps = [
    ...(resolve(folder) === resolve('.') ? [] : [`  cd ${folder}`]),
    '  npm install',
    '  npm start             # the query, once over visits/',
    '  npm start -- --page   # the same as a live page',
    '  npm test              # the query against a marble diagram',
  ];
  return [`${files.length} files are in ${folder}. Now:`, '', ...steps];
}

function read(template: string): Promise<string> {
  return readFile(new URL(`template/${template}`, import.meta.url), 'utf8');
}

async function existing(root: string): Promise<readonly string[]> {
  const found = await Promise.all(
    files.map(([path]) =>
      readFile(join(root, path)).then(
        () => [path],
        () => [],
      ),
    ),
  );
  return found.flat();
}

/** A name that npm takes: lower case, letters, digits and dashes. */
function packageName(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' ? 'stream' : name;
}

function filled(text: string, values: { readonly name: string; readonly version: string }): string {
  return text.replaceAll('{{name}}', values.name).replaceAll('{{version}}', values.version);
}
