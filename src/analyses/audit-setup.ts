import {
  type AuditedClaim,
  type AuditedRun,
  type AuditItem,
  cannotTell,
  distinct,
  ofRuns,
  pass,
  type Spread,
  sources,
  toldFacts,
  warn,
} from './audit-item.ts';
import { nearestReference } from './audit-references.ts';
import { settingOf } from './comparison-compatibility.ts';

const disclosed = ({ manifest }: AuditedRun, field: 'model' | 'serverHardware' | 'precision'): string | undefined => {
  const value = manifest?.disclosure[field].value;
  return value === undefined ? undefined : String(value);
};

/** `llama` and `8b` of `meta-llama/Llama-3.1-8B-Instruct`; of a mixture of experts `8x7b`. */
function named(model: string): { readonly family?: string; readonly size?: string } {
  const plain = model.split('/').at(-1)?.toLowerCase() ?? '';
  const family = /^[a-z]+/.exec(plain)?.[0];
  const size = /(?:^|[^a-z0-9.])((?:\d+x)?\d+(?:\.\d+)?b)(?![a-z0-9])/.exec(plain)?.[1];
  return { ...(family !== undefined && { family }), ...(size !== undefined && { size }) };
}

export const oneSetUp: AuditItem = {
  kind: 'one-set-up',
  title: 'One model or one kind of hardware',
  source: sources.ours,
  check(runs) {
    const models = distinct(runs.map((run) => disclosed(run, 'model'))).known;
    const hardware = distinct(runs.map((run) => disclosed(run, 'serverHardware')));
    if (hardware.unknown > 0)
      return cannotTell('server hardware is not disclosed', 'declare it with --disclose serverHardware=…');
    const families = distinct(models.map((model) => named(model).family ?? model)).known;
    const sizes = distinct(models.map((model) => named(model).size)).known;
    const precision = distinct(runs.map((run) => disclosed(run, 'precision'))).known.join(', ') || 'not told';
    const seen = [
      `models: ${models.join(', ')}`,
      `hardware: ${hardware.known.join(', ')}`,
      `precision: ${precision}`,
      toldFacts(runs, ['attention', 'parallelism']),
    ].join('; ');
    const lacks = [
      ...(families.length < 2 ? ['one family of models'] : []),
      ...(sizes.length < 2 ? ['one size, by its name'] : []),
      ...(hardware.known.length < 2 ? ['one kind of hardware'] : []),
    ];
    if (lacks.length === 0) return pass(seen);
    return warn(
      `${lacks.join(', ')} (${seen})`,
      'say nothing beyond this set-up, or measure other sizes, attention types and GPUs',
    );
  },
};

const leastVariation = 0.3;
const shortInputs = 4096;
/** Servers of shorter contexts are not meant for long prompts. */
const longContext = 16_384;

export const workload: AuditItem = {
  kind: 'workload',
  title: 'Non-Representative Workloads',
  source: sources.confirmed,
  check(runs) {
    const complaints = [...oneSource(runs), ...ofRuns(runs, complaintsOf)];
    const seen = ofRuns(runs, (run) => [statistics(run)]);
    const evidence = [...complaints, ...seen].join('; ');
    if (complaints.length === 0) return pass(`lengths and arrivals vary, and long prompts are among them; ${evidence}`);
    return warn(
      evidence,
      'take lengths from traces of the real traffic, long prompts and shared beginnings (workload.cache) included, and let requests arrive at random',
    );
  },
};

/** Where all that was asked of all systems is of one kind. */
function oneSource(runs: readonly AuditedRun[]): string[] {
  const kinds = runs.map(({ plan }) =>
    plan === undefined
      ? undefined
      : JSON.stringify(['prompt', 'output', 'paired'].map((key) => settingOf(plan, 'workload', key))),
  );
  const { known } = distinct(kinds);
  return known.length === 1 ? ['one workload for everything'] : [];
}

function complaintsOf({ requests: { prompt, output }, manifest, plan, summary }: AuditedRun): string[] {
  const { sentGapCv } = summary.load;
  const open = manifest?.disclosure.loadModel.value === 'open loop';
  const context = Number(manifest?.simulated?.maxModelLength ?? Number.NaN);
  const short = prompt.p99 !== undefined && prompt.p99 < shortInputs && !(context <= longContext);
  return [
    ...(prompt.cv !== undefined && prompt.cv < leastVariation
      ? [`prompt lengths vary by ${prompt.cv.toFixed(2)} of their mean`]
      : []),
    ...(output.cv !== undefined && output.cv < leastVariation
      ? [`answer lengths vary by ${output.cv.toFixed(2)} of their mean`]
      : []),
    ...(short ? [`99 % of prompts have at most ${prompt.p99} tokens`] : []),
    ...(settingOf(plan, 'workload', 'cache') === 'cold'
      ? ['no prompt begins as another does, neither turns of a conversation nor a shared prefix']
      : []),
    ...(settingOf(plan, 'load', 'arrivals', 'kind') === 'one-shot'
      ? ['all requests arrive at once']
      : open && sentGapCv !== undefined && sentGapCv < leastVariation
        ? [`requests arrive evenly (variation ${sentGapCv.toFixed(2)})`]
        : []),
  ];
}

function statistics({ requests: { prompt, output }, summary }: AuditedRun): string {
  const lengths = (what: string, { p50, p99, cv }: Spread): string =>
    `${what} P50 ${p50 ?? 'n/a'}, P99 ${p99 ?? 'n/a'}, variation ${cv?.toFixed(2) ?? 'n/a'}`;
  const { sentGapCv } = summary.load;
  return [
    lengths('prompts', prompt),
    lengths('answers', output),
    ...(sentGapCv === undefined ? [] : [`gaps between requests vary by ${sentGapCv.toFixed(2)}`]),
    ...[nearestReference(prompt, output)].filter((text) => text !== undefined),
  ].join(', ');
}

