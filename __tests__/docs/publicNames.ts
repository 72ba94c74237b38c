import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './markdown.js';

/** Entries of the package, by the name that users import. */
export const entries = {
  millrace: 'index.ts',
  'millrace/testing': 'lib/testing/index.ts',
  'millrace/parquet': 'lib/parquet/index.ts',
} as const;

export interface PublicName {
  readonly name: string;
  readonly entry: keyof typeof entries;
  readonly file: string;
  /** A function, a class or a constant: something at run time. */
  readonly isValue: boolean;
  /** Its docstring without the stars; undefined if it has none. */
  readonly doc: string | undefined;
}

/** Everything that an entry exports, with the docstring from where it is declared. */
export function publicNames(): readonly PublicName[] {
  return Object.entries(entries).flatMap(([entry, path]) =>
    exportsOf(path).map(({ name, file, typeOnly }) => ({
      name,
      entry: entry as keyof typeof entries,
      ...declarationOf(name, file),
      ...(typeOnly ? { isValue: false } : {}),
    })),
  );
}

interface Exported {
  readonly name: string;
  readonly file: string;
  readonly typeOnly: boolean;
}

function exportsOf(path: string): readonly Exported[] {
  const found: Exported[] = [];
  const text = read(path);
  const statement = /export (type )?\{([^}]*)\} from '([^']+)';/g;
  for (const [, types, names = '', from = ''] of text.matchAll(statement)) {
    const file = posix.join(posix.dirname(path), from.replace(/\.js$/, '.ts'));
    for (const each of names.split(',').map((part) => part.trim())) {
      const name = each.replace(/^type /, '');
      if (name !== '') found.push({ name, file, typeOnly: types !== undefined || name !== each });
    }
  }
  return found;
}

/** Where `name` is declared: in `file`, or in the file from which that one takes it. */
function declarationOf(name: string, file: string): Omit<PublicName, 'name' | 'entry'> {
  const text = read(file);
  const declared = new RegExp(
    `(?:/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*)?^export (?:declare )?(?:abstract )?(?:async )?(function\\*?|const|class|interface|type) ${name}\\b`,
    'm',
  ).exec(text);
  if (declared) {
    const [, comment, kind] = declared;
    return {
      file,
      isValue: kind !== 'interface' && kind !== 'type',
      doc: comment?.replace(/^[ \t]*\* ?/gm, '').trim(),
    };
  }
  const again = exportsOf(file).find((each) => each.name === name);
  if (again) return declarationOf(name, again.file);
  throw new TypeError(`${file} does not declare ${name}`);
}

/** The examples of a docstring, as code. */
export function examplesOf(doc: string): readonly string[] {
  return doc
    .split(/^@example\b/m)
    .slice(1)
    .map((part) => part.split(/^@\w+/m)[0] ?? '')
    .map((part) => part.replace(/^\s*```\w*\n|```\s*$/gm, '').trim());
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
