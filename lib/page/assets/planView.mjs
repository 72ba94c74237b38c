import { give, h, setText, svg } from './elements.mjs';
import { bytes, compact, count } from './format.mjs';

/**
 * @typedef {import('./model.mjs').Query} Query
 * @typedef {import('../wire.js').DrawnNode} DrawnNode
 * @typedef {{ x: number, y: number }} Place
 * @typedef {{ across: boolean, width: number, height: number, scale: number }} Layout
 */

const box = { width: 176, height: 86 };
/** Room for the figures on an edge, beside (across) and below (down). */
const gap = { across: 104, down: 44, lane: 26 };

/**
 * The plan as a drawing: sources left (on a phone: on top), sink at the end, rows per second on the
 * edges, state, late and failed rows on the operators.
 * @param {HTMLElement} root
 */
export function planView(root) {
  const drawing = svg('svg', { role: 'img', class: 'plan' });
  const frame = h('div', { class: 'scroll' }, drawing);
  root.append(
    h('h2', { id: 'plan-title', text: 'Plan' }),
    h('p', {
      class: 'muted',
      text: 'Rows flow from the sources to the sink. A thicker line carries more rows per second.',
    }),
    frame,
  );
  let key = '';
  /** @type {{ node: Query['about']['plan']['nodes'][number], drawn: ReturnType<typeof drawBox> }[]} */
  let boxes = [];
  /** @type {{ from: string, path: SVGPathElement, label: SVGTextElement }[]} */
  let edges = [];
  return {
    /** @param {Query} query */
    update(query) {
      const { plan } = query.about;
      const layout = layoutOf(plan, root.clientWidth - 32);
      const newKey = `${query.runId} ${layout.across} ${Math.round(layout.width)} ${layout.scale.toFixed(2)}`;
      if (newKey !== key) {
        key = newKey;
        drawing.replaceChildren(arrowHead());
        give(drawing, {
          viewBox: `0 0 ${layout.width} ${layout.height}`,
          width: layout.width * layout.scale,
          height: layout.height * layout.scale,
          'aria-label': `Plan: ${plan.nodes.map((node) => node.title).join(', then ')}`,
        });
        const places = new Map(plan.nodes.map((node) => [node.id, placeOf(node, layout)]));
        edges = plan.edges.map(([from, to]) =>
          drawEdge(drawing, from, places.get(from), places.get(to), layout),
        );
        boxes = plan.nodes.map((node) => ({
          node,
          drawn: drawBox(drawing, node, places.get(node.id)),
        }));
      }
      for (const edge of edges) updateEdge(edge, query);
      for (const { node, drawn } of boxes) updateBox(drawn, node, query);
    },
  };
}

/**
 * @param {Query['about']['plan']} plan
 * @param {number} room
 * @returns {Layout}
 */
function layoutOf({ layers, lanes }, room) {
  const wide = layers * box.width + (layers - 1) * gap.across;
  const across = room >= 640 && wide * 0.72 <= room;
  const width = across ? wide : lanes * box.width + (lanes - 1) * gap.lane + 90;
  const height = across
    ? lanes * box.height + (lanes - 1) * gap.lane
    : layers * box.height + (layers - 1) * gap.down;
  return { across, width: width + 4, height: height + 4, scale: Math.min(1, room / (width + 4)) };
}

/**
 * @param {DrawnNode} node
 * @param {Layout} layout
 * @returns {Place}
 */
function placeOf({ layer, lane }, { across }) {
  return across
    ? { x: 2 + layer * (box.width + gap.across), y: 2 + lane * (box.height + gap.lane) }
    : { x: 2 + lane * (box.width + gap.lane), y: 2 + layer * (box.height + gap.down) };
}

