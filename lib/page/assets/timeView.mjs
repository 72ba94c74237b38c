import { give, h, setText, svg } from './elements.mjs';
import { clock, instant, plural, span, time } from './format.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {{ newest: number, watermark: number | null, next: number | null, from: number, to: number, width: number, x: (ms: number) => number }} Scale
 */

/** With one lane of windows, and with two. */
const heights = [170, 190];
/** Where the parts of the drawing stand, from the top. */
const at = { flags: 22, zoneTop: 34, zoneEnd: 118, batches: 44, axis: 118, windows: 142 };
const shownBatches = 6;

/**
 * Event time as it is now: the newest event, the watermark behind it, what is still open between them
 * and what is closed, with late rows where they fell.
 * @param {HTMLElement} root
 */
export function timeView(root) {
  const newest = h('data', { value: '', class: 'newest' });
  const watermark = h('data', { value: '', class: 'watermark' });
  const story = h('p', { class: 'story' });
  const drawing = svg('svg', { class: 'time', role: 'img' });
  root.append(
    h('h2', { id: 'time-title', text: 'Event time and watermark' }),
    h(
      'div',
      { class: 'times' },
      h('p', {}, h('span', { text: 'newest event' }), newest),
      h('p', {}, h('span', { text: 'watermark' }), watermark),
      legend(),
    ),
    drawing,
    story,
  );
  return {
    /** @param {Query} query */
    update(query) {
      const scale = scaleOf(query, Math.max(280, root.clientWidth - 32));
      root.hidden = query.about.delayMs === null && scale === undefined;
      const mark = query.progress?.eventTime.watermark;
      give(watermark, {
        value: mark ?? '',
        text: scale?.watermark ? instant(scale.watermark) : 'not yet',
      });
      give(newest, {
        value: query.progress?.eventTime.max ?? '',
        text: scale ? instant(scale.newest) : '–',
      });
      setText(story, storyOf(query, scale));
      if (!scale) return drawing.replaceChildren();
      const lanes = windows(query, scale);
      const height = lanes.some(({ lane }) => lane > 0) ? heights[1] : heights[0];
      give(drawing, {
        viewBox: `0 0 ${scale.width} ${height}`,
        height,
        'aria-label': story.textContent ?? '',
      });
      drawing.replaceChildren(
        hatch(),
        ...zones(scale),
        ...batches(query, scale),
        ...ticks(scale),
        ...lanes.map(({ drawn }) => drawn),
        ...lateRows(query, scale),
        ...flags(scale),
      );
    },
  };
}

function legend() {
  const entry = (/** @type {string} */ kind, /** @type {string} */ text) =>
    h('li', {}, h('i', { class: kind }), text);
  return h(
    'ul',
    { class: 'legend', 'aria-hidden': 'true' },
    entry('open', 'open: still counts'),
    entry('closed', 'closed: too late'),
    entry('batch', 'rows of a batch'),
    entry('cross', 'late row'),
  );
}

/**
 * What is drawn: as much before the watermark as lies between it and the newest event.
 * @param {Query} query
 * @param {number} width
 * @returns {Scale | undefined}
 */
function scaleOf(query, width) {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { eventMax } of query.points)
    if (eventMax !== null && eventMax > newest) newest = eventMax;
  if (newest === Number.NEGATIVE_INFINITY) return undefined;
  const told = Date.parse(query.progress?.eventTime.watermark ?? '');
  const watermark = told > 0 ? told : null;
  const windowMs = windowsOf(query)[0]?.length ?? 0;
  const behind = watermark === null ? (query.about.delayMs ?? 0) : newest - watermark;
  const reach = Math.max(behind, windowMs * 1.5, 1000);
  // Late rows are what one wants to see; one that is years away would squeeze all the rest.
  const oldestLate = Math.min(...query.late.slice(-12).map((line) => line.time));
  const from = Math.max(
    newest - reach * 3.4,
    Math.min(newest - reach * 2, oldestLate - reach * 0.1),
  );
  const to = newest + reach * 0.22;
  const x = (/** @type {number} */ ms) => ((ms - from) / (to - from)) * width;
  // Between two batches the watermark moves; with several withWatermark it is not this simple.
  const single = query.about.plan.nodes.filter(({ kind }) => kind === 'withWatermark').length === 1;
  const next = single ? newest - (query.about.delayMs ?? 0) : null;
  const moves = next !== null && next - (watermark ?? from) > (to - from) * 0.02;
  return { newest, watermark, next: moves ? next : null, from, to, width, x };
}

/**
 * @param {Query} query
 * @param {Scale | undefined} scale
 */
