import { chart, palette } from './charts.mjs';
import { h } from './elements.mjs';

/** @typedef {import('./model.mjs').Query} Query */

const mostLines = 6;

/**
 * The result over its windows: a line per key (the largest ones), of one numeric column.
 * @param {HTMLElement} root
 */
export function resultChart(root) {
  const choice = h('select', { 'aria-label': 'Column of the chart' });
  const box = h('div');
  root.append(
    h('div', { class: 'tools' }, h('span', { class: 'muted', text: 'over windows:' }), choice),
    box,
  );
  const drawn = chart(box, { height: 200 });
  let version = -1;
  let key = '';
  choice.addEventListener('change', () => {
    version = -1;
    dispatchEvent(new Event('themechange'));
  });
  return {
    /** @param {Query} query */
    update(query) {
      const { columns, rows } = query.table;
      const window = columns.indexOf('window');
      const first = rows.values().next().value;
      const numeric = columns.filter(
        (_, i) => typeof first?.cells[i] === 'number' && columns[i] !== 'key',
      );
      root.hidden = window < 0 || numeric.length === 0;
      if (root.hidden) return;
      const newKey = `${query.runId} ${numeric.join('\n')}`;
      if (newKey !== key) {
        key = newKey;
        choice.replaceChildren(...numeric.map((name) => h('option', { value: name, text: name })));
        version = -1;
      }
      if (version === query.table.version && !drawn.isStale()) return;
      version = query.table.version;
      const lines = linesOf(query, window, columns.indexOf(choice.value));
      drawn.draw(
        lines.map(({ name }, i) => ({ label: name, stroke: palette[i] ?? 'accent' })),
        alignedOf(lines),
        { legend: lines.length > 1, points: true },
      );
    },
  };
}

/**
 * @param {Query} query
 * @param {number} window
 * @param {number} column
 * @returns {{ name: string, values: Map<number, number> }[]}
 */
function linesOf({ table }, window, column) {
  const key = table.columns.indexOf('key');
  /** @type {Map<string, { name: string, values: Map<number, number>, sum: number }>} */
  const lines = new Map();
  for (const { cells } of table.rows.values()) {
    const bounds = cells[window];
    const value = cells[column];
    if (
      typeof bounds !== 'object' ||
      bounds === null ||
      !('w' in bounds) ||
      typeof value !== 'number'
    )
      continue;
    const name = key < 0 ? (table.columns[column] ?? '') : nameOf(cells[key] ?? null);
    let line = lines.get(name);
    if (!line) {
      line = { name, values: new Map(), sum: 0 };
      lines.set(name, line);
    }
    line.values.set(bounds.w[0], value);
    line.sum += Math.abs(value);
  }
  return [...lines.values()].sort((a, b) => b.sum - a.sum).slice(0, mostLines);
}

/** @param {import('../wire.js').Cell} cell */
function nameOf(cell) {
  if (typeof cell === 'object' && cell !== null) return 'x' in cell ? cell.x : JSON.stringify(cell);
  return String(cell);
}

/**
 * @param {{ values: Map<number, number> }[]} lines
 * @returns {(number | null)[][]}
 */
function alignedOf(lines) {
  const times = [...new Set(lines.flatMap(({ values }) => [...values.keys()]))].sort(
    (a, b) => a - b,
  );
  return [
    times.map((ms) => ms / 1000),
    ...lines.map(({ values }) => times.map((ms) => values.get(ms) ?? null)),
  ];
}
