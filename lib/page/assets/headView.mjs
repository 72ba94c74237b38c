import { give, h, setText } from './elements.mjs';
import { span } from './format.mjs';

/** @typedef {import('./model.mjs').Query} Query */

/** @type {Record<Query['state'], string>} */
const words = {
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  stopped: 'stopped',
  ended: 'ended',
  failed: 'failed',
};

/**
 * Name, state, what the query does, its three buttons, and its error.
 * @param {HTMLElement} root
 * @param {(action: 'pause' | 'resume' | 'stop', query: Query) => Promise<void>} act
 */
export function headView(root, act) {
  const name = h('h1');
  const state = h('span', { class: 'state', role: 'status' });
  const message = h('p', { class: 'muted' });
  const facts = h('ul', { class: 'facts' });
  const pause = h('button', { type: 'button', id: 'pause' });
  const stop = h('button', { type: 'button', id: 'stop', class: 'danger', text: 'Stop' });
  const failure = h('div', { class: 'failure', role: 'alert', hidden: true });
  /** @type {Query | undefined} */
  let shown;
  let stopping = '';
  pause.addEventListener('click', () => {
    if (shown) void act(shown.state === 'paused' ? 'resume' : 'pause', shown);
  });
  // The first press asks, the second one stops: a click beside Pause ends nothing.
  stop.addEventListener('click', () => {
    if (!shown) return;
    if (stopping === shown.runId) void act('stop', shown);
    stopping = stopping === shown.runId ? '' : shown.runId;
    setText(stop, stopping ? 'Press again to stop' : 'Stop');
  });
  stop.addEventListener('blur', () => {
    stopping = '';
    setText(stop, 'Stop');
  });
  root.append(
    h(
      'div',
      { class: 'head' },
      h('div', {}, h('div', { class: 'title' }, name, state), message),
      h('div', { class: 'actions' }, pause, stop),
    ),
    facts,
    failure,
  );
  return {
    /** @param {Query} query */
    update(query) {
      shown = query;
      const { about } = query;
      const isOver = ['stopped', 'ended', 'failed'].includes(query.state);
      setText(name, about.name ?? `query ${about.id.slice(0, 8)}`);
      give(state, { 'data-state': query.state, text: words[query.state] });
      setText(message, query.state === 'failed' ? '' : query.message);
      give(pause, { disabled: isOver, text: query.state === 'paused' ? 'Resume' : 'Pause' });
      give(stop, { disabled: isOver });
      setFacts(facts, [
        ['output mode', about.outputMode],
        ['trigger', about.trigger],
        ['sink', about.sink],
        ['checkpoint', about.durable ? 'on disk: exactly once' : 'none: in memory'],
        ['watermark delay', about.delayMs === null ? 'no watermark' : span(about.delayMs)],
      ]);
      setFailure(failure, query.failure);
    },
  };
}

/**
 * @param {HTMLElement} list
 * @param {readonly (readonly [string, string])[]} facts
 */
function setFacts(list, facts) {
  while (list.children.length < facts.length) list.append(h('li', {}, h('span'), h('b')));
  for (const [i, [name, value]] of facts.entries()) {
    const [label, text] = list.children[i]?.children ?? [];
    if (label) setText(label, name);
    if (text) setText(text, value);
  }
}

/**
 * @param {HTMLElement} root
 * @param {Query['failure']} failure
 */
function setFailure(root, failure) {
  root.hidden = failure === null;
  const key = failure ? failure.code + failure.message + String(failure.restarting) : '';
  if (!failure || root.dataset.key === key) return;
  root.dataset.key = key;
  give(root, { class: failure.restarting ? 'failure restarting' : 'failure' });
  const { cause } = failure;
  root.replaceChildren(
    h(
      'h2',
      {},
      h('code', { text: failure.code }),
      failure.operator ? ` in ${failure.operator}` : '',
    ),
    h('p', { text: failure.message }),
    ...(cause && !failure.message.includes(cause.message)
      ? [
          h(
            'p',
            {},
            'Cause: ',
            cause.code ? h('code', { text: cause.code }) : '',
            ` ${cause.message}`,
          ),
        ]
      : []),
    h('p', { class: 'fix' }, h('b', { text: 'What to do: ' }), failure.fix),
  );
}
