import {
  appendFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Random } from '../random.js';
import type { Template } from './templates.js';

/** What was done to a folder: a name for the figures, and all of it for a failure. */
export interface Damage {
  readonly kind: string;
  readonly text: string;
}

type Harm = (
  random: Random,
  path: string,
  all: readonly string[],
  old: Template,
) => string | undefined;

/** Does one harm that a disk, or a person, may do to the files of a stopped query. */
export function damage(random: Random, folder: string, old: Template): Damage {
  if (random.chance(0.4)) rmSync(join(folder, 'checkpoint/state/CLEAN'), { force: true });
  const all = filesIn(folder);
  const classes = byClass(folder, all);
  for (;;) {
    const [name, harm] = random.pick(harms);
    const files = random.pick(classes);
    // The newest is what the next start goes on from.
    const path = random.chance(0.5) ? (files.at(-1) as string) : random.pick(files);
    const done = harm(random, path, all, {
      ...old,
      folder: join(old.folder, relative(folder, path)),
    });
    if (done === undefined) continue;
    const of = classOf(relative(folder, path));
    return { kind: `${name} of ${of}`, text: `${name} of ${relative(folder, path)}: ${done}` };
  }
}

const harms: readonly (readonly [name: string, harm: Harm])[] = [
  ['flip', flip],
  ['flip', flip],
  ['flip', flip],
  ['flip', flip],
  ['cut', cut],
  ['cut', cut],
  ['zeros', zeros],
  ['growth', grow],
  ['emptying', empty],
  ['deletion', remove],
  ['swap', swap],
  ['old copy', putBack],
  ['old folder', putFolderBack],
];

function flip(random: Random, path: string): string | undefined {
  const bytes = readFileSync(path);
  if (bytes.length === 0) return undefined;
  const at = random.below(bytes.length);
  const bit = random.below(8);
  bytes[at] = (bytes[at] as number) ^ (1 << bit);
  writeFileSync(path, bytes);
  return `bit ${bit} of byte ${at}`;
}

function cut(random: Random, path: string): string | undefined {
  const { length } = readFileSync(path);
  if (length === 0) return undefined;
  const kept = random.chance(0.5)
    ? random.below(length)
    : length - random.between(1, Math.min(length, 600));
  truncateSync(path, kept);
  return `${kept} of ${length} bytes`;
}

function zeros(random: Random, path: string): string | undefined {
  const bytes = readFileSync(path);
  const from = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + random.pick([16, 512, 4096]));
  if (bytes.subarray(from, to).every((byte) => byte === 0)) return undefined;
  bytes.fill(0, from, to);
  writeFileSync(path, bytes);
  return `${from} to ${to}`;
}

function grow(random: Random, path: string): string {
  const length = random.between(1, 100);
  appendFileSync(path, Buffer.from(Array.from({ length }, () => random.below(256))));
  return `${length} bytes`;
}

function empty(_random: Random, path: string): string | undefined {
  if (readFileSync(path).length === 0) return undefined;
  truncateSync(path, 0);
  return 'nothing is left';
}

function remove(_random: Random, path: string): string {
  rmSync(path);
  return 'gone';
}

/** Two files of one folder change their names. */
function swap(random: Random, path: string, all: readonly string[]): string | undefined {
  const others = all.filter((other) => other !== path && dirname(other) === dirname(path));
  if (others.length === 0) return undefined;
  const other = random.pick(others);
  if (readFileSync(path).equals(readFileSync(other))) return undefined;
  renameSync(path, `${path}.swap`);
  renameSync(other, path);
  renameSync(`${path}.swap`, other);
  return `with ${basename(other)}`;
}

function putBack(
  _random: Random,
  path: string,
  _all: readonly string[],
  old: Template,
): string | undefined {
  if (!existsSync(old.folder) || readFileSync(path).equals(readFileSync(old.folder)))
    return undefined;
  cpSync(old.folder, path);
  return `as of ${old.known} rows`;
}

function putFolderBack(
  _random: Random,
  path: string,
  _all: readonly string[],
  old: Template,
): string | undefined {
  const [from, to] = [dirname(old.folder), dirname(path)];
  // An old checkpoint as a whole, with a sink that cannot tell, is a lie that nobody can see.
  if (!existsSync(from) || basename(to) === 'checkpoint') return undefined;
  rmSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
  return `as of ${old.known} rows`;
}

function filesIn(folder: string): readonly string[] {
  return ['checkpoint', 'out'].flatMap((part) =>
    (existsSync(join(folder, part))
      ? readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
      : []
    )
      .filter((entry) => entry.isFile() && entry.name !== 'LOCK')
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}

/** Files by their kind, so that the many plans do not hide the one MANIFEST. */
function byClass(folder: string, all: readonly string[]): readonly (readonly string[])[] {
  const classes = new Map<string, string[]>();
  for (const path of all) {
    const name = classOf(relative(folder, path));
    classes.set(name, [...(classes.get(name) ?? []), path]);
  }
  return Array.from(classes.values(), (paths) => paths.sort());
}

/** `state/db/*.ldb`, `offsets/*`: what kind of file it is. */
function classOf(path: string): string {
  return path
    .replace(/^checkpoint\//, '')
    .replace(/\d+/g, '*')
    .replace(/[0-9a-f]{6,}/g, '*');
}
