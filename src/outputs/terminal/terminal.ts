import { completedBy } from '../../metrics/index.ts';
import type { Estimate, MetricSummary, Summary } from '../../metrics/summary.ts';
import { chosenShare, count, duration, interval, number, plural, quantity, share } from '../../plots/format.ts';
import { type Column, type Dress, dressFor, table, widthOf, wrap } from './layout.ts';
import { durationOf, policyLine } from './policy-line.ts';

export interface TerminalInput {
  /** What was run, one line: name, target, model. */
  readonly title: string;
  readonly verdict: { readonly verdict: 'valid' | 'suspect' | 'invalid'; readonly reasons: readonly string[] };
  /** Who took the times, one line. */
  readonly stamps?: string;
  readonly summary: Summary;
  /** The one large sentence and, where there is more to say, why. */
  readonly answer: string;
  readonly why?: readonly string[];
  /** How often to ask of the load, one line. */
  readonly load: string;
  /** The steady window, or why there is none. */
  readonly steady?: readonly string[];
  /** Label and path of each file a reader may open next. */
  readonly files: readonly (readonly [string, string])[];
  readonly color: boolean;
  readonly width: number;
}

/** The metrics a reader meets first, fluidity above all; the rest is in the report and in `--csv`. */
const tableMetrics = [
  'fluidity',
  'longest-stall',
  'ttft',
  'tbt',
  'tpot',
  'e2e',
  'normalized-latency',
  'qoe',
  'send-lateness',
] as const;

const verdictSigns = { valid: '✓', suspect: '!', invalid: '×' } as const;

