import { existsSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { anchorsOf, pages, proseOf, root } from './markdown.js';

/** Targets of the links of a page that lead nowhere. */
function deadLinks(page: string): readonly string[] {
  const targets = [...proseOf(page).matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)].map(
    ([, to]) => to ?? '',
  );
  return targets.filter((target) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return false; // the outside is not asked
    const [path = '', anchor] = decodeURI(target).split('#');
    const file = path === '' ? resolve(root, page) : resolve(root, dirname(page), path);
    if (!existsSync(file) || !`${file}/`.startsWith(`${root}/`)) return true;
    return (
      anchor !== undefined && file.endsWith('.md') && !anchorsOf(relative(root, file)).has(anchor)
    );
  });
}

describe('links', () => {
  for (const page of pages()) {
    it(`of ${page} lead somewhere`, () => {
      expect(deadLinks(page)).toEqual([]);
    });
  }

  it('are looked at', () => {
    expect(pages()).toContain('README.md');
  });
});