function storyOf(query, scale) {
  const { delayMs } = query.about;
  if (delayMs === null)
    return 'This query has no watermark: no row is ever too late, and state is kept for good.';
  if (!scale) return 'No row with an event time has come yet.';
  const wait =
    delayMs === 0
      ? 'It waits for no late-comers.'
      : `After each batch it moves to ${span(delayMs)} behind the newest event: so long it waits for late-comers.`;
  if (scale.watermark === null)
    return `There is no watermark before the first batch is done. ${wait}`;
  const closes =
    windowsOf(query).length > 0
      ? 'A window closes when the watermark passes its end: its result is final, and its state goes.'
      : 'What is older than the watermark is closed: its result is final, and its state goes.';
  const late =
    query.totals.late === 0
      ? 'No row came too late so far.'
      : `${plural(query.totals.late, 'row')} came too late: what was closed did not take them, and they went to the late output.`;
  return `The watermark says: no row older than ${instant(scale.watermark)} is expected any more. ${wait} ${closes} ${late}`;
}

function hatch() {
  return svg(
    'defs',
    {},
    svg(
      'pattern',
      {
        id: 'hatch',
        width: 8,
        height: 8,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      svg('line', { x1: 0, y1: 0, x2: 0, y2: 8, class: 'hatch' }),
    ),
  );
}

/** @param {Scale} scale */
function zones({ watermark, newest, x, width }) {
  const edge = watermark === null ? 0 : clamp(x(watermark), 0, width);
  const zone = (/** @type {string} */ kind, /** @type {number} */ from, /** @type {number} */ to) =>
    svg('rect', {
      class: `zone ${kind}`,
      x: from,
      y: at.zoneTop,
      width: Math.max(0, to - from),
      height: at.zoneEnd - at.zoneTop,
    });
  const named = (
    /** @type {string} */ text,
    /** @type {number} */ from,
    /** @type {number} */ to,
  ) =>
    to - from < text.length * 6.4
      ? null
      : svg('text', {
          class: 'zone-name',
          x: (from + to) / 2,
          y: at.zoneEnd - 8,
          'text-anchor': 'middle',
          text,
        });
  const open = x(newest);
  return [
    zone('closed', 0, edge),
    svg('rect', {
      class: 'hatched',
      x: 0,
      y: at.zoneTop,
      width: edge,
      height: at.zoneEnd - at.zoneTop,
      fill: 'url(#hatch)',
    }),
    zone('open', edge, open),
    named('closed', 0, edge),
    named('open', edge, open),
  ].filter((each) => each !== null);
}

/**
 * The event times of the last batches, one bar each, the newest on top.
 * @param {Query} query
 * @param {Scale} scale
 */
function batches(query, { x, width }) {
  const recent = query.points
    .filter((point) => point.eventMax !== null)
    .slice(-shownBatches)
    .reverse();
  return recent.map((point, i) => {
    const from = clamp(x(point.eventMin ?? 0), 0, width);
    const to = clamp(x(point.eventMax ?? 0), 0, width);
    return svg('rect', {
      class: 'batch',
      x: from,
      y: at.batches + i * 6.5,
      width: Math.max(3, to - from),
      height: 4,
      rx: 2,
      opacity: 1 - i / (shownBatches + 1),
    });
  });
}

/** @param {Scale} scale */
function ticks({ from, to, x, width }) {
  const steps = [
    1, 10, 100, 1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000,
    86_400_000, 604_800_000, 2_592_000_000, 31_536_000_000,
  ];
  const most = Math.max(2, width / 130);
  const step = steps.find((each) => (to - from) / each <= most) ?? (to - from) / most;
  const marks = [];
  for (let ms = Math.ceil(from / step) * step; ms < to; ms += step) {
    if (x(ms) < 34 || x(ms) > width - 34) continue;
    const isDay = ms % 86_400_000 === 0;
    marks.push(
      svg('line', { class: 'tick', x1: x(ms), x2: x(ms), y1: at.axis, y2: at.axis + 5 }),
      svg('text', {
        class: 'tick-text',
        x: x(ms),
        y: at.axis + 17,
        'text-anchor': 'middle',
        text: isDay ? time(ms, step * 21).slice(0, 10) : clock(ms, step),
      }),
    );
  }
  return [svg('line', { class: 'axis', x1: 0, x2: width, y1: at.axis, y2: at.axis }), ...marks];
}

/**
 * Windows of the result, from its rows.
 * @param {Query} query
 * @returns {{ start: number, end: number, length: number }[]}
 */
function windowsOf(query) {
  const column = query.table.columns.indexOf('window');
  if (column < 0) return [];
  /** @type {Map<string, { start: number, end: number, length: number }>} */
  const found = new Map();
  for (const { cells } of [...query.table.rows.values()].slice(-500)) {
    const cell = cells[column];
    if (typeof cell !== 'object' || cell === null || !('w' in cell)) continue;
    const [start, end] = cell.w;
    found.set(`${start} ${end}`, { start, end, length: end - start });
  }
  return [...found.values()].sort((a, b) => b.end - a.end).slice(0, 60);
}

/**
 * @param {Query} query
 * @param {Scale} scale
 */
function windows(query, { x, width, watermark }) {
  /** @type {number[]} */
  const laneEnds = [];
  return windowsOf(query)
    .filter(({ start, end }) => x(end) > 0 && x(start) < width)
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, end }) => {
      const [from, to] = [clamp(x(start), 0, width), clamp(x(end), 0, width)];
      let lane = laneEnds.findIndex((laneEnd) => laneEnd <= from + 0.5);
      if (lane < 0) lane = laneEnds.length;
      if (lane > 1) return [];
      laneEnds[lane] = to;
      const isFinal = watermark !== null && end <= watermark;
      const y = at.windows + lane * 22;
      const room = to - from;
      const text = room > 52 ? (isFinal ? '✓ final' : 'open') : room > 16 && isFinal ? '✓' : '';
      const bar = svg(
        'rect',
        {
          class: isFinal ? 'window final' : 'window',
          x: from + 1,
          y,
          width: Math.max(1, room - 2),
          height: 18,
          rx: 4,
        },
        svg('title', {
          text: `window ${instant(start)} to ${instant(end)}: ${isFinal ? 'final' : 'open'}`,
        }),
      );
      const name = { class: 'window-name', x: (from + to) / 2, y: y + 13, 'text-anchor': 'middle' };
      return [{ lane, drawn: svg('g', {}, bar, svg('text', { ...name, text })) }];
    });
}

