/**
 * What may not be written, and what to write instead: style of the house, checked by oxlint.
 *
 * A clock, a timer or chance that is read in the wrong place makes a replayed batch give other rows
 * than the first time. Where each ban does not hold stands in `.oxlintrc.json`.
 */

const bans = {
  'date-now': {
    message:
      'Date.now() is not the same on replay: take batchTimestampMs from the StageContext, or now() from the port',
    visit: (report) => ({
      MemberExpression: (node) => isMember(node, 'Date', 'now') && report(node),
    }),
  },
  'new-date': {
    message:
      'new Date() without an argument reads the clock: give it ms from the row, the batch or now() of the port',
    visit: (report) => ({
      NewExpression: (node) =>
        isName(node.callee, 'Date') && node.arguments.length === 0 && report(node),
    }),
  },
  'datetime-now': {
    message:
      'DateTime.now() reads the clock: DateTime.fromMillis(ms) with ms from the batch or the port',
    visit: (report) => ({
      MemberExpression: (node) =>
        (isMember(node, 'DateTime', 'now') || isMember(node, 'DateTime', 'local')) && report(node),
    }),
  },
  'math-random': {
    message:
      'Math.random() is not the same on replay: derive from the row, or take a seeded generator',
    visit: (report) => ({
      MemberExpression: (node) => isMember(node, 'Math', 'random') && report(node),
    }),
  },
  timers: {
    message:
      'timers do not run in virtual time: take the SchedulerLike of the trigger, or wakeAt of the StageContext',
    visit: (report) => ({
      CallExpression: ({ callee }) => {
        const name = callee.type === 'Identifier' ? callee.name : globalMember(callee);
        if (timers.has(name)) report(callee);
      },
    }),
  },
  'throw-error': {
    message:
      'throw new StreamingError(code, params) for data, query and storage, TypeError or RangeError for arguments',
    visit: (report) => ({
      ThrowStatement: ({ argument }) =>
        argument?.type === 'NewExpression' && isName(argument.callee, 'Error') && report(argument),
    }),
  },
  'rxjs-internal': {
    message: "rxjs/internal is not public and may change in any release: import from 'rxjs'",
    visit: (report) => ({
      ImportDeclaration: ({ source }) => isInternal(source.value) && report(source),
      ExportNamedDeclaration: ({ source }) => isInternal(source?.value) && report(source),
      ExportAllDeclaration: ({ source }) => isInternal(source.value) && report(source),
      ImportExpression: ({ source }) => isInternal(source.value) && report(source),
    }),
  },
};

const timers = new Set(['setTimeout', 'setInterval', 'setImmediate']);

const isName = (node, name) => node.type === 'Identifier' && node.name === name;

const isMember = ({ object, property, computed }, owner, name) =>
  isName(object, owner) && (computed ? property.value === name : property.name === name);

const globalMember = (node) =>
  node.type === 'MemberExpression' && isName(node.object, 'globalThis')
    ? node.property.name
    : undefined;

const isInternal = (source) =>
  typeof source === 'string' && /^rxjs\/(internal|dist)(\/|$)/.test(source);

const ruleOf = ({ message, visit }) => ({
  meta: { type: 'problem', docs: { description: message } },
  create: (context) => visit((node) => context.report({ node, message })),
});

export default {
  meta: { name: 'millrace' },
  rules: Object.fromEntries(Object.entries(bans).map(([name, ban]) => [name, ruleOf(ban)])),
};
