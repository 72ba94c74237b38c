import { h, setText } from './elements.mjs';
import { instant, plural, span } from './format.mjs';

/** @typedef {import('./model.mjs').Query} Query */

const shownRows = 8;

/**
 * The last rows that came too late, and by how much.
 * @param {HTMLElement} root
 */
export function lateView(root) {
  const info = h('p', { class: 'muted' });
  const body = h('tbody');
  const numbers = new Set(['too late by', 'batch']);
  const names = ['too late by', 'event time', 'watermark', 'operator', 'batch', 'row'];
  root.append(
    h('h2', { id: 'late-title', text: 'Late rows' }),
    info,
    h(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-labelledby': 'late-title' },
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
  let key = '';
  return {
    /** @param {Query} query */
    update(query) {
      root.hidden = query.late.length === 0;
      const newKey = `${query.runId} ${query.late.at(-1)?.seq}`;
      if (root.hidden || newKey === key) return;
      key = newKey;
      setText(
        info,
        `${plural(query.totals.late, 'row')} in all. They are in query.late$ and, if there is one, in the lateSink; results that were final do not have them.`,
      );
      body.replaceChildren(
        ...query.late
          .slice(-shownRows)
          .reverse()
          .map((line) =>
            h(
              'tr',
              { 'data-seq': line.seq },
              h('td', { class: 'number', text: span(line.watermark - line.time) }),
              h('td', { text: instant(Math.ceil(line.time)) }),
              h('td', { text: instant(line.watermark) }),
              h('td', { text: line.operator }),
              h('td', { class: 'number', text: String(line.batchId) }),
              h('td', { class: 'row', text: line.row }),
            ),
          ),
      );
    },
  };
}
