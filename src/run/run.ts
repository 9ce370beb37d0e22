import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { SteadySummary } from '../analyses/steady-score.ts';
import { type PreflightResult, preflight, waitReady } from '../clients/index.ts';
import { type Plan, planToJson } from '../config/index.ts';
import { type ExitCode, exitCodes, MetronError } from '../core/errors.ts';
import type { Manifest } from '../core/manifest.ts';
import { type Nanoseconds, nanoseconds, nanosecondsPerSecond, seconds } from '../core/units.ts';
import { rampStarts } from '../dispatch/closed-loop.ts';
import { Composer } from '../instrument/composer.ts';
import { Instrument } from '../instrument/instrument.ts';
import type { LoadSetup } from '../instrument/messages.ts';
import type { Summary } from '../metrics/index.ts';
import { ClockWatch } from '../recording/clock-watch.ts';
import { startManifest } from '../recording/manifest.ts';
import { createRunFolder } from '../recording/run-folder.ts';
import { expectRoomFor } from '../selftest/host-limits.ts';
import { selfTestBy } from '../selftest/kept-self-test.ts';
import { version } from '../version.ts';
import { buildSchedule, type Schedule, tokenizers } from '../workload/index.ts';
import { conclude } from './conclude.ts';
import { conduct } from './conduct.ts';
import { RunControl } from './control.ts';
import { type OnRunEvent, passingStep, step } from './events.ts';
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

/** Plan → schedule → dispatch → record → summary. One run; repetitions are `runRepeatedly`'s. */
export async function run(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const { runsFolder = 'runs', env = process.env, control = new RunControl(), onEvent = () => {} } = options;
  const target = prepareTarget(plan, env);
  const schedule = buildSchedule(plan, plan.seed);
  expectRoomFor(connectionsFor(plan, schedule));
  const found = await look(plan, target, onEvent, control.stopSignal);
  const selfTest = await testInstrument(plan, target, env, onEvent);

  const startedAt = new Date();
  const name = plan.name ?? plan.target.model;
  const folder = await createRunFolder(runsFolder, name, startedAt, target.secrets);
  const planJson = planToJson(plan);
  await folder.writePlan(planJson);
  const workers = plan.workers ?? Math.max(1, availableParallelism() - 1);
  const work = prepareWork(plan, schedule, target.protocol, found);
  const instrument = new Instrument({
    workers,
    target: target.setup,
    load: loadSetup(plan, schedule),
    recorder: recorderSetup(plan, schedule, target, folder.recordsPath),
  });
  try {
    onEvent(passingStep('composing prompts and opening connections …'));
    await instrument.ready();
    const manifest = startManifest({
      metron: version,
      run: { id: randomUUID(), name, ...(options.repeat && { repeat: options.repeat }) },
      startedAt,
      seed: plan.seed,
      scheduleHash: schedule.hash,
      promptHash: work.promptHash(),
      tokenizer: tokenizers.get(plan.workload.tokenizer).id,
      instrument: { workers, transportPaths: instrument.paths, clock: 'CLOCK_MONOTONIC' },
      target: targetFacts(plan, target.setup.url, found),
      disclosure: disclosureOf(plan, schedule, found),
    });
    await folder.writeManifest(manifest);
    const clockWatch = watchClock();
    const conducted = await conduct({
      instrument,
      composer: new Composer(work),
      connections: Math.min(connectionsFor(plan, schedule), mostWarmConnections),
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
    const concluded = await conclude({
      folder,
      plan,
      planJson,
      manifest: started,
      conducted,
      clockSteps,
      ...(selfTest && { selfTest }),
    });
    return { folder: folder.path, ...concluded, exitCode: exitCodeOf(plan, concluded.manifest, concluded.summary) };
  } finally {
    await instrument.terminate();
  }
}

/** Waits for the target where asked to, and sends one small real request before any clock starts. */
async function look(
  plan: Plan,
  target: PreparedTarget,
  onEvent: OnRunEvent,
  signal: AbortSignal,
): Promise<PreflightResult> {
  const { setup } = target;
  const transportTarget = {
    url: new URL(setup.url),
    headers: setup.headers,
    ...(setup.tls && { tls: setup.tls }),
    ...(setup.proxy && { proxy: new URL(setup.proxy) }),
  };
  if (plan.limits.waitReady !== undefined) {
    onEvent(passingStep(`waiting for ${setup.url} …`));
    await waitReady(transportTarget, plan.limits.waitReady, signal);
  }
  onEvent(passingStep(`asking ${setup.url} …`));
  const { model, forceLength, body } = plan.target;
  const result = await preflight(
    transportTarget,
    target.protocol,
    { model, forceLength, extra: body },
    { timeout: preflightTimeout(plan.limits), signal },
  ).catch((cause: unknown) => {
    if (!signal.aborted) throw cause;
    throw new MetronError('INTERRUPTED', 'stopped before anything was measured', { exitCode: exitCodes.interrupted });
  });
  onEvent(step(`${setup.url} answers; model ${model}`));
  for (const warning of result.warnings) onEvent(step(`! ${warning}`));
  return result;
}

/** After the first token a small answer needs little time; nobody waits longer for it. */
const restOfAnswer = seconds(10);

const preflightTimeout = ({ firstTokenTimeout, betweenTokensTimeout, totalTimeout }: Plan['limits']): Nanoseconds =>
  nanoseconds(Math.min(totalTimeout, firstTokenTimeout + Math.min(betweenTokensTimeout, restOfAnswer)));

function loadSetup(plan: Plan, schedule: Schedule): LoadSetup {
  const { closed, duration } = plan.load;
  if (!closed) return { model: 'open' };
  return {
    model: 'closed',
    users: closed.users,
    starts: rampStarts(closed.users, closed.rampSteps, plan.phases.warmup),
    think: closed.think,
    until: duration ?? (Number.MAX_SAFE_INTEGER as Nanoseconds),
    next: new Int32Array(new SharedArrayBuffer(4)),
    count: schedule.count,
  };
}

function recorderSetup(plan: Plan, schedule: Schedule, target: PreparedTarget, recordsPath: string) {
  const { limits } = plan;
  return {
    protocol: plan.target.protocol,
    tokenizer: plan.workload.tokenizer,
    recordsPath,
    requests: schedule,
    measureFrom: plan.phases.warmup,
    timeouts: {
      connect: limits.connectTimeout,
      firstToken: limits.firstTokenTimeout,
      betweenTokens: limits.betweenTokensTimeout,
      total: limits.totalTimeout,
    },
    keepText: plan.keepText,
    secrets: target.secrets,
  };
}

const mostWarmConnections = 1024;

/** As many as will probably be in use at once: users of a closed loop, a few seconds of an open one. */
function connectionsFor(plan: Plan, schedule: Schedule): number {
  if (plan.load.closed) return plan.load.closed.users;
  const times = schedule.scheduledAt ?? [];
  let most = 1;
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] ?? 0) - (times[first] ?? 0) > 2 * nanosecondsPerSecond) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** The error of token times on this machine. It is of plain sockets: of TLS only the canary tells. */
async function testInstrument(plan: Plan, { setup }: PreparedTarget, environment: Environment, onEvent: OnRunEvent) {
  if (setup.proxy !== undefined || !setup.url.startsWith('http:')) return undefined;
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
