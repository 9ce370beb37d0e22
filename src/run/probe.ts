import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addCosts, noCost, type Probe, type ProbeObservation } from '../analyses/capacity-probe.ts';
import { type Plan, scorePolicy } from '../config/index.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { nanosecondsPerSecond } from '../core/units.ts';
import { type HardwareEngineOptions, readOwnHardware } from '../engine/server/own-hardware.ts';
import { readRun } from '../recording/read-run.ts';
import type { Slo } from '../slo/index.ts';
import { buildSchedule, repetitionSeed } from '../workload/index.ts';
import { passingStep } from './events.ts';
import { LookGuard } from './look-guard.ts';
import { observe, type TokenPrices } from './probe-observation.ts';
import { planAt, type SearchMode } from './probe-plan.ts';
import { type RunOptions, run } from './run.ts';
import { simulate, simulateSchedule } from './simulate.ts';
import { clientLoss, targetLoss, throttled } from './target-loss.ts';

export interface ProbeSetup {
  readonly plan: Plan;
  readonly slo: Slo;
  readonly mode: SearchMode;
  /** As the literature: exactly the requests asked for, all of them judged, the same draws at every load. */
  readonly point?: boolean;
  readonly prices?: TokenPrices;
}

const observed = (records: readonly RequestRecord[], setup: ProbeSetup): ProbeObservation => {
  const { plan, slo, mode, point = false, prices } = setup;
  const observation = observe(records, slo, scorePolicy(plan.score), {
    openLoop: mode === 'rate',
    whole: point,
    ...(prices && { prices }),
  });
  // One such look would pass for want of a failure.
  if (point && observation.window?.requests === 0) {
    throw new MetronError('NOTHING_MEASURED', `all ${records.length} requests of a look fell into the warm-up`, {
      hint: 'shorten phases.warmup (--warmup), or raise --requests',
    });
  }
  return observation;
};

/** Every look at every load has a seed of its own, whatever order loads are looked at in; points share the plan's. */
function lookSeeds({ plan, point }: ProbeSetup): (load: number) => { look: number; seed: number } {
  const looks = new Map<number, number>();
  return (load) => {
    const look = looks.get(load) ?? 0;
    looks.set(load, look + 1);
    if (point) return { look, seed: plan.seed };
    return { look, seed: repetitionSeed(plan.seed, Math.round(load * 1e4) * 1000 + look + 1) };
  };
}

/** Requests that fill the system before and keep it full after those that count, where arrivals decide how many that takes. */
const leastFill = 32;
const mostFill = 5000;
/** Answers that take longer than the mean one are waited for too. */
const fillMargin = 1.5;

/** Requests of a look beside those that count: the warm-up's, and those that fill the system and empty it. */
class Surplus {
  readonly #setup: ProbeSetup;
  #inFlight = 0;
  #warming = 0;
  #load = 1;

  constructor(setup: ProbeSetup) {
    this.#setup = setup;
  }

  at(load: number, requests: number): number {
    // Where points decide, all that follows the warm-up counts.
    return this.#warmup(load) + (this.#setup.point ? 0 : 2 * this.#fill(load, requests));
  }

  /** A rate says how many come in a time; users send as many as they are answered. */
  #warmup(load: number): number {
    const { plan, mode } = this.#setup;
    if (mode === 'rate') return Math.ceil((load * plan.phases.warmup) / nanosecondsPerSecond);
    return Math.ceil(this.#warming * (load / this.#load));
  }

  #fill(load: number, requests: number): number {
    // Users are never more in the system than there are.
    if (this.#setup.mode === 'users') return Math.ceil(fillMargin * load);
    const expected = this.#inFlight * Math.max(1, load / this.#load);
    // A small look that mostly fills and drains the system is not small.
    const least = Math.min(leastFill, Math.ceil(requests / 2));
    return Math.min(mostFill, Math.max(least, Math.ceil(fillMargin * expected)));
  }

  learn(load: number, { point, window, cost }: ProbeObservation): void {
    if (point?.inFlightMean === undefined || !window) return;
    this.#inFlight = point.inFlightMean;
    this.#warming = this.#setup.point ? cost.requests - window.requests : 0;
    this.#load = load;
  }
}

/** Looks at loads in virtual time: nothing is written. */
export function simulatedProbe(setup: ProbeSetup, engine: HardwareEngineOptions): Probe {
  const { plan, mode } = setup;
  const hardware = readOwnHardware(engine);
  const nextSeed = lookSeeds(setup);
  const surplus = new Surplus(setup);
  return async (load, requests) => {
    const { seed } = nextSeed(load);
    const at = planAt(plan, mode, load, requests + surplus.at(load, requests), seed);
    const records = simulateSchedule(at, buildSchedule(at, seed), hardware);
    const observation = observed(records, setup);
    surplus.learn(load, observation);
    return observation;
  };
}

export interface StoredProbeOptions extends RunOptions {
  /** Folder of the search; runs are made in `probes` within it, and what has been done is read back. */
  readonly folder: string;
  /** In virtual time against this engine, each look a run folder all the same. */
  readonly engine?: HardwareEngineOptions;
}

/** One finished look, a line of `probes.jsonl`. */
export interface StoredLook {
  readonly load: number;
  readonly look: number;
  readonly requests: number;
  readonly run?: string;
  /** The same look before, which the client spoiled. */
  readonly spoiled?: string;
  readonly limit?: ProbeObservation['limit'];
}

const looksFile = 'probes.jsonl';

