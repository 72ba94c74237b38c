import { give, h, setText } from './elements.mjs';
import { count, instant, span } from './format.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {import('../wire.js').BatchLine} BatchLine
 */

const shownBatches = 12;
/** Phases of a batch in their order, as progress names them. */
const phases = ['latestOffset', 'walCommit', 'getBatch', 'addBatch', 'commitOffsets'];

/**
 * The last batches, newest first; the bar shows what each spent its time on.
 * @param {HTMLElement} root
 */
export function batchesView(root) {
  const body = h('tbody');
  const names = [
    'batch',
    'rows in',
    'rows out',
    'late',
    'failed',
    'duration',
    'phases',
    'newest event',
    'watermark',
    'started',
  ];
  const numbers = new Set(['batch', 'rows in', 'rows out', 'late', 'failed', 'duration']);
  root.append(
    h('h2', { id: 'batches-title', text: 'Recent batches' }),
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'batches-title' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...names.map((text) =>
              h('th', { scope: 'col', text, class: numbers.has(text) ? 'number' : undefined }),
            ),
          ),
        ),
        body,
      ),
    ),
  );
  return {
    /** @param {Query} query */
    update(query) {
      root.hidden = query.batches.length === 0;
      const shown = query.batches.slice(-shownBatches).reverse();
      while (body.children.length > shown.length) body.lastElementChild?.remove();
      for (const [i, batch] of shown.entries()) {
        let line = body.children[i];
        if (!line) {
          line = h(
            'tr',
            {},
            ...names.map((name) => h('td', { class: numbers.has(name) ? 'number' : undefined })),
          );
          line.children[6]?.append(bar());
          body.append(line);
        }
        drawLine(line, batch);
      }
    },
  };
}

function bar() {
  return h(
    'span',
    { class: 'phases', role: 'img' },
    ...phases.map((phase) => h('i', { 'data-phase': phase })),
  );
}

/**
 * @param {Element} line
 * @param {BatchLine} batch
 */
function drawLine(line, batch) {
  if (line.getAttribute('data-batch') === `${batch.batchId} ${batch.timestamp}`) return;
  give(line, { 'data-batch': `${batch.batchId} ${batch.timestamp}` });
  const texts = [
    String(batch.batchId),
    count(batch.rows),
    count(batch.out),
    batch.late > 0 ? count(batch.late) : '',
    batch.failed > 0 ? count(batch.failed) : '',
    span(batch.ms),
    undefined,
    batch.eventMax ? instant(Date.parse(batch.eventMax)) : '',
    batch.watermark && Date.parse(batch.watermark) > 0 ? instant(Date.parse(batch.watermark)) : '',
    instant(Date.parse(batch.timestamp)),
  ];
  for (const [i, text] of texts.entries()) {
    const cell = line.children[i];
    if (cell && text !== undefined) setText(cell, text);
  }
  const parts = phases.map((phase) => batch.phases[phase] ?? 0);
  const all = Math.max(1, ...[parts.reduce((sum, ms) => sum + ms, 0)]);
  const drawn = line.querySelector('.phases');
  if (!drawn) return;
  give(drawn, { 'aria-label': phases.map((phase, i) => `${phase} ${parts[i]} ms`).join(', ') });
  for (const [i, part] of [...drawn.children].entries()) {
    /** @type {HTMLElement} */ (part).style.flexGrow = String((parts[i] ?? 0) / all);
    give(part, { title: `${phases[i]} ${parts[i]} ms` });
  }
}
