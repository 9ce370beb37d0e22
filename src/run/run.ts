import { randomUUID } from 'node:crypto';
import type { SteadySummary } from '../analyses/steady-score.ts';
import { httpVersions, type PreflightResult, tellsTokensOfChunks } from '../clients/index.ts';
import { type Plan, planToJson, scorePolicy } from '../config/index.ts';
import { type ExitCode, exitCodes } from '../core/errors.ts';
import type { Manifest } from '../core/manifest.ts';
import { Composer } from '../instrument/composer.ts';
import { Instrument } from '../instrument/instrument.ts';
import type { Summary } from '../metrics/index.ts';
import { ClockWatch } from '../recording/clock-watch.ts';
import { expectWritable } from '../recording/make-folders.ts';
import { type ManifestStart, startManifest } from '../recording/manifest.ts';
import { createRunFolder } from '../recording/run-folder.ts';
import type { Spread } from '../recording/spread.ts';
import { expectRoomFor } from '../selftest/host-limits.ts';
import { keptSelfTest, selfTestBy } from '../selftest/kept-self-test.ts';
import { version } from '../version.ts';
import { buildSchedule, type Schedule, tokenizers } from '../workload/index.ts';
import { composeFirst } from './composing.ts';
import { conclude } from './conclude.ts';
import { conduct } from './conduct.ts';
import { RunControl } from './control.ts';
import { expectWithinCurve } from './curve-range.ts';
import { type OnRunEvent, passingStep } from './events.ts';
import { connectionsAhead, instrumentSetup, openLoadOf } from './instrument-setup.ts';
import { look } from './look.ts';
import { disclosureOf, targetFacts } from './manifest-facts.ts';
import type { Environment } from './secrets.ts';
import { type PreparedTarget, prepareTarget } from './target.ts';
import { prepareWork } from './work.ts';

export interface RunOptions {
  /** Where run folders are made; `runs` by default. */
  readonly runsFolder?: string;
  /** Where keys and proxies are looked up; `process.env` by default. */
  readonly env?: Environment;
  readonly control?: RunControl;
  readonly onEvent?: OnRunEvent;
  /** Place among the repetitions of one plan, from 1. */
  readonly repeat?: { readonly index: number; readonly of: number };
}

export interface RunResult {
  readonly folder: string;
  readonly reportPath: string;
  readonly manifest: Manifest;
  readonly summary: SteadySummary;
  /** What the shell would be told: 0, 3 (target failed) or 4 (invalid measurement). */
  readonly exitCode: ExitCode;
}

const defaultRunsFolder = 'runs';

/** Plan → schedule → dispatch → record → summary. One run; repetitions are `runRepeatedly`'s. */
export async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const { env = process.env, control = new RunControl(), onEvent = () => {} } = options;
  let target = prepareTarget(plan, env);
  const schedule = buildSchedule(plan, plan.seed);
  expectWithinCurve(scorePolicy(plan.score), schedule.promptTokens);
  expectRoomFor(openLoadOf(plan, schedule));
  await expectWritable(options.runsFolder ?? defaultRunsFolder);
  const standUp = (): Instrument => new Instrument(instrumentSetup(plan, schedule, target));
  // Threads stand up while the server answers, unless a self-test has to be measured without them.
  let instrument = (await isSelfTestDue(plan, target, env)) ? undefined : standUp();
  try {
    const found = await look(plan, target, onEvent, control.stopSignal);
    // Threads that stand for another version of HTTP are of no use.
    if (found.http !== (target.setup.http ?? httpVersions[0])) {
      target = { ...target, setup: { ...target.setup, http: found.http } };
      await instrument?.terminate();
      instrument = undefined;
    }
    const selfTest = await testInstrument(plan, target, env, onEvent);
    instrument ??= standUp();
    const prepared = { plan, target, schedule, instrument, found, control, onEvent };
    return await measure(prepared, options, selfTest);
  } finally {
    await instrument?.terminate();
  }
}

interface Prepared {
  readonly plan: Plan;
  readonly target: PreparedTarget;
  readonly schedule: Schedule;
  readonly instrument: Instrument;
  readonly found: PreflightResult;
  readonly control: RunControl;
  readonly onEvent: OnRunEvent;
}