/** Looks at loads by real runs. A look that a former search in this folder finished is read back, not repeated. */
export function storedProbe(setup: ProbeSetup, options: StoredProbeOptions): Probe {
  const { plan, mode } = setup;
  const done = readLooks(options.folder);
  const nextSeed = lookSeeds(setup);
  const surplus = new Surplus(setup);
  const learned = (load: number, observation: ProbeObservation): ProbeObservation => {
    surplus.learn(load, observation);
    return observation;
  };
  return async (load, requests) => {
    const { look, seed } = nextSeed(load);
    const before = done.find((each) => each.load === load && each.look === look);
    if (before && before.limit === undefined) return learned(load, await reread(before, setup, options.folder));
    const named = { ...plan, name: lookName(mode, load, look) };
    const at = planAt(named, mode, load, requests + surplus.at(load, requests), seed);
    const { records, ...looked } = await lookTwice(at, options);
    const stored: StoredLook = { load, look, requests, ...looked };
    // What was cut off is looked at anew by the search that goes on.
    if (stored.limit?.kind !== 'cut' && stored.limit?.kind !== 'target') {
      appendFileSync(join(options.folder, looksFile), `${JSON.stringify(stored)}\n`);
    }
    return learned(load, await reread(stored, setup, options.folder, records));
  };
}

/** How a look ended, and what it has recorded if that was read to find out. */
interface LookEnd extends Pick<StoredLook, 'run' | 'limit' | 'spoiled'> {
  readonly records?: readonly RequestRecord[];
}

/** A busy moment of this machine is no limit of the client: only what shows twice is. */
async function lookTwice(plan: Plan, options: StoredProbeOptions): Promise<LookEnd> {
  const { run: spoiled, ...first } = await lookNow(plan, options);
  if (spoiled === undefined) return first;
  return first.limit?.kind === 'client' ? { ...(await lookNow(plan, options)), spoiled } : { ...first, run: spoiled };
}

const lookName = (mode: SearchMode, load: number, look: number): string => `${mode}-${load}-look-${look + 1}`;

export function readLooks(folder: string): StoredLook[] {
  const file = join(folder, looksFile);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoredLook);
}

async function lookNow(plan: Plan, options: StoredProbeOptions): Promise<LookEnd> {
  const runsFolder = join(options.folder, 'probes');
  try {
    const { engine } = options;
    const result = engine
      ? await simulate(plan, { runsFolder, engine })
      : await guarded(plan, { ...options, runsFolder });
    const { records } = await readRun(result.folder);
    const limit = engine ? undefined : await limitOf(result.manifest, records, plan, options);
    return { run: result.folder.slice(options.folder.length + 1), records, ...(limit && { limit }) };
  } catch (cause) {
    const limit = cause instanceof MetronError ? limitBy(cause, options) : undefined;
    if (!limit) throw cause;
    return { limit };
  }
}

const throttleWait_ms = 10_000;
const mostThrottleWaits = 12;

/** A look that ends when nobody listens any more, and that waits for a quota which looks before have used up. */
async function guarded(
  plan: Plan,
  options: StoredProbeOptions & { readonly runsFolder: string },
): ReturnType<typeof run> {
  for (let waits = 0; ; waits++) {
    const guard = new LookGuard(plan, options);
    try {
      return await run(plan, { ...options, control: guard.control, onEvent: guard.onEvent });
    } catch (cause) {
      const patient = waits < mostThrottleWaits && readLooks(options.folder).length > 0;
      if (!(cause instanceof MetronError) || cause.code !== throttled || !patient) throw cause;
      options.onEvent?.(passingStep(`${cause.message}; waiting ${throttleWait_ms / 1000} s …`));
      await sleep(throttleWait_ms, undefined, { ...(options.control && { signal: options.control.stopSignal }) }).catch(
        () => {},
      );
    } finally {
      guard.close();
    }
  }
}

/** What this machine cannot open. */
const clientLimits: readonly string[] = ['TOO_FEW_FILES', 'TOO_FEW_PORTS', 'TOO_LITTLE_MEMORY'];

/** What an error before the load says of a look; undefined if it says that the search makes no sense. */
function limitBy({ code, exitCode, message }: MetronError, { folder }: StoredProbeOptions): ProbeObservation['limit'] {
  if (clientLimits.includes(code)) return { kind: 'client', reason: message };
  if (exitCode === exitCodes.interrupted) return { kind: 'cut', reason: message };
  if (exitCode === exitCodes.targetFailed && readLooks(folder).length > 0) return { kind: 'target', reason: message };
  return undefined;
}

async function limitOf(
  { certificate }: Awaited<ReturnType<typeof run>>['manifest'],
  records: readonly RequestRecord[],
  plan: Plan,
  options: StoredProbeOptions,
): Promise<ProbeObservation['limit']> {
  if (options.control?.stopSignal.aborted) return { kind: 'cut', reason: 'stopped by the user' };
  const own = clientLoss(records);
  if (own !== undefined) return { kind: 'client', reason: own };
  const loss = await targetLoss(records, plan, options);
  if (loss !== undefined) return { kind: 'target', reason: loss };
  if (certificate?.verdict !== 'invalid') return undefined;
  return { kind: 'client', reason: certificate.reasons[0] ?? 'the client could not make this load' };
}

/** `records`, where they have been read already, are those of the look's run. */
async function reread(
  stored: StoredLook,
  setup: ProbeSetup,
  folder: string,
  records?: readonly RequestRecord[],
): Promise<ProbeObservation> {
  const limit = stored.limit && { limit: stored.limit };
  const read = async (run: string): Promise<readonly RequestRecord[]> => (await readRun(join(folder, run))).records;
  const spent = stored.spoiled === undefined ? noCost : observed(await read(stored.spoiled), setup).cost;
  if (stored.run === undefined) return { tallies: [], backlog: 'steady', cost: spent, ...limit };
  const observation = observed(records ?? (await read(stored.run)), setup);
  return { ...observation, cost: addCosts(spent, observation.cost), run: stored.run, ...limit };
}
