import { join } from 'node:path';
import { interleavedRounds } from '../analyses/prefill-lengths.ts';
import type { Plan } from '../config/index.ts';
import type { Certificate } from '../core/certificate.ts';
import { randomStream } from '../core/random.ts';
import type { RequestRecord } from '../core/record.ts';
import { nanoseconds } from '../core/units.ts';
import { readRun } from '../recording/read-run.ts';
import { repetitionSeed } from '../workload/index.ts';
import type { ProfileOptions } from './profile.ts';
import { run } from './run.ts';
import { simulate } from './simulate.ts';

const defaultRepeats = 5;
export const defaultOutputTokens = 4;
/** Runs of lengths that were added later, inside the folder of the first. */
export const addedFolder = 'added';

/** No server's cache knows the prompts of a former profile with the same seed. */
const freshSalt = (): string => `profile ${new Date().toISOString()}`;

/** The isolated requests of a profile: a first run and, inside its folder, one for each time that lengths were added. */
export class ProfileMeasurement {
  readonly #plan: Plan;
  readonly #options: ProfileOptions;
  readonly #salt: string;
  #first: Awaited<ReturnType<typeof run | typeof simulate>> | undefined;
  #records: readonly RequestRecord[] = [];
  #certificate: Certificate | undefined;
  #runs = 0;
  /** Of the budget; nothing more is sent once it is used up. */
  #spent = 0;

  constructor(plan: Plan, options: ProfileOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#salt = plan.workload.salt ?? freshSalt();
  }

  /** Of all runs; numbers go on from one run to the next. */
  get records(): readonly RequestRecord[] {
    return this.#records;
  }

  /** The worst of all runs. */
  get certificate(): Certificate | undefined {
    return this.#certificate;
  }

  get runs(): number {
    return this.#runs;
  }

  async first(lengths: readonly number[]): Promise<Awaited<ReturnType<typeof run | typeof simulate>>> {
    const { runsFolder } = this.#options;
    this.#first = await this.#measure(lengths, runsFolder);
    await this.#keep(this.#first);
    return this.#first;
  }

  /** All records, those of these further lengths included; undefined if nothing more may be sent. */
  async more(lengths: readonly number[]): Promise<readonly RequestRecord[] | undefined> {
    const { budget, control } = this.#options;
    if (!this.#first || control?.stopSignal.aborted || this.#certificate?.verdict === 'invalid') return undefined;
    if (budget !== undefined && this.#spent >= budget) return undefined;
    await this.#keep(await this.#measure(lengths, join(this.#first.folder, addedFolder)));
    return this.#records;
  }

  #measure(lengths: readonly number[], runsFolder: string | undefined) {
    const { engine } = this.#options;
    const plan = this.#planOf(lengths);
    this.#runs++;
    return engine
      ? simulate(plan, { engine, ...(runsFolder !== undefined && { runsFolder }) })
      : run(plan, { ...this.#options, ...(runsFolder !== undefined && { runsFolder }) });
  }

  async #keep({ folder, manifest }: Awaited<ReturnType<typeof run | typeof simulate>>): Promise<void> {
    const { records } = await readRun(folder);
    const ids = this.#records.reduce((most, { id }) => Math.max(most, id + 1), 0);
    this.#records = [...this.#records, ...records.map((record) => ({ ...record, id: record.id + ids }))];
    this.#spent += records.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), 0);
    this.#certificate = worse(this.#certificate, manifest.certificate);
  }

  #planOf(lengths: readonly number[]): Plan {
    const { repeats = defaultRepeats, outputTokens = defaultOutputTokens, budget, engine } = this.#options;
    const plan = this.#plan;
    const seed = repetitionSeed(plan.seed, this.#runs);
    const order = interleavedRounds(lengths, repeats, randomStream(seed, 'profile'));
    const { prompt: _prompt, output: _output, ...workload } = plan.workload;
    return {
      ...plan,
      seed,
      load: {
        closed: { users: 1, think: nanoseconds(0), rampSteps: 1 },
        requests: order.length,
        ...(budget !== undefined && { duration: nanoseconds(budget - this.#spent) }),
      },
      phases: { ...plan.phases, warmup: nanoseconds(0) },
      workload: {
        ...workload,
        ...(engine === undefined && { salt: this.#runs === 0 ? this.#salt : `${this.#salt} ${this.#runs}` }),
        cache: 'cold',
        paired: { rows: order.map((length): [number, number] => [length, outputTokens]), order: 'given' },
      },
    };
  }
}

const verdicts = ['valid', 'suspect', 'invalid'] as const;

function worse(a: Certificate | undefined, b: Certificate | undefined): Certificate | undefined {
  if (!a || !b) return a ?? b;
  return verdicts.indexOf(b.verdict) > verdicts.indexOf(a.verdict) ? b : a;
}
