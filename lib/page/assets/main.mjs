import { batchesView } from './batchesView.mjs';
import { chartsView } from './chartsView.mjs';
import { byId, give, h, setText } from './elements.mjs';
import { figuresView } from './figuresView.mjs';
import { headView } from './headView.mjs';
import { lateView } from './lateView.mjs';
import { Model } from './model.mjs';
import { planView } from './planView.mjs';
import { tableView } from './tableView.mjs';
import { timeView } from './timeView.mjs';

/** @typedef {import('./model.mjs').Query} Query */

const model = new Model();
/** @type {string | undefined} */
let selected = location.hash.slice(1) || undefined;
let drawing = false;

const views = [
  headView(byId('head'), act),
  figuresView(byId('figures')),
  timeView(byId('time')),
  planView(byId('plan')),
  tableView(byId('result')),
  chartsView(byId('charts')),
  lateView(byId('late')),
  batchesView(byId('batches')),
];

const events = new EventSource('/events');
events.addEventListener('snapshot', (event) => {
  model.reset(JSON.parse(event.data));
  connected('live');
  draw();
});
events.addEventListener('news', (event) => {
  model.apply(JSON.parse(event.data));
  draw();
});
events.onerror = () => connected('lost');
document.addEventListener('visibilitychange', draw);

/** @param {'live' | 'lost'} state */
function connected(state) {
  const sign = byId('connection');
  give(sign, { class: state });
  setText(sign, state === 'live' ? 'live' : 'not connected: the process has ended, or is busy');
}

/** Draws once per frame at most, and not at all while nobody looks. */
function draw() {
  if (drawing || document.hidden) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    const query = choose();
    drawQueries();
    byId('none').hidden = query !== undefined;
    byId('query').hidden = query === undefined;
    document.title = query ? `${titleOf(query)} · Millrace` : 'Millrace';
    if (query) for (const view of views) view.update(query, model);
  });
}

/**
 * What is shown: what the reader chose; when that has ended and runs again, the new run; else the
 * first that runs.
 * @returns {Query | undefined}
 */
function choose() {
  const all = [...model.queries.values()];
  let query = selected === undefined ? undefined : model.queries.get(selected);
  if (!query || !isActive(query)) {
    const again = all.findLast((other) => isActive(other) && (!query || sameQuery(other, query)));
    query = again ?? query ?? all.find(isActive) ?? all.at(-1);
  }
  selected = query?.runId ?? selected;
  return query;
}

/**
 * @param {Query} a
 * @param {Query} b
 */
function sameQuery(a, b) {
  return a.about.id === b.about.id || (a.about.name !== null && a.about.name === b.about.name);
}

/** @param {Query} query */
function isActive(query) {
  return query.state !== 'ended' && query.state !== 'stopped' && query.state !== 'failed';
}

/** @param {Query} query */
function titleOf(query) {
  return query.about.name ?? `query ${query.about.id.slice(0, 8)}`;
}

function drawQueries() {
  const nav = byId('queries');
  const all = [...model.queries.values()];
  while (nav.children.length > all.length) nav.lastElementChild?.remove();
  for (const [i, query] of all.entries()) {
    let button = nav.children[i];
    if (!button) {
      button = h('button', { type: 'button' }, h('i', {}), h('span', {}));
      nav.append(button);
      button.addEventListener('click', (event) => {
        selected = /** @type {HTMLElement} */ (event.currentTarget).dataset.run;
        history.replaceState(null, '', `#${selected}`);
        draw();
      });
    }
    give(button, {
      'data-run': query.runId,
      'data-state': query.state,
      'aria-current': query.runId === selected ? 'true' : undefined,
    });
    if (button.lastElementChild)
      setText(button.lastElementChild, `${titleOf(query)}, ${query.state}`);
  }
}

/**
 * Pause, resume, stop.
 * @param {'pause' | 'resume' | 'stop'} action
 * @param {Query} query
 */
async function act(action, query) {
  const token = document.querySelector('meta[name=millrace-token]')?.getAttribute('content') ?? '';
  const answer = await fetch(`/${action}`, {
    method: 'POST',
    headers: { 'X-Millrace-Token': token },
    body: query.runId,
  });
  if (!answer.ok) setText(byId('connection'), (await answer.text()).trim());
}

const themes = /** @type {const} */ (['as the system says', 'light', 'dark']);

/** @param {number} chosen */
function theme(chosen) {
  const name = themes[chosen] ?? themes[0];
  give(document.documentElement, { 'data-theme': chosen === 0 ? undefined : name });
  give(byId('theme'), { 'aria-label': `Colours: ${name}`, title: `Colours: ${name}` });
  localStorage.setItem('millrace-theme', String(chosen));
  dispatchEvent(new Event('themechange'));
  draw();
}

let chosenTheme = Number(localStorage.getItem('millrace-theme') ?? 0) % themes.length || 0;
theme(chosenTheme);
byId('theme').addEventListener('click', () => {
  chosenTheme = (chosenTheme + 1) % themes.length;
  theme(chosenTheme);
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  dispatchEvent(new Event('themechange'));
  draw();
});
