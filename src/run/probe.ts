import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Probe, ProbeObservation } from '../analyses/capacity-probe.ts';
import { type Plan, scorePolicy } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import type { RequestRecord } from '../core/record.ts';
import { type HardwareEngineOptions, readOwnHardware } from '../engine/server/own-hardware.ts';
import { readRun } from '../recording/read-run.ts';
import type { Slo } from '../slo/index.ts';
import { buildSchedule, repetitionSeed } from '../workload/index.ts';
import { observe, type TokenPrices } from './probe-observation.ts';
import { planAt, type SearchMode } from './probe-plan.ts';
import { type RunOptions, run } from './run.ts';
import { simulate, simulateSchedule } from './simulate.ts';

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
  return observe(records, slo, scorePolicy(plan.score), {
    openLoop: mode === 'rate',
    whole: point,
    ...(prices && { prices }),
  });
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

/** Requests that fill the system before and keep it full after those that count, until more is known. */
const firstFill = 32;
const mostFill = 5000;

/** Learns from each look how many requests the next one needs to fill the system. */
class Fill {
  readonly #none: boolean;
  #inFlight = 0;
  #load = 1;

  constructor({ point = false }: ProbeSetup) {
    this.#none = point;
  }

  /** Before, and after, those that count. */
  at(load: number): number {
    if (this.#none) return 0;
    const expected = this.#inFlight * Math.max(1, load / this.#load);
    return Math.min(mostFill, Math.max(firstFill, Math.ceil(1.5 * expected)));
  }

  learn(load: number, { point }: ProbeObservation): void {
    if (point?.inFlightMean === undefined) return;
    this.#inFlight = point.inFlightMean;
    this.#load = load;
  }
}

/** Looks at loads in virtual time: nothing is written. */
export function simulatedProbe(setup: ProbeSetup, engine: HardwareEngineOptions): Probe {
  const { plan, mode } = setup;
  const hardware = readOwnHardware(engine);
  const nextSeed = lookSeeds(setup);
  const fill = new Fill(setup);
  return async (load, requests) => {
    const { seed } = nextSeed(load);
    const at = planAt(plan, mode, load, requests + 2 * fill.at(load), seed);
    const records = simulateSchedule(at, buildSchedule(at, seed), hardware);
    const observation = observed(records, setup);
    fill.learn(load, observation);
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
  readonly limit?: ProbeObservation['limit'];
}

const looksFile = 'probes.jsonl';

/** Looks at loads by real runs. A look that a former search in this folder finished is read back, not repeated. */
export function storedProbe(setup: ProbeSetup, options: StoredProbeOptions): Probe {
  const { plan, mode } = setup;
  const done = readLooks(options.folder);
  const nextSeed = lookSeeds(setup);
  const fill = new Fill(setup);
  const learned = (load: number, observation: ProbeObservation): ProbeObservation => {
    fill.learn(load, observation);
    return observation;
  };
  return async (load, requests) => {
    const { look, seed } = nextSeed(load);
    const before = done.find((each) => each.load === load && each.look === look && each.requests >= requests);
    if (before) return learned(load, await reread(before, setup, options.folder));
    const named = { ...plan, name: lookName(mode, load, look) };
    const found = await lookNow(planAt(named, mode, load, requests + 2 * fill.at(load), seed), options);
    const stored: StoredLook = { load, look, requests, ...found };
    // What was cut off is looked at anew by the search that goes on.
    if (found.limit?.kind !== 'cut' && found.limit?.kind !== 'target') {
      appendFileSync(join(options.folder, looksFile), `${JSON.stringify(stored)}\n`);
    }
    return learned(load, await reread(stored, setup, options.folder));
  };
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

async function lookNow(plan: Plan, options: StoredProbeOptions): Promise<Pick<StoredLook, 'run' | 'limit'>> {
  const runsFolder = join(options.folder, 'probes');
  try {
    const { engine } = options;
    const result = engine ? await simulate(plan, { runsFolder, engine }) : await run(plan, { ...options, runsFolder });
    const limit = limitOf(result, options);
    return { run: result.folder.slice(options.folder.length + 1), ...(limit && { limit }) };
  } catch (cause) {
    if (!(cause instanceof MetronError) || readLooks(options.folder).length === 0) throw cause;
    return { limit: { kind: 'target', reason: cause.message } };
  }
}

function limitOf(
  { manifest, summary }: Pick<Awaited<ReturnType<typeof run>>, 'manifest' | 'summary'>,
  { control }: StoredProbeOptions,
): ProbeObservation['limit'] {
  const { certificate } = manifest;
  if (control?.stopSignal.aborted) return { kind: 'cut', reason: 'stopped by the user' };
  if (summary.requests.completed === 0) return { kind: 'target', reason: 'not one request was answered' };
  if (certificate?.verdict !== 'invalid') return undefined;
  return { kind: 'client', reason: certificate.reasons[0] ?? 'the client could not make this load' };
}

async function reread(stored: StoredLook, setup: ProbeSetup, folder: string): Promise<ProbeObservation> {
  const limit = stored.limit && { limit: stored.limit };
  if (stored.run === undefined) {
    return { tallies: [], backlog: 'steady', cost: { requests: 0, seconds: 0, tokens: 0 }, ...limit };
  }
  const { records } = await readRun(join(folder, stored.run));
  return { ...observed(records, setup), run: stored.run, ...limit };
}