function arrowHead() {
  return svg(
    'defs',
    {},
    svg(
      'marker',
      {
        id: 'arrow',
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 9,
        markerHeight: 9,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      svg('path', { d: 'M0 0L8 4L0 8z', class: 'arrow' }),
    ),
  );
}

/**
 * @param {SVGElement} drawing
 * @param {string} from
 * @param {Place | undefined} a
 * @param {Place | undefined} b
 * @param {Layout} layout
 */
function drawEdge(drawing, from, a = { x: 0, y: 0 }, b = { x: 0, y: 0 }, { across }) {
  const [x1, y1] = across
    ? [a.x + box.width, a.y + box.height / 2]
    : [a.x + box.width / 2, a.y + box.height];
  const [x2, y2] = across ? [b.x, b.y + box.height / 2] : [b.x + box.width / 2, b.y];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  const d = across
    ? `M${x1} ${y1}C${mx} ${y1} ${mx} ${y2} ${x2} ${y2}`
    : `M${x1} ${y1}C${x1} ${my} ${x2} ${my} ${x2} ${y2}`;
  const path = svg('path', { d, class: 'edge', 'marker-end': 'url(#arrow)' });
  const label = across
    ? svg('text', { x: mx, y: my - 9, class: 'rate', 'text-anchor': 'middle' })
    : svg('text', { x: mx + 10, y: my + 4, class: 'rate' });
  drawing.append(path, label);
  return { from, path, label };
}

/**
 * @param {{ from: string, path: SVGPathElement, label: SVGTextElement }} edge
 * @param {Query} query
 */
function updateEdge({ from, path, label }, query) {
  const rate = query.nodes[from]?.rate ?? null;
  setText(
    label,
    rate === null
      ? ''
      : `${compact(rate < 100 ? Math.round(rate * 10) / 10 : Math.round(rate))} rows/s`,
  );
  give(path, {
    'stroke-width': rate ? Math.min(8, 1.5 + Math.log10(rate + 1)).toFixed(1) : 1.5,
    'data-flows': rate ? 'yes' : undefined,
  });
}

/**
 * @param {SVGElement} drawing
 * @param {DrawnNode} node
 * @param {Place | undefined} place
 */
function drawBox(drawing, node, { x, y } = { x: 0, y: 0 }) {
  const title = svg('title', { text: `${node.title} ${node.detail}` });
  const rect = svg('rect', { width: box.width, height: box.height, rx: 8 });
  const stripe = svg('rect', {
    width: 4,
    height: box.height - 16,
    x: 0,
    y: 8,
    rx: 2,
    class: 'stripe',
  });
  const state = svg('text', { x: 14, y: 60, class: 'note' });
  const lost = svg('text', { x: 14, y: 76, class: 'note lost' });
  const group = svg(
    'g',
    {
      transform: `translate(${x} ${y})`,
      class: 'node',
      'data-kind': node.kind,
      'data-id': node.id,
      'data-stateful': node.stateful ? 'yes' : undefined,
    },
    title,
    rect,
    stripe,
    svg('text', { x: 14, y: 23, class: 'name', text: clip(node.title, 19) }),
    svg('text', { x: 14, y: 41, class: 'detail', text: clip(node.detail, 23) }),
    state,
    lost,
  );
  drawing.append(group);
  return { state, lost, group };
}

/**
 * @param {ReturnType<typeof drawBox>} drawn
 * @param {Query['about']['plan']['nodes'][number]} node
 * @param {Query} query
 */
function updateBox({ state, lost, group }, { id, kind, detail }, query) {
  if (id === 'sink') {
    setText(state, `${count(query.totals.out)} rows written`);
    return;
  }
  const figures = query.nodes[id];
  if (!figures) return;
  const kept =
    figures.stateRows === null
      ? null
      : `${count(figures.stateRows)} in state, ${bytes(figures.stateBytes ?? 0)}`;
  setText(state, kept ?? (figures.rows === null ? '' : `${count(figures.rows)} rows passed`));
  const parts = [
    figures.late > 0 ? `${count(figures.late)} late` : '',
    figures.failed > 0 ? `${count(figures.failed)} failed` : '',
  ].filter(Boolean);
  setText(lost, parts.join(' · '));
  // Errors name a source, and an RxJS operator that `named` gave a name, as their boxes do.
  const named = kind === 'source' || kind === 'rx' ? detail : '';
  const failed = query.failure?.operator;
  give(group, {
    'data-lost': parts.length > 0 ? 'yes' : undefined,
    'data-failed': failed === id || failed === named ? 'yes' : undefined,
  });
}

/**
 * @param {string} text
 * @param {number} length
 */
function clip(text, length) {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
