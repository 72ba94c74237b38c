import { tableLines } from '../../lib/terminal/liveTable.js';

const rows = Array.from({ length: 5 }, (_, n) => ({ n, name: `row ${n}` }));

describe('tableLines', () => {
  it('shows all rows that fit', () => {
    const lines = tableLines(rows, { columns: 80, lines: 10, title: 'top' });
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('top');
    expect(lines[4]).toBe('| 0 | row 0 |');
  });

  it('says how many rows it leaves out', () => {
    const lines = tableLines(rows, { columns: 80, lines: 9, title: 'top' });
    expect(lines).toHaveLength(9);
    expect(lines.at(-1)).toBe('and 2 more');
  });

  it('shows the count only when there is no room for a row', () => {
    expect(tableLines(rows, { columns: 80, lines: 3 })).toEqual(['and 5 more']);
  });

  it('shows the title only when there are no rows', () => {
    expect(tableLines([], { columns: 80, lines: 9, title: 'top' })).toEqual(['top']);
    expect(tableLines([], { columns: 80, lines: 9 })).toEqual([]);
  });

  it('cuts lines at the edge of the terminal', () => {
    const lines = tableLines(rows, { columns: 6, lines: 20, title: 'a long title' });
    expect(lines.slice(0, 3)).toEqual(['a l...', '+---+-', '| n | ']);
    expect(tableLines([{ n: '日本日本' }], { columns: 6, lines: 20 })[3]).toBe('| ...');
  });

  it('paints the title where colours are on', () => {
    expect(tableLines([], { columns: 9, lines: 9, title: 't', colors: true })).toEqual([
      '\u001b[1mt\u001b[22m',
    ]);
  });
});
