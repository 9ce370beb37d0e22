/** A flag that sets one setting of a plan. What it takes and says derives from the setting. */
export interface FlagRow {
  readonly name: `--${string}`;
  readonly path: string;
  /** Placeholder, where the setting's type says too little. */
  readonly argument?: string;
  /** Settings of a plan file that this flag takes the place of. */
  readonly replaces?: readonly string[];
  /** The value names a file, relative to where the command runs. */
  readonly file?: true;
  /** `key=value`, any number of times; the value may be JSON. */
  readonly entries?: 'text' | 'json';
  /** A list, separated by commas, unless it is one of these words. */
  readonly listUnless?: readonly string[];
}

const closed = { replaces: ['load.arrivals'] };
const open = { replaces: ['load.closed'] };

/** In the order of the help. */
export const flagTable: readonly FlagRow[] = [
  { name: '--url', path: 'target.url', argument: 'url' },
  { name: '--model', path: 'target.model', argument: 'name' },
  { name: '--protocol', path: 'target.protocol' },
  { name: '--rate', path: 'load.arrivals.rate', ...open },
  { name: '--arrivals', path: 'load.arrivals', argument: 'process', ...open },
  { name: '--users', path: 'load.closed.users', ...closed },
  { name: '--think', path: 'load.closed.think', ...closed },
  { name: '--ramp-steps', path: 'load.closed.rampSteps', ...closed },
  { name: '--duration', path: 'load.duration' },
  { name: '--requests', path: 'load.requests' },
  { name: '--warmup', path: 'phases.warmup' },
  { name: '--grace', path: 'phases.grace' },
  { name: '--prompt', path: 'workload.prompt', argument: 'tokens', replaces: ['workload.paired'] },
  { name: '--output', path: 'workload.output', argument: 'tokens', replaces: ['workload.paired'] },
  {
    name: '--paired',
    path: 'workload.paired.file',
    argument: 'file',
    file: true,
    replaces: ['workload.prompt', 'workload.output', 'workload.paired'],
  },
  { name: '--cache', path: 'workload.cache' },
  { name: '--tokenizer', path: 'workload.tokenizer' },
  { name: '--salt', path: 'workload.salt' },
  { name: '--api-key-env', path: 'target.apiKeyEnv', argument: 'name' },
  { name: '--header', path: 'target.headers', argument: 'name=value', entries: 'text' },
  { name: '--body', path: 'target.body', argument: 'field=json', entries: 'json' },
  { name: '--force-length', path: 'target.forceLength', argument: 'auto|none|list', listUnless: ['auto', 'none'] },
  { name: '--ca', path: 'target.tls.ca', argument: 'file', file: true },
  { name: '--insecure', path: 'target.tls.insecure' },
  { name: '--proxy', path: 'target.proxy', argument: 'env|none|url' },
  { name: '--http', path: 'target.http' },
  { name: '--boundary', path: 'target.boundary', argument: 'part' },
  { name: '--disclose', path: 'target.disclosure', argument: 'field=value', entries: 'text' },
  { name: '--fact', path: 'target.facts', argument: 'name=value', entries: 'text' },
  { name: '--connect-timeout', path: 'limits.connectTimeout' },
  { name: '--first-token-timeout', path: 'limits.firstTokenTimeout' },
  { name: '--between-tokens-timeout', path: 'limits.betweenTokensTimeout' },
  { name: '--total-timeout', path: 'limits.totalTimeout' },
  { name: '--max-error-rate', path: 'limits.maxErrorRate', argument: 'share' },
  { name: '--max-tokens', path: 'limits.maxTokens' },
  { name: '--wait-ready', path: 'limits.waitReady' },
  { name: '--decode-deadline', path: 'score.decodeDeadline' },
  {
    name: '--prefill-deadline',
    path: 'score.prefillDeadline',
    replaces: ['score.prefillCurve', 'score.slack', 'score.extrapolateCurve'],
  },
  {
    name: '--prefill-curve',
    path: 'score.prefillCurve',
    argument: 'file',
    file: true,
    replaces: ['score.prefillDeadline'],
  },
  { name: '--extrapolate-curve', path: 'score.extrapolateCurve' },
  { name: '--slack', path: 'score.slack' },
  { name: '--fluid-from', path: 'score.fluidFrom', argument: 'index' },
  { name: '--fluid-share', path: 'score.fluidShare', argument: 'share' },
  { name: '--ignore-first-token', path: 'score.ignoreFirstToken' },
  { name: '--slack-cap', path: 'score.slackCap' },
  { name: '--chunks', path: 'score.chunks' },
  { name: '--ties', path: 'score.ties' },
  { name: '--channel', path: 'score.channel' },
  { name: '--from', path: 'score.from' },
  { name: '--tpot', path: 'score.tpot' },
  { name: '--pace', path: 'score.pace', argument: 'tokens/s' },
  { name: '--expected-ttft', path: 'score.expectedTtft' },
  { name: '--playback-delay', path: 'score.playbackDelay' },
  { name: '--idle-penalty', path: 'score.idlePenalty', argument: 'tokens/s' },
  { name: '--dialect', path: 'score.dialect' },
  { name: '--name', path: 'name', argument: 'name' },
  { name: '--seed', path: 'seed', argument: 'number|random' },
  { name: '--repeat', path: 'repeat' },
  { name: '--keep-text', path: 'keepText' },
  { name: '--workers', path: 'workers' },
  { name: '--selftest', path: 'selftest' },
  { name: '--strict', path: 'strict' },
];
