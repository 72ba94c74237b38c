import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A line that a ban must catch in `lib/plan`, and the name of the ban. */
const banned: readonly (readonly [string, string])[] = [
  ['export const a = Date.now();', 'millrace(date-now)'],
  ["export const b = Date['now']();", 'millrace(date-now)'],
  ['export const c = [1].map(Date.now);', 'millrace(date-now)'],
  ['export const d = new Date();', 'millrace(new-date)'],
  ['export const e = DateTime.now();', 'millrace(datetime-now)'],
  ['export const f = DateTime.local();', 'millrace(datetime-now)'],
  ['export const g = Math.random();', 'millrace(math-random)'],
  ['setTimeout(() => undefined, 1);', 'millrace(timers)'],
  ['globalThis.setInterval(() => undefined, 1);', 'millrace(timers)'],
  ["export const h = () => { throw new Error('x'); };", 'millrace(throw-error)'],
  ["export { x } from 'rxjs/internal/x';", 'millrace(rxjs-internal)'],
  ["import { y } from 'rxjs/dist/types/y'; y();", 'millrace(rxjs-internal)'],
  ['export const i = (value: any) => value;', 'typescript(no-explicit-any)'],
  ['export const j = (value: string | null) => value!;', 'typescript(no-non-null-assertion)'],
];

/** Lines that look like it and are right. */
const allowed = [
  'export const k = new Date(5);',
  "export const l = () => { throw new TypeError('x'); };",
  'export const m = { now: () => 1 }.now();',
  "export { map } from 'rxjs';",
];

describe('the bans', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bans-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function lint(room: string, lines: readonly string[]): readonly string[][] {
    const config = JSON.parse(readFileSync('.oxlintrc.json', 'utf8'));
    config.jsPlugins = [resolve('lint/bans.mjs')];
    delete config.$schema;
    writeFileSync(join(folder, '.oxlintrc.json'), JSON.stringify(config));
    mkdirSync(join(folder, room), { recursive: true });
    for (const [at, line] of lines.entries()) writeFileSync(join(folder, room, `${at}.ts`), line);
    const { stdout } = spawnSync(resolve('node_modules/.bin/oxlint'), ['-f', 'json', room], {
      cwd: folder,
      encoding: 'utf8',
    });
    const { diagnostics } = JSON.parse(stdout);
    const found = diagnostics as readonly { code: string; filename: string }[];
    return lines.map((_, at) =>
      found
        .filter(
          ({ filename }) =>
            filename.endsWith(`${at}.ts`) && /\D$/.test(filename.slice(0, -`${at}.ts`.length)),
        )
        .map(({ code }) => code),
    );
  }

  it('catch what they name in lib, operators and state', () => {
    const found = lint(
      'lib/plan',
      banned.map(([line]) => line),
    );
    expect(
      found.map((codes, at) => [banned[at]?.[0], codes.includes(banned[at]?.[1] ?? '')]),
    ).toEqual(banned.map(([line]) => [line, true]));
  });

  it('leave what is right', () => {
    expect(lint('lib/time', allowed).flat()).toEqual([]);
  });

  it('leave the clock to the triggers, chance to the benches', () => {
    expect(lint('lib/triggers', ['export const a = Date.now();']).flat()).toEqual([]);
    expect(lint('bench', ['export const a = Math.random();']).flat()).toEqual([]);
    expect(lint('lib/triggers', ['export const a = Math.random();']).flat()).toEqual([
      'millrace(math-random)',
    ]);
  });
});