async function measure(prepared: Prepared, options: RunOptions, selfTest: Spread | undefined): Promise<RunResult> {
  const { plan, target, schedule, instrument, found, control, onEvent } = prepared;
  const startedAt = new Date();
  const name = plan.name ?? plan.target.model;
  const folder = await createRunFolder(options.runsFolder ?? defaultRunsFolder, name, startedAt, target.secrets);
  const planJson = planToJson(plan);
  await folder.writePlan(planJson);

  onEvent(passingStep('composing prompts and opening connections …'));
  instrument.recordTo(folder.recordsPath);
  if (!tellsTokensOfChunks(found)) instrument.expectCounting();
  const opened = instrument.warm(connectionsAhead(plan, schedule));
  const work = prepareWork(plan, schedule, target.protocol, found);
  const composer = new Composer(work);
  composeFirst(instrument, composer);
  await instrument.ready();
  const run = { id: randomUUID(), name, ...(options.repeat && { repeat: options.repeat }) };
  const manifest = manifestOf(prepared, { startedAt, run, promptHash: work.promptHash() });
  await folder.writeManifest(manifest);
  const clockWatch = watchClock();
  await opened;
  const conducted = await conduct({
    instrument,
    composer,
    ...(plan.load.duration !== undefined && { loadEnds: plan.load.duration }),
    grace: plan.phases.grace,
    ...(plan.limits.maxErrorRate !== undefined && { maxErrorRate: plan.limits.maxErrorRate }),
    ...(plan.limits.maxTokens !== undefined && { maxTokens: plan.limits.maxTokens }),
    tokensOf: tokensOfSent(schedule),
    control,
    onEvent,
  });
  onEvent(passingStep('scoring …'));
  const started = {
    ...manifest,
    startedAt: conducted.startedAt.toISOString(),
    instrument: { ...manifest.instrument, origin_ns: conducted.origin },
  };
  const clockSteps = clockWatch.end();
  const result = { folder, plan, planJson, manifest: started, conducted, clockSteps, ...(selfTest && { selfTest }) };
  const concluded = await conclude(result);
  return { folder: folder.path, ...concluded, exitCode: exitCodeOf(plan, concluded.manifest, concluded.summary) };
}

function manifestOf(
  { plan, target, schedule, instrument, found }: Prepared,
  facts: Pick<ManifestStart, 'startedAt' | 'run' | 'promptHash'>,
): Manifest {
  return startManifest({
    metron: version,
    ...facts,
    seed: plan.seed,
    scheduleHash: schedule.hash,
    tokenizer: tokenizers.get(plan.workload.tokenizer).id,
    instrument: { workers: instrument.workers, transportPaths: instrument.paths, clock: 'CLOCK_MONOTONIC' },
    target: targetFacts(plan, target.setup.url, found),
    disclosure: disclosureOf(plan, schedule, found),
  });
}

const isTestable = ({ setup: { url, proxy, http } }: PreparedTarget): boolean =>
  url.startsWith('http:') && proxy === undefined && http !== '2';

async function isSelfTestDue({ selftest }: Plan, target: PreparedTarget, environment: Environment): Promise<boolean> {
  if (selftest === 'off' || !isTestable(target)) return false;
  return selftest === 'always' || (await keptSelfTest({ version, environment })) === undefined;
}

/** The error of token times on this machine. It is of plain sockets: of TLS and HTTP/2 only the canary tells. */
async function testInstrument(plan: Plan, target: PreparedTarget, environment: Environment, onEvent: OnRunEvent) {
  if (!isTestable(target)) return undefined;
  const onMeasure = (): void => onEvent(passingStep('self-test of this machine, 2 seconds …'));
  const result = await selfTestBy(plan.selftest, { version, environment, onMeasure });
  return result?.error;
}

/**
 * Tokens of the requests sent: prompt and asked answer, since what was sent will be used. Requests leave in the
 * order of their ids, so that how many were sent says which.
 */
function tokensOfSent({ promptTokens, outputTokens }: Schedule): (sent: number) => number {
  let counted = 0;
  let sum = 0;
  return (sent) => {
    for (; counted < sent; counted++) sum += (promptTokens[counted] ?? 0) + (outputTokens[counted] ?? 0);
    return sum;
  };
}

function watchClock() {
  const watch = new ClockWatch();
  const timer = setInterval(() => watch.sample(), 1000);
  timer.unref();
  return {
    end: () => {
      clearInterval(timer);
      watch.sample();
      return watch.steps();
    },
  };
}

function exitCodeOf(plan: Plan, { certificate }: Manifest, { requests }: Summary): ExitCode {
  const { verdict } = certificate ?? {};
  if (verdict === 'invalid' || (plan.strict && verdict === 'suspect')) return exitCodes.invalidMeasurement;
  const tooMany = plan.limits.maxErrorRate !== undefined && requests.errorRate > plan.limits.maxErrorRate;
  return requests.completed === 0 || tooMany ? exitCodes.targetFailed : exitCodes.ok;
}
