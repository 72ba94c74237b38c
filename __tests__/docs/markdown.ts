import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Root of the repository: jest runs there. */
export const root = process.cwd();

/** A fenced block: its words after the fence (`ts run`) and its text. */
export interface Block {
  readonly page: string;
  /** Line of the fence, from 1. */
  readonly line: number;
  readonly info: readonly string[];
  readonly text: string;
}

/** Every page for people: those in the root and all below docs. */
export function pages(): readonly string[] {
  const top = readdirSync(root).filter((name) => name.endsWith('.md'));
  const docs = existsSync(join(root, 'docs'))
    ? readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    : [];
  const below = docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name));
  return [...top, ...below].sort();
}

export function textOf(page: string): string {
  return readFileSync(resolve(root, page), 'utf8');
}

export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string[]; lines: string[] } | undefined;
  for (const [at, line] of textOf(page).split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) {
      const info = (fence[1] ?? '').trim().split(/\s+/);
      open = { line: at + 1, info, lines: [] };
    } else {
      blocks.push({ page, line: open.line, info: open.info, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return blocks;
}

/** The page without its code: links and headings in code are none. */
export function proseOf(page: string): string {
  return textOf(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));
}

/** Anchors of a page, as GitHub makes them from headings. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading] of proseOf(page).matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const anchor = anchorOf(heading ?? '');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

function anchorOf(heading: string): string {
  const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}
