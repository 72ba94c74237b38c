/**
 * Rooms and directions: samples, bench → index → { operators, state } → lib. What a room may not
 * import, it may not know.
 */

/** Only what the code needs at run time and at compile time: types count too. */
const from = (path, ...except) => (except.length === 0 ? { path } : { path, pathNot: except });
const rule = (name, comment, fromPart, to) => ({
  name,
  comment,
  severity: 'error',
  from: fromPart,
  to,
});

const core = '^(lib|operators|state|cli|index\\.ts)';
const nodeRooms = [
  '^lib/(sources|sinks|checkpoint|savepoint|parquet|page)/',
  '^state/level/',
  '^state/codec/crc32\\.ts$',
  '^cli/',
  '^lib/testing/',
  '^(bench|samples|faults|__tests__)/',
];

/** The stores that the engine opens when the user gives none. */
const defaultStores =
  '^state/(memoryBackend|durableBackend|level/(openStateBackend|readState|loadState))\\.ts$';

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'a cycle has no first file: move what both need below them',
      {},
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only'] },
      },
    ),
    rule(
      'lib-is-the-bottom',
      'lib knows neither operators nor stores',
      from('^lib/', '^lib/testing/'),
      {
        path: '^(operators|state|samples|bench|__tests__|index\\.ts)',
        pathNot: [defaultStores],
      },
    ),
    rule(
      'default-stores',
      'only the engine opens stores',
      from('^lib/', '^lib/(query|stream|testing)/'),
      {
        path: defaultStores,
      },
    ),
    rule('testing-kit', 'the kit may use everything but tests', from('^lib/testing/'), {
      path: '^(samples|bench|__tests__)',
    }),
    rule(
      'operators-without-stores',
      'an operator knows only the port lib/state',
      from('^operators/'),
      {
        path: '^(state|samples|bench|__tests__|index\\.ts)',
      },
    ),
    rule('stores-without-operators', 'a store knows no operator', from('^state/'), {
      path: '^(operators|samples|bench|__tests__|index\\.ts)',
    }),
    rule(
      'the-command-is-on-top',
      'nothing imports the command line',
      from('^(lib|operators|state|samples|bench|index\\.ts)'),
      {
        path: '^cli/',
      },
    ),
    rule('the-command-knows-no-operators', 'it works on checkpoints', from('^cli/'), {
      path: '^(operators|samples|bench|faults|__tests__)/',
    }),
    rule(
      'programs-use-the-package',
      'samples and benches show what users can write',
      from('^(samples|bench)/'),
      {
        path: '^(operators|state)/',
      },
    ),
    rule('leveldb-in-one-place', 'only state/level knows LevelDB', from(core, '^state/level/'), {
      path: '^node_modules/(level|classic-level|abstract-level|memory-level)(/|$)',
    }),
    rule('luxon-in-one-place', 'inside, time is ms since the epoch', from(core, '^lib/time/'), {
      path: '^node_modules/(@types/)?luxon(/|$)',
      dependencyTypesNot: ['type-only'],
    }),
    rule(
      'rxjs-at-the-edges',
      'stages carry rows, RxJS carries batches and control',
      from('^(lib/(plan|state|schema|time|terminal|checkpoint|sinks)|state)/'),
      {
        path: '^node_modules/rxjs(/|$)',
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'parquet-in-one-place',
      'optional packages stand behind their subpath',
      from(core, '^lib/parquet/'),
      {
        path: '^node_modules/hyparquet',
      },
    ),
    rule(
      'parquet-is-optional',
      'importing millrace must work without hyparquet',
      from('^(lib|operators|state|index\\.ts)', '^lib/parquet/'),
      {
        path: '^lib/parquet/',
      },
    ),
    rule(
      'node-in-four-rooms',
      'Node built-ins only where files and sockets are',
      from(core, ...nodeRooms),
      {
        dependencyTypes: ['core'],
      },
    ),
    rule('declared', 'only packages that package.json names', from(core), {
      dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'],
      dependencyTypesNot: ['npm-peer'],
    }),
    rule('nothing-missing', 'an import that does not resolve', {}, { couldNotResolve: true }),
    rule(
      'no-dev-packages',
      'what runs at the user’s is a dependency or a peer',
      from(core, '^lib/testing/', '^lib/page/assets/vendor/'),
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only', 'npm-peer', 'npm'],
        pathNot: '^node_modules/@types/',
      },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^dist/', '^\\.build/', '^temp/', '^coverage/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
    },
  },
};
