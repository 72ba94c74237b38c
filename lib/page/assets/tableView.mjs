import { give, h, setText } from './elements.mjs';
import { count, figure, instant } from './format.mjs';
import { resultChart } from './resultChart.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {import('./model.mjs').TableRow} TableRow
 * @typedef {import('../wire.js').Cell} Cell
 */

const sizes = [10, 25, 100, 500];

/**
 * The result: newest rows first until a column is chosen to sort by; changed rows flash.
 * @param {HTMLElement} root
 */
export function tableView(root) {
  let sorted = { column: -1, down: true };
  let page = 0;
  let size = 10;
  let runId = '';
  /** @type {Query | undefined} */
  let shown;
  let version = 0;
  const head = h('tr');
  const body = h('tbody');
  const table = h('table', { 'aria-labelledby': 'result-title' }, h('thead', {}, head), body);
  const info = h('span', { class: 'muted', role: 'status' });
  const back = h('button', {
    type: 'button',
    class: 'quiet',
    text: '← newer',
    'aria-label': 'Page before',
  });
  const on = h('button', {
    type: 'button',
    class: 'quiet',
    text: 'older →',
    'aria-label': 'Next page',
  });
  const choice = h(
    'select',
    { 'aria-label': 'Rows per page' },
    ...sizes.map((each) => h('option', { value: each, text: `${each} rows` })),
  );
  const empty = h('p', { class: 'muted', text: 'No result row yet.' });
  const chartRoot = h('div', { class: 'result-chart' });
  const chart = resultChart(chartRoot);
  const tools = h('div', { class: 'tools' }, info, back, on, choice);
  root.append(
    h('div', { class: 'titlebar' }, h('h2', { id: 'result-title', text: 'Result' }), tools),
    chartRoot,
    empty,
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'result-title' },
      table,
    ),
  );
  const turn = (/** @type {number} */ by) => () => {
    page += by;
    draw(true);
  };
  back.addEventListener('click', turn(-1));
  on.addEventListener('click', turn(1));
  choice.addEventListener('change', () => {
    size = Number(choice.value);
    page = 0;
    draw(true);
  });

  /** @param {boolean} force */
  function draw(force) {
    if (!shown) return;
    const { table: result } = shown;
    if (!force && result.version === version) return;
    version = result.version;
    const rows = sortedRows(shown, sorted);
    page = Math.max(0, Math.min(page, Math.ceil(rows.length / size) - 1));
    const from = page * size;
    const visible = rows.slice(from, from + size);
    drawHead(head, result.columns, sorted, visible[0]?.cells ?? [], (column) => {
      sorted = { column, down: sorted.column === column ? !sorted.down : false };
      page = 0;
      draw(true);
    });
    drawBody(
      body,
      visible,
      result.columns.length,
      force ? -2 : version,
      shown.about.outputMode !== 'append',
    );
    setText(info, infoOf(rows.length, result.total, from, visible.length));
    give(back, { disabled: page === 0 });
    give(on, { disabled: from + size >= rows.length });
    tools.hidden = rows.length === 0;
    empty.hidden = rows.length > 0;
    table.hidden = rows.length === 0;
  }

  return {
    /** @param {Query} query */
    update(query) {
      const isNew = query.runId !== runId;
      if (isNew) {
        runId = query.runId;
        sorted = { column: -1, down: true };
        page = 0;
      }
      shown = query;
      draw(isNew);
      chart.update(query);
    },
  };
}

/**
 * @param {Query} query
 * @param {{ column: number, down: boolean }} sorted
 * @returns {TableRow[]}
 */
function sortedRows({ table, about }, { column, down }) {
  const rows = [...table.rows.values()];
  // In complete mode the query gives the order; elsewhere the newest is what one looks for.
  if (column < 0)
    return about.outputMode === 'complete' ? rows.sort((a, b) => a.id - b.id) : rows.reverse();
  const sign = down ? -1 : 1;
  return rows.sort(
    (a, b) => sign * compareCells(a.cells[column] ?? null, b.cells[column] ?? null) || b.id - a.id,
  );
}

/**
 * Nulls first, then numbers and times, then text.
 * @param {Cell} a
 * @param {Cell} b
 */
