import { nanosecondsPerMillisecond } from '../core/units.ts';
import {
  type AuditedRun,
  type AuditItem,
  cannotTell,
  distinct,
  fail,
  pass,
  percentOf,
  type ShareOf,
  warn,
} from './audit-item.ts';
import { compatibility } from './comparison-compatibility.ts';

/*
 * The eight anti-patterns of arXiv 2507.09019. Titles of five are the paper's; the other three are
 * worded by us after its abstract.
 */
const confirmed = 'arXiv 2507.09019';
const ours = 'arXiv 2507.09019, worded by us';

const disclosed = ({ manifest }: AuditedRun, field: 'model' | 'serverHardware'): string | undefined => {
  const value = manifest?.disclosure[field].value;
  return value === undefined ? undefined : String(value);
};

const implementation: AuditItem = {
  kind: 'implementation',
  title: 'Conflating Implementation and Algorithm',
  source: confirmed,
  check(runs) {
    const [first, ...others] = runs;
    if (!first || others.length === 0) return cannotTell('one run alone', 'audit the runs that are compared together');
    const factors = [
      ...new Set(
        others
          .flatMap((run) => compatibility(first, run).differing.filter(({ kind }) => kind === 'system'))
          .map(({ key }) => key),
      ),
    ];
    const told = runs.every(({ manifest }) => manifest?.disclosure.engineVersion.value !== undefined);
    if (factors.length > 1) {
      return fail(
        `${factors.length} factors differ at once: ${factors.join(', ')}`,
        'change one factor at a time, or add runs that separate them',
      );
    }
    if (!told) return cannotTell('engine versions are not disclosed', 'declare them with --disclose engineVersion=…');
    return pass(factors.length === 0 ? 'the systems are disclosed as the same' : `only ${factors[0]} differs`);
  },
};

const tuning: AuditItem = {
  kind: 'tuning',
  title: 'Neglecting Parameter Tuning',
  source: confirmed,
  check: (runs) =>
    cannotTell(
      `${runs.length === 1 ? 'the run does' : 'the runs do'} not tell how the server was configured, nor what else was tried`,
      'keep a sweep over batch tokens, chunk size, sequences and memory share for every system, the baseline included',
    ),
};

const oneSetUp: AuditItem = {
  kind: 'one-set-up',
  title: 'One model or one kind of hardware',
  source: ours,
  check(runs) {
    const models = distinct(runs.map((run) => disclosed(run, 'model')));
    const hardware = distinct(runs.map((run) => disclosed(run, 'serverHardware')));
    if (hardware.unknown > 0)
      return cannotTell('server hardware is not disclosed', 'declare it with --disclose serverHardware=…');
    const seen = `${models.known.length} model(s), ${hardware.known.length} kind(s) of hardware: ${[...models.known, ...hardware.known].join(', ')}`;
    if (models.known.length > 1 && hardware.known.length > 1) return pass(seen);
    return warn(seen, 'say nothing beyond this set-up, or measure other sizes, attention types and GPUs');
  },
};

const leastVariation = 0.3;
const shortInputs = 4096;

const workload: AuditItem = {
  kind: 'workload',
  title: 'Non-Representative Workloads',
  source: confirmed,
  check(runs) {
    const complaints = runs.flatMap(({ name, requests, manifest, summary }) => {
      const { prompt, output } = requests;
      const { sentGapCv } = summary.load;
      const open = manifest?.disclosure.loadModel.value === 'open loop';
      return [
        ...(prompt.cv !== undefined && prompt.cv < leastVariation
          ? [`${name}: prompt lengths vary by ${prompt.cv.toFixed(2)} of their mean`]
          : []),
        ...(output.cv !== undefined && output.cv < leastVariation
          ? [`${name}: answer lengths vary by ${output.cv.toFixed(2)} of their mean`]
          : []),
        ...(prompt.p99 !== undefined && prompt.p99 < shortInputs
          ? [`${name}: 99 % of prompts have at most ${prompt.p99} tokens`]
          : []),
        ...(open && sentGapCv !== undefined && sentGapCv < leastVariation
          ? [`${name}: requests arrive evenly (variation ${sentGapCv.toFixed(2)})`]
          : []),
      ];
    });
    if (complaints.length === 0) return pass('lengths and arrivals vary, and long prompts are among them');
    return warn(
      complaints.join('; '),
      'take lengths from a trace of the real traffic, long prompts included, and let requests arrive at random',
    );
  },
};

const fewestLoads = 4;

const onePoint: AuditItem = {
  kind: 'one-operating-point',
  title: 'One operating point',
  source: ours,
  check(runs) {
    const rates = distinct(runs.map(({ summary }) => summary.load.offered_per_s?.toPrecision(2))).known;
    const seen = `${rates.length} load(s): ${rates.map((rate) => `${Number(rate)}/s`).join(', ') || 'none known'}`;
    const flips = deadlineFlips(runs);
    if (flips !== undefined) {
      return warn(
        `${seen}; ${flips}`,
        'say for which deadlines one system is ahead: metron compare --decode-deadline, metron capacity --rescore',
      );
    }
    if (rates.length >= fewestLoads) return pass(seen);
    return warn(
      seen,
      'measure at least four loads, from below half of the capacity to beyond it: metron sweep, metron capacity',
    );
  },
};

