import { chart, chartCard } from './charts.mjs';
import { bytes, compact, span } from './format.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {import('../wire.js').Point} Point
 */

/** Length of the server's buckets, ms. */
const bucketMs = 250;
/** Between two drawings, ms. */
const restMs = 450;
const phases = ['planning', 'log', 'computing', 'sink', 'commit'];

/**
 * Figures over time: event time and watermark, rates, batches by phase, state.
 * @param {HTMLElement} root
 */
export function chartsView(root) {
  const events = chartCard(
    root,
    'Event time over time',
    'The watermark follows the newest event and never falls. A red dot below it is a late row.',
  );
  const rates = chartCard(root, 'Rows per second', 'In: rows that arrive. Out: rows for the sink.');
  const durations = chartCard(
    root,
    'Batch duration by phase',
    'Milliseconds per batch, stacked: what a batch spends its time on.',
  );
  const state = chartCard(
    root,
    'State',
    'Rows that the operators keep. It stays flat when the watermark lets old ones go.',
  );
  const plots = {
    events: chart(events.box, { height: 220 }),
    rates: chart(rates.box, { height: 220 }),
    durations: chart(durations.box, { height: 220 }),
    state: chart(state.box, { height: 220 }),
  };
  let runId = '';
  let last = '';
  let drawnAt = 0;
  return {
    /** @param {Query} query */
    update(query) {
      const newest = query.points.at(-1);
      const key = `${query.points.length} ${newest?.t} ${newest?.batches}`;
      const stale = Object.values(plots).some((plot) => plot.isStale());
      if (query.runId === runId && key === last && !stale) return;
      // Lines over minutes need not move four times a second.
      const now = performance.now();
      if (query.runId === runId && !stale && now - drawnAt < restMs) return;
      drawnAt = now;
      runId = query.runId;
      last = key;
      root.hidden = query.points.length === 0;
      if (root.hidden) return;
      const hasTime = query.points.some((point) => point.eventMax !== null);
      events.card.hidden = !hasTime;
      const hasState = (query.progress?.stateOperators.length ?? 0) > 0;
      state.card.hidden = !hasState;
      if (hasTime) drawEvents(plots.events, query);
      drawRates(plots.rates, query.points);
      drawDurations(plots.durations, query.points);
      if (hasState) drawState(plots.state, query.points);
    },
  };
}

/**
 * @param {ReturnType<typeof chart>} plot
 * @param {Query} query
 */
function drawEvents(plot, { points, late }) {
  const dots = new Map(late.map((line) => [Math.floor(line.at / bucketMs) * bucketMs, line.time]));
  const epoch = points.filter((point) => (point.eventMax ?? point.watermark ?? 0) > 0);
  plot.draw(
    [
      { label: 'newest event', stroke: 'teal' },
      { label: 'watermark', stroke: 'accent', width: 2.5, fill: false },
      { label: 'late row', stroke: 'red', dots: true },
    ],
    [
      epoch.map((point) => point.t / 1000),
      runningMax(epoch.map((point) => point.eventMax)),
      epoch.map((point) => (point.watermark && point.watermark > 0 ? point.watermark : null)),
      epoch.map((point) => dots.get(point.t) ?? null),
    ],
    { timeAxis: true },
  );
}

/**
 * @param {ReturnType<typeof chart>} plot
 * @param {readonly Point[]} points
 */
function drawRates(plot, points) {
  const rates = ratesOf(points);
  plot.draw(
    [
      { label: 'in', stroke: 'accent', fill: true },
      { label: 'out', stroke: 'violet' },
    ],
    [rates.map(({ t }) => t / 1000), rates.map((each) => each.rows), rates.map((each) => each.out)],
    { axis: (value) => compact(value) },
  );
}

/**
 * @param {ReturnType<typeof chart>} plot
 * @param {readonly Point[]} points
 */
function drawDurations(plot, points) {
  const strokes = ['muted', 'violet', 'accent', 'teal', 'amber'];
  const perBatch = points.map((point) => point.phases.map((ms) => ms / Math.max(1, point.batches)));
  // Stacked: each line is drawn with all that lies below it, the tallest first.
  const sums = phases.map((_, phase) =>
    perBatch.map((values) => values.slice(0, phase + 1).reduce((sum, ms) => sum + ms, 0)),
  );
  plot.draw(
    phases
      .map((label, i) => ({ label, stroke: strokes[i] ?? 'muted', fill: true, width: 1 }))
      .reverse(),
    [points.map((point) => point.t / 1000), ...sums.reverse()],
    { axis: (value) => span(value) },
  );
}

/**
 * @param {ReturnType<typeof chart>} plot
 * @param {readonly Point[]} points
 */
function drawState(plot, points) {
  const most = points.at(-1);
  plot.draw(
    [
      {
        label: `rows in state${most ? ` (${bytes(most.stateBytes)})` : ''}`.replace(/ \(.*/, ''),
        stroke: 'teal',
        fill: true,
      },
    ],
    [points.map((point) => point.t / 1000), points.map((point) => point.stateRows)],
    { axis: (value) => compact(value) },
  );
}

/**
 * Rows per second at each point: over the last second, or over the time since the point before if
 * that is longer. Where no batch ran for a while, 0.
 * @param {readonly Point[]} points
 */
function ratesOf(points) {
  /** @type {{ t: number, rows: number, out: number }[]} */
  const rates = [];
  const spans = points.map(({ t, busyMs }, i) => {
    const since = t - (points[i - 1]?.t ?? t - bucketMs);
    return Math.max(bucketMs, Math.min(since, Math.max(1000, busyMs)));
  });
  for (const [i, { t }] of points.entries()) {
    const before = rates.at(-1);
    const idleUntil = t - (spans[i] ?? 0);
    if (before && idleUntil - before.t > 2000) {
      rates.push({ t: before.t + bucketMs, rows: 0, out: 0 }, { t: idleUntil, rows: 0, out: 0 });
    }
    let [rows, out, ms] = [0, 0, 0];
    for (let j = i; j >= 0 && ms < 1000; j--) {
      rows += points[j]?.rows ?? 0;
      out += points[j]?.out ?? 0;
      ms += spans[j] ?? 0;
    }
    rates.push({ t, rows: (rows * 1000) / ms, out: (out * 1000) / ms });
  }
  return rates;
}

/** @param {readonly (number | null)[]} values */
function runningMax(values) {
  /** @type {number | null} */
  let most = null;
  return values.map((value) => {
    if (value !== null && (most === null || value > most)) most = value;
    return most;
  });
}
