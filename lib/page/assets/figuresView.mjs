import { give, h, setText } from './elements.mjs';
import { bytes, count, plural, span } from './format.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {{ root: HTMLElement, value: HTMLElement, note: HTMLElement }} Tile
 */

/** Events that are further away than this are history, not news. */
const liveWithinMs = 86_400_000;

/**
 * The figures of the last batch, exactly as `lastProgress` has them.
 * @param {HTMLElement} root
 */
export function figuresView(root) {
  const tiles = {
    input: tile(root, 'Input', 'rows/s', 'Rows that arrive per second, since the batch before'),
    processed: tile(root, 'Processing', 'rows/s', 'Rows per second while a batch is worked at'),
    batch: tile(root, 'Last batch', 'ms', 'From the trigger to the commit'),
    latency: tile(root, 'Latency', '', 'From an event until its result is committed'),
    late: tile(root, 'Late rows', '', 'Rows that came after the watermark had passed them'),
    state: tile(root, 'State', 'rows', 'What the operators keep to go on counting'),
  };
  return {
    /**
     * @param {Query} query
     * @param {import('./model.mjs').Model} model
     */
    update(query, model) {
      const { progress, totals } = query;
      const input = progress?.inputRowsPerSecond;
      const processed = progress?.processedRowsPerSecond;
      set(tiles.input, input, count(input), plural(totals.rows, 'row'));
      set(
        tiles.processed,
        processed,
        count(processed),
        room(input, processed, query.about.trigger),
      );
      const ms = progress?.batchDuration;
      const rows = progress ? plural(progress.numInputRows, 'row') : '';
      set(
        tiles.batch,
        ms,
        count(ms),
        progress ? `batch ${count(progress.batchId)} · ${rows}${slowest(query)}` : 'none yet',
      );
      latency(tiles.latency, query, model);
      const failed = totals.failed > 0 ? ` · ${plural(totals.failed, 'failed row')}` : '';
      set(tiles.late, totals.late, count(totals.late), share(totals) + failed);
      give(tiles.late.root, { 'data-tone': totals.late > 0 ? 'warn' : undefined });
      const operators = progress?.stateOperators ?? [];
      const stateRows = operators.reduce((sum, each) => sum + each.numRowsTotal, 0);
      const stateBytes = operators.reduce((sum, each) => sum + each.memoryUsedBytes, 0);
      set(
        tiles.state,
        stateRows,
        count(stateRows),
        operators.length > 0 ? bytes(stateBytes) : 'no stateful operator',
      );
    },
  };
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 * @param {string} unit
 * @param {string} about
 */
function tile(root, name, unit, about) {
  const value = h('data', { value: '' });
  const suffix = h('small', { text: unit });
  const note = h('p', { class: 'muted' });
  const box = h(
    'div',
    { class: 'tile', title: about },
    h('h2', { text: name }),
    h('p', { class: 'big' }, value, ' ', suffix),
    note,
  );
  root.append(box);
  return { root: box, value, note };
}

/**
 * @param {Tile} tile
 * @param {number | undefined} raw
 * @param {string} text
 * @param {string} note
 */
function set(tile, raw, text, note) {
  give(tile.value, { value: raw === undefined ? '' : String(raw), text });
  setText(tile.note, note);
}

/**
 * Event to result where events are of today, else trigger to result.
 * @param {Tile} tile
 * @param {Query} query
 * @param {import('./model.mjs').Model} model
 */
function latency(tile, query, model) {
  const recent = query.batches.filter((batch) => batch.rows > 0);
  const last = recent.at(-1);
  const committed = last ? Date.parse(last.timestamp) + last.ms : Number.NaN;
  const lag = last?.eventMax ? committed - Date.parse(last.eventMax) : Number.NaN;
  const isLive = Math.abs(lag) < liveWithinMs && Math.abs(model.now - committed) < liveWithinMs;
  const shown = isLive ? Math.max(0, lag) : last?.ms;
  set(
    tile,
    shown,
    shown === undefined ? '–' : span(shown),
    last === undefined ? '' : isLive ? 'from event to result' : 'from trigger to result',
  );
}

/**
 * The 99th of a hundred batches by duration, of those that the page has.
 * @param {Query} query
 */
function slowest({ batches }) {
  if (batches.length < 10) return '';
  const durations = batches.map((batch) => batch.ms).sort((a, b) => a - b);
  return ` · p99 ${span(durations[Math.floor(durations.length * 0.99)] ?? 0)}`;
}

/**
 * @param {number | undefined} input
 * @param {number | undefined} processed
 * @param {string} trigger
 */
function room(input, processed, trigger) {
  if (!input || !processed) return '';
  if (/^(AvailableNow|Once)/.test(trigger)) return 'as fast as it can: all input is there';
  if (processed < input * 0.9) return 'falls behind the input';
  return processed < input * 1.1
    ? 'just keeps up with the input'
    : `keeps up: ${count(processed / input)}× the input`;
}

/** @param {Query['totals']} totals */
function share(totals) {
  if (totals.rows === 0) return 'of no rows yet';
  const percent = (totals.late / totals.rows) * 100;
  return totals.late === 0
    ? 'every row came in time'
    : `${percent < 0.1 ? '< 0.1' : count(percent)} % of all rows`;
}
