import { colour, h } from './elements.mjs';
import { clock, compact, time } from './format.mjs';
import uPlot from './vendor/uPlot.mjs';

/** Colours of lines, by the names that page.css gives them. */
export const palette = ['accent', 'teal', 'amber', 'violet', 'red', 'muted'];

/**
 * @typedef {{ label: string, stroke: string, fill?: boolean, dots?: boolean, width?: number, dash?: number[] }} Line
 * @typedef {{ legend?: boolean, points?: boolean, axis?: (value: number) => string, timeAxis?: boolean, from?: number }} Look
 */

/**
 * A uPlot in `root` that follows its width and the theme.
 * @param {HTMLElement} root
 * @param {{ height: number }} size
 */
export function chart(root, { height }) {
  /** @type {uPlot | undefined} */
  let plot;
  let key = '';
  let stale = true;
  addEventListener('themechange', () => {
    stale = true;
  });
  return {
    /** It has to be drawn anew though its data are the same. */
    isStale: () => stale || (plot !== undefined && plot.width !== widthOf(root)),
    /**
     * @param {readonly Line[]} lines
     * @param {(number | null | undefined)[][]} data
     * @param {Look} [look]
     */
    draw(lines, data, look = {}) {
      const newKey = JSON.stringify(lines);
      const width = widthOf(root);
      const aligned = /** @type {uPlot.AlignedData} */ (/** @type {unknown} */ (data));
      if (!plot || stale || newKey !== key) {
        plot?.destroy();
        key = newKey;
        stale = false;
        plot = new uPlot(optionsOf(lines, look, width, height), aligned, root);
        return;
      }
      if (plot.width !== width) plot.setSize({ width, height });
      plot.setData(aligned);
    },
  };
}

/** @param {HTMLElement} root */
function widthOf(root) {
  return Math.max(200, root.clientWidth);
}

/**
 * @param {readonly Line[]} lines
 * @param {Look} look
 * @param {number} width
 * @param {number} height
 * @returns {uPlot.Options}
 */
function optionsOf(lines, look, width, height) {
  const axis = look.axis ?? compact;
  const stroke = colour('muted');
  const grid = { stroke: colour('line'), width: 1 };
  const font = '12px system-ui, sans-serif';
  return {
    width,
    height,
    padding: [10, 26, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false }, points: { size: 6 } },
    legend: { show: look.legend ?? true, live: true },
    scales: { x: { time: true }, y: { range: look.timeAxis ? rangeOfTime : rangeFromZero } },
    axes: [
      { stroke, grid, ticks: grid, font, space: 80, values: (_, splits) => timesOf(splits, 1000) },
      {
        stroke,
        grid,
        ticks: grid,
        font,
        size: look.timeAxis ? 84 : 62,
        ...(look.timeAxis ? { incrs: timeSteps } : {}),
        values: (_, splits) => (look.timeAxis ? timesOf(splits, 1) : splits.map(axis)),
      },
    ],
    series: [
      { label: 'time', value: (_, value) => (value === null ? '–' : time(value * 1000, 0)) },
      ...lines.map((line) => seriesOf(line, look, axis)),
    ],
  };
}

/** Steps between times that a clock shows, ms. */
const timeSteps = [
  1, 10, 100, 1000, 5000, 15_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000,
  10_800_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000, 2_592_000_000,
  31_536_000_000,
];

/**
 * Times on an axis, no finer than they lie apart.
 * @param {number[]} splits
 * @param {number} unitMs
 */
function timesOf(splits, unitMs) {
  const step = ((splits[1] ?? 0) - (splits[0] ?? 0)) * unitMs;
  const days = step >= 86_400_000;
  const fine = step >= 1000 ? Math.max(step, 2001) : step;
  return splits.map((value) =>
    days ? time(value * unitMs, step * 25) : clock(value * unitMs, fine),
  );
}

/**
 * @param {Line} line
 * @param {Look} look
 * @param {(value: number) => string} axis
 * @returns {uPlot.Series}
 */
function seriesOf(line, look, axis) {
  const stroke = colour(line.stroke);
  return {
    label: line.label,
    stroke,
    width: line.dots ? 0 : (line.width ?? 1.75),
    ...(line.dash ? { dash: line.dash } : {}),
    ...(line.fill ? { fill: `${stroke}38` } : {}),
    points: line.dots
      ? { show: true, size: 8, fill: stroke, stroke }
      : look.points
        ? { size: 5 }
        : { show: false },
    spanGaps: !line.dots,
    value: (_, value) =>
      value === null || value === undefined ? '–' : look.timeAxis ? time(value, 0) : axis(value),
  };
}

/**
 * @param {uPlot} _plot
 * @param {number} min
 * @param {number} max
 * @returns {uPlot.Range.MinMax}
 */
function rangeFromZero(_plot, min, max) {
  if (!Number.isFinite(max)) return [0, 1];
  return [Math.min(0, min ?? 0), max <= 0 ? 1 : max * 1.08];
}

/**
 * @param {uPlot} _plot
 * @param {number} min
 * @param {number} max
 * @returns {uPlot.Range.MinMax}
 */
function rangeOfTime(_plot, min, max) {
  const pad = Math.max(1, (max - min) * 0.06);
  return [min - pad, max + pad];
}

/**
 * A titled box for a chart.
 * @param {HTMLElement} root
 * @param {string} title
 * @param {string} about
 */
export function chartCard(root, title, about) {
  const box = h('div', { class: 'plot' });
  const card = h(
    'section',
    { class: 'card' },
    h('h2', { text: title }),
    h('p', { class: 'muted', text: about }),
    box,
  );
  root.append(card);
  return { card, box };
}
