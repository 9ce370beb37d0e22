// The import directions of docs/architecture.md. A stage may import what stands beside it here, and itself.
const mayImport = {
  core: [],
  // System calls that Node does not offer.
  system: ['core'],
  workload: ['core'],
  dispatch: ['core'],
  clients: ['core', 'system'],
  recording: ['core'],
  metrics: ['core'],
  slo: ['core', 'metrics'],
  analyses: ['core', 'metrics', 'slo'],
  plots: ['core', 'metrics', 'slo', 'analyses'],
  outputs: ['core', 'metrics', 'slo', 'analyses', 'plots'],
  importers: ['core'],
  engine: ['core', 'system'],
  config: ['core', 'workload', 'dispatch', 'clients', 'metrics', 'slo', 'outputs'],
  // The hot threads: wire dispatch, clients and recording, and nothing that computes or shows.
  instrument: ['core', 'system', 'dispatch', 'clients', 'recording', 'workload'],
  // Runs the instrument against a source of its own.
  selftest: ['core', 'instrument', 'clients', 'recording', 'engine', 'system'],
};

const layers = Object.entries(mayImport).map(([from, to]) => ({
  name: `${from}-imports`,
  comment: `src/${from} may import ${['itself', ...to].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[from, ...to].join('|')})/` },
}));

/** These also run in the browser. */
const pure = ['core', 'metrics', 'slo', 'analyses', 'plots'];

module.exports = {
  forbidden: [
    ...layers,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'pure-stages-run-in-the-browser',
      severity: 'error',
      from: { path: `^src/(${pure.join('|')})/`, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-core-has-no-io',
      comment: 'only src/engine/server and src/engine/*-driver touch Node',
      severity: 'error',
      from: { path: '^src/engine/', pathNot: '(\\.test\\.ts$|^src/engine/server/)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'web-imports-pure-stages',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: `^src/(${pure.join('|')})/` },
    },
    { name: 'not-to-test', severity: 'error', from: { pathNot: '\\.test\\.ts$' }, to: { path: '\\.test\\.ts$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types'],
    },
  },
};
