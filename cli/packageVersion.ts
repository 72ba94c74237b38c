import { readFile } from 'node:fs/promises';

/** Of this very package: beside `cli` in the sources, above `dist` in the package. */
export async function packageVersion(): Promise<string> {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
        return String(manifest.version);
      }
    } catch {
      // Not there: the next place.
    }
  }
  return '0.1.0';
}