const fewestLoads = 4;

export const onePoint: AuditItem = {
  kind: 'one-operating-point',
  title: 'One operating point',
  source: sources.ours,
  check(runs, claim) {
    const found = [...new Set([...runs, ...claim.searches].map(({ system }) => system))].map((system) =>
      loadsOf(system, runs, claim),
    );
    const flips = [...deadlineFlips(runs), ...claim.flips];
    const evidence = [...found.map(({ seen }) => seen), ...flips].join('; ');
    if (flips.length > 0) {
      return warn(
        evidence,
        'say for which deadlines one system is ahead: metron compare --decode-deadline, metron capacity --rescore',
      );
    }
    const remedy =
      'measure every system at four loads or more, from below half of its capacity to beyond nine tenths: metron sweep, metron capacity; audit their folders together as NAME=FOLDER';
    if (found.some(({ lacks }) => lacks)) return warn(evidence, remedy);
    return found.every(({ placed }) => placed) ? pass(evidence) : cannotTell(evidence, remedy);
  },
};

/** At which loads a system was measured, and where they lie against what it carries. */
function loadsOf(
  system: string,
  runs: readonly AuditedRun[],
  { searches }: AuditedClaim,
): { readonly seen: string; readonly lacks: boolean; readonly placed: boolean } {
  const own = runs.filter((run) => run.system === system);
  const search = searches.find((each) => each.system === system && each.capacity !== undefined);
  const unit = search?.unit ?? (own.some(({ plan }) => usersOf(plan) === undefined) ? 'requests/s' : 'users');
  const loads = distinct([
    ...own.map((run) => rounded(unit === 'users' ? usersOf(run.plan) : offeredOf(run))),
    ...searches
      .filter((each) => each.system === system && each.unit === unit)
      .flatMap((each) => each.loads.map(rounded)),
  ]).known;
  const capacity = search?.capacity ?? (unit === 'users' ? undefined : mostCompleted(own));
  const list = [...loads].sort((a, b) => a - b);
  const [least, most] = [list[0] ?? 0, list.at(-1) ?? 0];
  const lacks = [
    ...(list.length < fewestLoads
      ? [`${list.length === 1 ? 'one load' : `${list.length} loads`}, fewer than ${fewestLoads}`]
      : []),
    ...(capacity !== undefined && least > 0.5 * capacity ? ['none below 50 % of the capacity'] : []),
    ...(capacity !== undefined && most < 0.9 * capacity ? ['none above 90 % of the capacity'] : []),
  ];
  const from = search ? 'by its search' : 'as much as it completed when more was asked';
  const place =
    capacity === undefined
      ? 'capacity not known: where they lie cannot be told'
      : `capacity ${Number(capacity.toPrecision(3))} ${unit}, ${from}`;
  return {
    seen: `${system}: ${list.join(', ') || 'no known load'} ${unit} (${[...lacks, place].join('; ')})`,
    lacks: lacks.length > 0,
    placed: capacity !== undefined,
  };
}

const rounded = (load: number | undefined): number | undefined =>
  load === undefined ? undefined : Number(load.toPrecision(2));

const offeredOf = ({ plan, summary }: AuditedRun): number | undefined =>
  usersOf(plan) === undefined ? summary.load.offered_per_s : undefined;

function usersOf(plan: unknown): number | undefined {
  const users = settingOf(plan, 'load', 'closed', 'users');
  return typeof users === 'number' ? users : undefined;
}

/** Completing less than this share of what is offered, a system gives all it can. */
const saturated = 0.9;

/** In a run that is hardly longer than its answers, many are still under way at its end, however idle the system. */
function mostCompleted(runs: readonly AuditedRun[]): number | undefined {
  const long = runs.filter(
    ({ summary: { steadyState: told } }) => told.verdict === 'steady' || told.reason !== 'too short',
  );
  const rates = long.map(({ summary }) => summary.load);
  const isFull = rates.some(
    ({ offered_per_s: offered, completed_per_s: done }) =>
      offered !== undefined && done !== undefined && done < saturated * offered,
  );
  return isFull ? Math.max(...rates.map(({ completed_per_s: done = 0 }) => done)) : undefined;
}

/** Shares of fluid answers that differ by less are called alike. */
const likeShares = 0.02;

/** Runs of different systems under the same load whose order by share of fluid answers turns between half and twice the deadlines. */
function deadlineFlips(runs: readonly AuditedRun[]): string[] {
  return runs.flatMap((one, i) =>
    runs
      .slice(i + 1)
      .filter((other) => other.system !== one.system && sameLoad(one, other) && turns(one, other))
      .map(
        (other) =>
          `which of ${one.name} and ${other.name} has more fluid answers turns between half and twice the deadlines`,
      ),
  );
}

const sameLoad = ({ plan: one }: AuditedRun, { plan: other }: AuditedRun): boolean =>
  JSON.stringify(settingOf(one, 'load')) === JSON.stringify(settingOf(other, 'load'));

function turns({ requests: one }: AuditedRun, { requests: other }: AuditedRun): boolean {
  const orders = one.fluidShares.map((share, i) => {
    const difference = share - (other.fluidShares[i] ?? share);
    return Math.abs(difference) < likeShares ? 0 : Math.sign(difference);
  });
  return orders.includes(1) && orders.includes(-1);
}