/** The result of a run at 80 columns: verdict, answer, five numbers, detail. */
export function renderTerminal(input: TerminalInput): string {
  const dress = dressFor(input.color);
  const blocks = [
    head(input, dress),
    answer(input, dress),
    headline(input, dress),
    distributions(input.summary, dress, input.width),
    incidence(input.summary, dress, input.width),
    offered(input, dress),
    errors(input.summary, dress),
    worst(input.summary, dress),
    notes(input.summary, dress, input.width),
    [...(input.steady ?? [])],
    foot(input, dress),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

function head({ title, verdict, stamps, width }: TerminalInput, dress: Dress): string[] {
  const paint = { valid: dress.met, suspect: dress.suspect, invalid: dress.missed }[verdict.verdict];
  const sign = paint(`${verdictSigns[verdict.verdict]} ${verdict.verdict} measurement`);
  return [
    dress.dim(title),
    sign,
    ...(stamps === undefined ? [] : [dress.dim(`  ${stamps}`)]),
    ...verdict.reasons.flatMap((reason) => wrap(reason, width - 2).map((line) => `  ${line}`)),
  ];
}

function answer({ answer: sentence, why, width }: TerminalInput, dress: Dress): string[] {
  return [...wrap(sentence, width).map(dress.bold), ...(why ?? []).flatMap((line) => wrap(line, width))];
}

function headline({ summary, verdict, width }: TerminalInput, dress: Dress): string[] {
  const { headline: head, policy } = summary;
  const prefill = policy.prefillDeadline;
  const target =
    prefill.kind === 'constant' ? `deadline ${durationOf(prefill.deadline)}` : `deadline by curve ${prefill.id}`;
  const row = (label: string, estimate: Estimate, unit: string, aim: string, met?: boolean): string[] => [
    label,
    estimate.value === undefined || (estimate.value === 0 && unit === 'ms')
      ? dress.dim('none')
      : quantity(estimate.value, unit, ' '),
    dress.dim(estimate.value === undefined ? '' : interval(estimate.low, estimate.high, unit, ' ')),
    met === undefined ? dress.dim(aim) : met ? dress.met(`✓ ${aim}`) : dress.missed(`× ${aim}`),
  ];
  const { fluidShare } = head;
  // An invalid run meets and misses nothing.
  const judged = fluidShare.value !== undefined && verdict.verdict !== 'invalid';
  const fluidMet = judged ? (fluidShare.value ?? 0) >= policy.fluidShare : undefined;
  const rows = [
    row('Fluid answers', fluidShare, 'share', `target ${chosenShare(policy.fluidShare)}`, fluidMet),
    row('Fluid rate', head.fluidRate, 'tokens/s', `for ${chosenShare(policy.fluidShare)} of answers`),
    row('First token P99', head.ttftP99, 'ms', target),
    row('Token gap P99', head.tbtP99, 'ms', `deadline ${durationOf(policy.decodeDeadline)}`),
    row('Longest stall', head.longestStall, 'ms', ''),
  ];
  const lines = table(
    [
      { title: '', align: 'left' },
      { title: '', align: 'right' },
      { title: '', align: 'left' },
      { title: '', align: 'left' },
    ],
    rows,
  ).slice(1);
  return [...lines, ...reasons(head, width).map(dress.dim)];
}

/** Why a headline number is missing. */
function reasons(head: Summary['headline'], width: number): string[] {
  const named = [
    ['fluid answers', head.fluidShare],
    ['fluid rate', head.fluidRate],
  ] as const;
  return named.flatMap(([name, { value, reason }]) =>
    value === undefined && reason !== undefined ? wrap(`  No ${name}: ${reason}.`, width, 2) : [],
  );
}

/** Above this share of failures, percentiles of completed requests never stand alone. */
const conditionalAbove = 0.05;

/** Of all scheduled requests, when how many had completed: failures are not left out. */
function incidence({ requests, completionIncidence: curve }: Summary, dress: Dress, width: number): string[] {
  if (requests.errorRate <= conditionalAbove || curve.n === 0) return [];
  const reached = [0.5, 0.9, 0.99].map((quantile) => {
    const time = completedBy(curve, quantile);
    return `${chosenShare(quantile)} ${time === undefined ? 'never' : `by ${duration(time, ' ')}`}`;
  });
  const text = `Of all ${count(curve.n)} scheduled requests ${share(curve.ceiling)} completed: ${reached.join(', ')}.`;
  return wrap(text, width).map(dress.bold);
}

const shownPercentiles = [50, 90, 99];

function distributions(summary: Summary, dress: Dress, width: number): string[] {
  const metrics = tableMetrics
    .map((id) => summary.metrics.find((metric) => metric.id === id))
    .filter((metric): metric is MetricSummary => metric?.percentiles !== undefined && metric.n > 0);
  if (metrics.length === 0) return [];
  // Who is counted stands under each name as soon as not all rows count the same.
  const populations = new Set(metrics.map(({ population }) => population)).size > 1;
  const columns: Column[] = [
    { title: !populations && summary.requests.errorRate > 0 ? 'of completed requests' : '', align: 'left' },
    ...shownPercentiles.map((p): Column => ({ title: `P${p}`, align: 'right' })),
    { title: 'n', align: 'right' },
  ];
  // Where the page is too narrow for every interval, the outer percentiles keep theirs longest.
  const lines = shownPercentiles.map((_, left) =>
    table(
      columns,
      metrics.flatMap((metric) => [
        values(metric),
        intervals(metric, left, populations ? countedIn(metric) : '', dress),
      ]),
    ),
  );
  return lines.find((each) => each.every((line) => widthOf(line) <= width)) ?? lines.at(-1) ?? [];
}

/** Readers care for the bad tail: of a metric of which more is better that is the low one. */
const tailOf = ({ better }: MetricSummary, p: number): number => (better === 'higher' ? 100 - p : p);
const percentileOf = (metric: MetricSummary, p: number) =>
  metric.percentiles?.find((each) => each.p === tailOf(metric, p));

function values(metric: MetricSummary): string[] {
  const cells = shownPercentiles.map((p) => {
    const point = percentileOf(metric, p);
    if (point?.value === undefined) return '–';
    if (!point.supported) return 'n too small';
    const named = tailOf(metric, p) === p ? '' : `P${tailOf(metric, p)} `;
    return `${named}${point.lowerBound ? '≥' : ''}${quantity(point.value, metric.unit, ' ')}`;
  });
  return [metric.label, ...cells, count(metric.n)];
}

/** Whom a row counts, in a word or two: the metric's own text without its small print. */
const countedIn = ({ population }: MetricSummary): string =>
  (population.split(/ not |;|,/)[0] ?? '').replace(/ requests?\b/, '').slice(0, 22);

/** Under each value its interval, but for the first `without` percentiles. */
function intervals(metric: MetricSummary, without: number, population: string, dress: Dress): string[] {
  const cells = shownPercentiles.map((p, i) => {
    const point = percentileOf(metric, p);
    if (point?.value === undefined || i < without) return '';
    return point.supported ? interval(point.low, point.high, metric.unit, ' ') : `needs n ${count(point.needs)}`;
  });
  return [dress.dim(population), ...cells.map(dress.dim), ''];
}

function offered({ summary, load, width }: TerminalInput, dress: Dress): string[] {
  const { load: facts, tokens, requests } = summary;
  const rate = (value: number | undefined): string => (value === undefined ? 'n/a' : `${number(value)}/s`);
  const lines = [
    `${load}; sent ${rate(facts.sent_per_s)}, completed ${rate(facts.completed_per_s)} over ${duration(facts.window_s * 1000, ' ')}.`,
    `${plural(requests.scheduled, 'request')}: ${count(requests.completed)} completed, ${count(requests.failed)} failed, ${count(requests.censored)} cut off; ${plural(tokens.output, 'output token')}, ${number(tokens.perChunk.mean)} a chunk, counted by ${Object.keys(tokens.totalSources).join(', ') || 'nothing'}.`,
    ...(tokens.lengthAttainment === undefined
      ? []
      : [`${share(tokens.lengthAttainment)} of the answers have the length that was asked.`]),
  ];
  return lines.flatMap((line) => wrap(line, width, 2)).map(dress.dim);
}

function errors(summary: Summary, dress: Dress): string[] {
  const failures = summary.requests.byClass.filter((entry) => entry.class !== 'completed');
  if (failures.length === 0) return [];
  return [
    dress.bold('How requests failed'),
    ...failures.flatMap((entry) => {
      const line = `  ${dress.missed('×')} ${count(entry.count)} ${entry.class}, for example request ${entry.example}`;
      return entry.sample ? [line, dress.dim(`    ${entry.sample.replace(/\s+/g, ' ').slice(0, 74)}`)] : [line];
    }),
  ];
}

function worst(summary: Summary, dress: Dress): string[] {
  const rows = summary.worst
    .filter((request) => request.class !== 'completed' || (request.fluidity ?? 0) < 1)
    .slice(0, 5)
    .map((request) => [
      String(request.id),
      request.class,
      number(request.fluidity),
      request.missed === undefined ? '–' : count(request.missed),
      duration(request.longestStall_ms, ' '),
      request.longestStallToken === undefined ? '–' : count(request.longestStallToken),
      duration(request.ttft_ms, ' '),
    ]);
  if (rows.length === 0) return [];
  return [
    dress.bold('Worst requests'),
    ...table(
      [
        { title: 'id', align: 'right' },
        { title: 'ended', align: 'left' },
        { title: 'fluidity', align: 'right' },
        { title: 'missed', align: 'right' },
        { title: 'longest stall', align: 'right' },
        { title: 'at token', align: 'right' },
        { title: 'first token', align: 'right' },
      ],
      rows,
    ),
  ];
}

function notes(summary: Summary, dress: Dress, width: number): string[] {
  const signs = { info: dress.dim('·'), warn: dress.suspect('!'), fail: dress.missed('×') };
  return summary.notes.flatMap((note) => wrap(`${signs[note.level]} ${note.text}`, width, 2));
}

function foot({ summary, files, width }: TerminalInput, dress: Dress): string[] {
  const label = Math.max(0, ...files.map(([name]) => name.length));
  return [
    ...wrap(policyLine(summary.policy), width, 2).map(dress.dim),
    ...files.map(([name, path]) => `${dress.dim(name.padEnd(label))}  ${path}`),
  ];
}
