import { readFileSync } from 'node:fs';

const page = readFileSync('samples/README.md', 'utf8');

/** Compares what a sample printed with the block below its heading `### name`; `…`: there is more. */
export function expectAsInReadme(name: string, output: string): void {
  const section = new RegExp(`^### ${name}\n[^#]*?\`\`\`text\n([\\s\\S]*?)\n\`\`\``, 'm').exec(
    page,
  );
  const shown = section?.[1]?.split('\n');
  if (shown === undefined) throw new Error(`samples/README.md has no output of ${name}`);
  const printed = output.trim().split('\n');
  if (shown.at(-1) !== '…') return expect(printed).toEqual(shown);
  expect([...printed.slice(0, shown.length - 1), '…']).toEqual(shown);
}
