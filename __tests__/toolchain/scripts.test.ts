import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Those that npm runs of its own accord; `ignore-scripts` in .npmrc switches them off. */
const ofNpm = /^(pre|post)|^(install|prepare|publish|dependencies)$/;

describe('the scripts of the package', () => {
  it('are all called by name: none waits for npm, which runs none of its own accord', () => {
    expect(readFileSync('.npmrc', 'utf8')).toContain('ignore-scripts=true');
    expect(Object.keys(scripts).filter((name) => ofNpm.test(name))).toEqual([]);
  });

  it('build before they pack', () => {
    expect(scripts.package).toMatch(/^npm run package:check && npm pack$/);
    expect(scripts['package:check']).toMatch(/^npm run build && /);
  });

  it('stand in the page for contributors where they are named', () => {
    const page = readFileSync('CONTRIBUTING.md', 'utf8');
    const named = [...page.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name as string);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });
});
