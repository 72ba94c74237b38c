import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../lib/errors.js';
import { root, textOf } from './markdown.js';

const sections = [...textOf('docs/errors.md').matchAll(/^#{2,3} `?([A-Z][A-Z0-9_]+)`?\s*$/gm)].map(
  ([, code]) => code ?? '',
);

describe('docs/errors.md', () => {
  it('has one section per code, and no other', () => {
    expect([...sections].sort()).toEqual([...errorCodes].sort());
  });

  it('is sorted, as the table is', () => {
    expect(sections).toEqual([...sections].sort());
    expect(errorCodes).toEqual([...errorCodes].sort());
  });

  it('says under each code when it comes, what it means for the data, and what to do', () => {
    const texts = textOf('docs/errors.md')
      .split(/^#{2,3} `?[A-Z][A-Z0-9_]+`?\s*$/m)
      .slice(1);
    const parts = /\*\*When\.\*\* \S[\s\S]*\*\*Data\.\*\* \S[\s\S]*\*\*Do\.\*\* \S/;
    expect(sections.filter((_, at) => !parts.test(texts[at] ?? ''))).toEqual([]);
  });
});

describe('error codes', () => {
  it('are each provoked by a test', () => {
    const tests = readdirSync(join(root, '__tests__'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.startsWith('docs'))
      .map((name) => readFileSync(join(root, '__tests__', name), 'utf8'))
      .join('\n');
    const words = new Set(tests.match(/\b[A-Z][A-Z0-9_]+\b/g));
    expect(errorCodes.filter((code) => !words.has(code))).toEqual([]);
  });
});