function compareCells(a, b) {
  const [x, y] = [sortValue(a), sortValue(b)];
  if (typeof x === 'number' && typeof y === 'number') return x - y;
  if (typeof x === 'string' && typeof y === 'string') return x < y ? -1 : x > y ? 1 : 0;
  return rank(x) - rank(y);
}

/** @param {number | string | null} value */
function rank(value) {
  return value === null ? 0 : typeof value === 'number' ? 1 : 2;
}

/** @param {Cell} cell */
function sortValue(cell) {
  if (cell === null || typeof cell === 'number' || typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return Number(cell);
  if ('d' in cell) return cell.d;
  if ('w' in cell) return cell.w[0];
  const number = Number(cell.x);
  return Number.isNaN(number) ? cell.x : number;
}

/**
 * @param {HTMLElement} head
 * @param {readonly string[]} columns
 * @param {{ column: number, down: boolean }} sorted
 * @param {readonly Cell[]} first
 * @param {(column: number) => void} sort
 */
function drawHead(head, columns, sorted, first, sort) {
  const key = JSON.stringify(columns);
  if (head.dataset.key !== key) {
    head.dataset.key = key;
    head.replaceChildren(
      ...columns.map((name, i) =>
        h(
          'th',
          { scope: 'col' },
          h(
            'button',
            { type: 'button', on: { click: () => sort(i) } },
            name,
            h('i', { 'aria-hidden': 'true' }),
          ),
        ),
      ),
    );
  }
  for (const [i, cell] of [...head.children].entries()) {
    const isThis = i === sorted.column;
    give(cell, {
      class: typeof first[i] === 'number' ? 'number' : undefined,
      'aria-sort': isThis ? (sorted.down ? 'descending' : 'ascending') : undefined,
    });
    const sign = cell.querySelector('i');
    if (sign) setText(sign, isThis ? (sorted.down ? ' ↓' : ' ↑') : '');
  }
}

/**
 * Keeps the elements and changes their text.
 * @param {HTMLElement} body
 * @param {readonly TableRow[]} rows
 * @param {number} columns
 * @param {number} version
 * @param {boolean} flashes
 */
function drawBody(body, rows, columns, version, flashes) {
  while (body.children.length > rows.length) body.lastElementChild?.remove();
  for (const [i, row] of rows.entries()) {
    let line = body.children[i];
    if (!line) {
      line = h('tr');
      body.append(line);
    }
    while (line.children.length > columns) line.lastElementChild?.remove();
    while (line.children.length < columns) line.append(h('td'));
    for (let c = 0; c < columns; c++) {
      const cell = row.cells[c] ?? null;
      const element = line.children[c];
      if (!element) continue;
      setText(element, cellText(cell));
      give(element, {
        class: typeof cell === 'number' ? 'number' : cell === null ? 'null' : undefined,
      });
    }
    // Two names for one animation: the other one starts it anew.
    const was = line.getAttribute('data-flash');
    const changes = flashes && row.changed === version;
    give(line, {
      'data-id': row.id,
      'data-flash': changes ? (was === 'a' ? 'b' : 'a') : undefined,
    });
  }
}

/** @param {Cell} cell */
export function cellText(cell) {
  if (cell === null) return 'null';
  if (typeof cell === 'number') return figure(cell);
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'boolean') return String(cell);
  if ('d' in cell) return instant(cell.d);
  if ('x' in cell) return cell.x;
  const [start, end] = cell.w;
  const [a, b] = [instant(start), instant(end)];
  const sameDay = a.slice(0, 10) === b.slice(0, 10) && b.length > 10 && a.length > 10;
  return `${a} – ${sameDay ? b.slice(11) : b}`;
}

/**
 * @param {number} kept
 * @param {number | null} total
 * @param {number} from
 * @param {number} shown
 */
function infoOf(kept, total, from, shown) {
  const of =
    total === null
      ? `the newest ${count(kept)} kept`
      : total > kept
        ? `the newest ${count(kept)} of ${count(total)}`
        : count(kept);
  return `${count(from + 1)}–${count(from + shown)} of ${of}`;
}