/**
 * @param {Query} query
 * @param {Scale} scale
 */
function lateRows(query, { x, from }) {
  return query.late.slice(-30).map((line) => {
    const isOutside = line.time < from;
    const cx = Math.max(9, x(line.time));
    const cy = 100 - (line.seq % 4) * 9;
    return svg(
      'g',
      { class: 'late', transform: `translate(${cx} ${cy})` },
      svg('title', {
        text: `late: ${instant(line.time)}, ${span(line.watermark - line.time)} before the watermark`,
      }),
      isOutside ? svg('path', { d: 'M4 -5L-4 0L4 5' }) : svg('path', { d: 'M-4 -4L4 4M-4 4L4 -4' }),
    );
  });
}

/** @param {Scale} scale */
function flags({ newest, watermark, next, x, width }) {
  const flag = (
    /** @type {string} */ kind,
    /** @type {number} */ ms,
    /** @type {string} */ text,
    /** @type {string} */ side,
  ) => {
    const at_ = clamp(x(ms), 1.5, width - 1.5);
    return [
      svg('line', { class: `mark ${kind}`, x1: at_, x2: at_, y1: at.flags + 4, y2: at.axis }),
      svg('text', {
        class: `flag ${kind}`,
        x: at_ + (side === 'end' ? 6 : -6),
        y: at.flags,
        'text-anchor': side,
        text,
      }),
    ];
  };
  const drawn = flag('newest', newest, 'newest event', 'middle');
  if (next !== null) {
    const [line] = flag('next', next, '', 'middle');
    const named = { class: 'zone-name', x: x(next) - 6, y: at.zoneEnd - 26, 'text-anchor': 'end' };
    if (line) drawn.push(line, svg('text', { ...named, text: 'next watermark' }));
  }
  if (watermark === null) return drawn;
  const [a, b] = [clamp(x(watermark), 0, width), x(newest)];
  const gap = newest - watermark;
  if (b - a > 210) {
    const label = `${span(gap)} behind`;
    drawn.push(
      svg('line', {
        class: 'distance',
        x1: a + 52,
        x2: (a + b) / 2 - label.length * 3.6,
        y1: at.flags - 4,
        y2: at.flags - 4,
      }),
      svg('text', {
        class: 'distance-text',
        x: (a + b) / 2,
        y: at.flags,
        'text-anchor': 'middle',
        text: label,
      }),
      svg('line', {
        class: 'distance',
        x1: (a + b) / 2 + label.length * 3.6,
        x2: b - 52,
        y1: at.flags - 4,
        y2: at.flags - 4,
      }),
    );
  }
  return [...drawn, ...flag('watermark', watermark, 'watermark', 'middle')];
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
