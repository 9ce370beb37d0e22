import { nanosecondsPerMillisecond } from '../core/units.ts';
import type { Note, ScorePolicy } from '../metrics/index.ts';
import { neededSamples } from '../metrics/index.ts';
import { type Answer, answer, notesBeside } from './answer.ts';
import type { Drawn } from './figure.ts';
import { type AcceptanceCurveData, acceptanceCurve } from './figures/acceptance-curve.ts';
import { type ChunkSizes, chunkSizes } from './figures/chunk-sizes.ts';
import { type Completion, completion } from './figures/completion.ts';
import { type FirstTokens, firstTokens } from './figures/first-token.ts';
import { type FluidityDistribution, fluidityDistribution } from './figures/fluidity-distribution.ts';
import { type OverTime, overTime } from './figures/over-time.ts';
import { type TokenGaps, tokenGaps } from './figures/token-gaps.ts';
import { findings } from './findings.ts';
import { count, plural, span } from './format.ts';
import { type HeadlineNumber, headlineNumbers } from './headline-numbers.ts';
import { type NumbersTable, numbersTable } from './numbers-table.ts';
import { pausesOf } from './pauses.ts';
import { type PlanFacts, planFacts } from './plan-facts.ts';
import { type PlaybackChoice, playbackChoices } from './playback-choices.ts';
import type { ReportInput } from './report-input.ts';
import type { ScoredRun } from './scored-run.ts';
import { type Silence, silences } from './silences.ts';
import { type SteadyTable, steadyTable } from './steady-table.ts';
import { type TrustTable, trustTable } from './trust-table.ts';
import { sentence } from './words.ts';

/** Everything a report shows, computed from every record, before anything is drawn. */
export interface ReportModel {
  readonly schema: 'metron.report/1';
  readonly name: string;
  /** Date, length, size: one short line. */
  readonly eyebrow: readonly string[];
  readonly policy: ScorePolicy;
  readonly trust: TrustTable;
  readonly answer: Answer;
  readonly headline: readonly HeadlineNumber[];
  readonly figures: Figures;
  /** So many fail that latencies of the others must not stand alone. */
  readonly manyFail: boolean;
  /** Absent where it was not looked for. */
  readonly steady?: SteadyTable;
  readonly playback: readonly PlaybackChoice[];
  readonly silences: readonly Silence[];
  readonly numbers: NumbersTable;
  readonly notes: readonly Note[];
  readonly plan: PlanFacts;
}

export interface Figures {
  readonly fluidity: Drawn<FluidityDistribution>;
  readonly acceptance: Drawn<AcceptanceCurveData>;
  readonly firstTokens: Drawn<FirstTokens>;
  readonly gaps: Drawn<TokenGaps>;
  readonly chunks: Drawn<ChunkSizes>;
  readonly completion: Drawn<Completion>;
  readonly overTime: Drawn<OverTime>;
}

/** Above this share of failures percentiles of completed requests never appear alone. */
const manyFailures = 0.05;
const mostSilences = 40;

export function reportModel(input: ReportInput, run: ScoredRun): ReportModel {
  const { manifest, summary, plan } = input;
  const pauses = pausesOf(run.counted, run.policy.decodeDeadline);
  const said = answer(summary, manifest.certificate, findings(run, pauses));
  return {
    schema: 'metron.report/1',
    name: manifest.name ?? 'Run',
    eyebrow: eyebrow(input, run),
    policy: run.policy,
    trust: trustTable(manifest.certificate, supports(run, input)),
    answer: said,
    headline: headlineNumbers(summary),
    figures: {
      fluidity: fluidityDistribution(run),
      acceptance: acceptanceCurve(run),
      firstTokens: firstTokens(run),
      gaps: tokenGaps(run, pauses),
      chunks: chunkSizes(run),
      completion: completion(run),
      overTime: overTime(run),
    },
    manyFail: summary.requests.errorRate > manyFailures,
    ...(summary.steadyState && { steady: steadyTable({ ...summary, steadyState: summary.steadyState }) }),
    playback: playbackChoices(run.requests, run.policy),
    silences: silences(run.requests, 4 * run.policy.decodeDeadline).slice(0, mostSilences),
    numbers: numbersTable(summary),
    notes: notesBeside(said, summary.notes),
    plan: planFacts(plan, manifest, run.policy),
  };
}

/** Under another deadline. From a sample, what counts requests of the whole run stays as it was. */
export function rescoredModel(input: ReportInput, run: ScoredRun, original: ReportModel): ReportModel {
  const model = { ...reportModel(input, run), plan: original.plan, trust: original.trust };
  if (run.sampleOf === undefined) return model;
  const { firstTokens: first, chunks, completion: ends, overTime: lanes } = original.figures;
  return {
    ...model,
    eyebrow: original.eyebrow,
    figures: { ...model.figures, firstTokens: first, chunks, completion: ends, overTime: lanes },
    manyFail: original.manyFail,
    silences: original.silences,
  };
}

function eyebrow({ manifest }: ReportInput, { requests, counted }: ScoredRun): string[] {
  const end = requests.reduce((latest, each) => Math.max(latest, each.origin + each.end), 0);
  const size = `${plural(counted.length, 'request')}${end > 0 ? ` in ${span(end / nanosecondsPerMillisecond)}` : ''}`;
  return ['Run report', ...(manifest.startedAt === undefined ? [] : [date(manifest.startedAt)]), size];
}

function date(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const parts = { day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  return `${time.toLocaleString('en-GB', { ...parts, timeZone: 'UTC' }).replace(' at ', ', ')} UTC`;
}

/** What this many requests can say, and what is wrong with the record. */
function supports({ counted }: ScoredRun, { cut, problems = [] }: ReportInput): string[] {
  const n = counted.length;
  const levels = [50, 90, 99, 99.9, 99.99];
  const beyond = levels.find((p) => n < neededSamples(p / 100));
  const within = levels.filter((p) => n >= neededSamples(p / 100)).at(-1);
  const can =
    n === 0 || beyond === undefined
      ? []
      : within === undefined
        ? [`${plural(n, 'request')} ${n === 1 ? 'carries' : 'carry'} no percentile.`]
        : [
            `${plural(n, 'request')} carry percentiles up to P${within}; P${beyond} takes ${count(neededSamples(beyond / 100))}.`,
          ];
  return [...(cut ? ['The run was cut: the record ends before the run did.'] : []), ...problems.map(sentence), ...can];
}