/** Half, once and twice the decode deadline: an order that holds at one of them alone is the deadline's. */
const scales = [0.5, 1, 2];
/** Shares of fluid answers that differ by less are called alike. */
const likeShares = 0.02;

/** Two runs whose order by share of fluid answers turns with the decode deadline. */
function deadlineFlips(runs: readonly AuditedRun[]): string | undefined {
  for (const [i, one] of runs.entries()) {
    for (const other of runs.slice(i + 1)) {
      const orders = scales.map((scale) => Math.sign(far(fluidAt(one, scale) - fluidAt(other, scale))));
      if (orders.includes(1) && orders.includes(-1)) {
        return `which of ${one.name} and ${other.name} has more fluid answers turns between half and twice the decode deadline`;
      }
    }
  }
  return undefined;
}

const far = (difference: number): number => (Math.abs(difference) < likeShares ? 0 : difference);

function fluidAt({ summary: { acceptance, policy } }: AuditedRun, scale: number): number {
  const deadline = (policy.decodeDeadline / nanosecondsPerMillisecond) * scale;
  return acceptance.share[acceptance.deadline_ms.findLastIndex((each) => each <= deadline + 1e-9)] ?? 0;
}

const needed = ['ttft', 'tbt', 'e2e', 'fluidity'] as const;

const metrics: AuditItem = {
  kind: 'metrics',
  title: 'A subset of metrics for an interactive claim',
  source: ours,
  check(runs) {
    const missing = runs.flatMap(({ name, summary }) =>
      needed
        .filter((id) => !summary.metrics.some((metric) => metric.id === id && metric.n > 0))
        .map((id) => `${name}: ${id}`),
    );
    if (missing.length > 0)
      return fail(`without values: ${missing.join(', ')}`, 'stream the answers, and count their tokens');
    const rankings = ['tpot-throughput', 'tbt-throughput', 'fluid-rate']
      .map((id) => ranking(runs, id))
      .filter((order) => order !== undefined);
    if (runs.length > 1 && distinct(rankings).known.length > 1) {
      return warn(
        `the order of the runs depends on the rate: ${rankings.join('; ')}`,
        'say by which metric one system is faster, and show the others beside it',
      );
    }
    return pass('first token, token gaps, end to end, fluidity, errors and throughput are all there');
  },
};

function ranking(runs: readonly AuditedRun[], id: string): string | undefined {
  const values = runs.map(({ name, summary }) => ({
    name,
    value: summary.metrics.find((metric) => metric.id === id)?.value,
  }));
  if (values.some(({ value }) => value === undefined)) return undefined;
  return [...values]
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .map(({ name }) => name)
    .join(' > ');
}

const summaries: AuditItem = {
  kind: 'summary-statistics',
  title: 'Reporting Only Summary Statistics',
  source: confirmed,
  check(runs) {
    const weak = runs.flatMap(({ name, summary }) => {
      const percentile = summary.metrics.find(({ id }) => id === 'ttft')?.percentiles?.find(({ p }) => p === 99);
      return percentile?.supported
        ? []
        : [`${name}: ${summary.requests.completed} answers, ${percentile?.needs ?? 459} needed for P99`];
    });
    if (weak.length === 0)
      return pass('every request is kept, distributions are reported, and the samples carry a P99');
    return warn(weak.join('; '), 'send more requests, or quote no percentile above what the sample carries');
  },
};

const normalization: AuditItem = {
  kind: 'normalization',
  title: 'Obscuring Performance with Normalization',
  source: confirmed,
  check(runs) {
    const told = (name: string, share: ShareOf, what: string): string[] =>
      share.part === 0 ? [] : [`${name}: ${what} in ${percentOf(share)}`];
    const hidden = runs.flatMap(({ name, requests }) => [
      ...told(name, requests.tpotHidesStalls, 'TPOT in time but not fluid'),
      ...told(name, requests.normalizedHidesWait, 'normalized latency in time but the first token late'),
      ...told(name, requests.hiddenStalls, 'a gap above ten times the median gap'),
    ]);
    if (hidden.length === 0) return pass('no answer has a stall or a wait that a normalized number would hide');
    return warn(hidden.join('; '), 'quote fluidity and the time to the first token beside TPOT and normalized latency');
  },
};

/** In the order of the paper's dimensions: baseline, set-up, metrics. */
export const antiPatterns: readonly AuditItem[] = [
  implementation,
  tuning,
  oneSetUp,
  workload,
  onePoint,
  metrics,
  summaries,
  normalization,
];
