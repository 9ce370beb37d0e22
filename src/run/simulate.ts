import { randomUUID } from 'node:crypto';
import { type SteadySummary, scoreWithSteadyState } from '../analyses/steady-score.ts';
import { type Plan, planToJson, scorePolicy } from '../config/index.ts';
import type { Certificate } from '../core/certificate.ts';
import { MetronError } from '../core/errors.ts';
import type { Disclosure, Manifest } from '../core/manifest.ts';
import { phases, type RequestRecord } from '../core/record.ts';
import { nearest } from '../core/registry.ts';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import { engineOptions } from '../engine/engine-options.ts';
import { describeIssue } from '../engine/server/describe-issue.ts';
import { ownName } from '../engine/server/engines.ts';
import {
  type HardwareEngine,
  type HardwareEngineOptions,
  hardwareEngineOptions,
  readOwnHardware,
} from '../engine/server/own-hardware.ts';
import { blockHashes, encodeText } from '../engine/server/prompt-tokens.ts';
import { type SimulatedRequest, simulate as simulateEngine } from '../engine/virtual-driver.ts';
import { renderReport } from '../outputs/html.ts';
import { declared, detected, endManifest, startManifest } from '../recording/manifest.ts';
import { RecordWriter } from '../recording/record-writer.ts';
import { createRunFolder } from '../recording/run-folder.ts';
import { schedulingDelayField } from '../slo/index.ts';
import { version } from '../version.ts';
import { buildSchedule, hashedPrompts, promptHash, promptText, type Schedule, tokenizers } from '../workload/index.ts';
import { scoreContext } from './conclude.ts';
import { expectWithinCurve } from './curve-range.ts';
import { declaredFacts } from './manifest-facts.ts';
import { reportManifest } from './report-manifest.ts';
import { userStarts } from './user-starts.ts';

export interface SimulateOptions {
  readonly runsFolder?: string;
  /** The engine that stands in for the target. */
  readonly engine?: HardwareEngineOptions;
}

export interface SimulateResult {
  readonly folder: string;
  readonly reportPath: string;
  readonly manifest: Manifest;
  readonly summary: SteadySummary;
}

/** There is no client and no clock that could distort anything; the model of the engine is what can be wrong. */
const certificate: Certificate = {
  verdict: 'valid',
  checks: [],
  reasons: ['simulated in virtual time: no server was asked, and the numbers are as good as the model of the engine'],
};

/** A whole benchmark in virtual time: the run folder that `run` would have written against the simulated engine. */
export async function simulate(plan: Plan, options: SimulateOptions = {}): Promise<SimulateResult> {
  const { runsFolder = 'runs' } = options;
  const engine = readOwnHardware(options.engine ?? {});
  const schedule = buildSchedule(plan, plan.seed);
  expectWithinCurve(scorePolicy(plan.score), schedule.promptTokens);
  const startedAt = new Date();
  const records = simulateSchedule(plan, schedule, engine);
  const folder = await createRunFolder(runsFolder, plan.name, startedAt);
  const planJson = planToJson(plan);
  await folder.writePlan(planJson);
  writeRecords(folder.recordsPath, records);
  const started = startManifest({
    metron: version,
    run: { id: randomUUID(), name: plan.name },
    startedAt,
    seed: plan.seed,
    scheduleHash: schedule.hash,
    promptHash: promptHash(schedule, hashedPrompts),
    tokenizer: tokenizers.get(plan.workload.tokenizer).id,
    instrument: { workers: 0, transportPaths: [], clock: 'virtual' },
    target: {
      url: plan.target.url,
      protocol: 'none: simulated',
      engine: 'metron simulated engine',
      engineVersion: version,
      ...declaredFacts(plan),
    },
    disclosure: disclosureOf(plan, schedule, engine),
    simulated: {
      ...engineOptions.parse(engine.options),
      ...(engine.provenance && { provenance: engine.provenance }),
    },
  });
  const drainedAt = nanoseconds(records.reduce((last, { endedAt = 0 }) => Math.max(last, endedAt), 0));
  const manifest = endManifest(started, {
    endedBy: 'schedule',
    drainedAt,
    measureFrom_ns: plan.phases.warmup,
    measureTo_ns: plan.load.duration ?? lastSend(records),
    certificate,
  });
  await folder.writeManifest(manifest);
  const summary = scoreWithSteadyState(records, scorePolicy(plan.score), scoreContext(manifest));
  await folder.writeSummary(summary);
  const html = renderReport({ manifest: reportManifest(manifest), plan: planJson, summary, records });
  return { folder: folder.path, reportPath: await folder.writeReport(html), manifest, summary };
}

function writeRecords(path: string, records: readonly RequestRecord[]): void {
  const writer = new RecordWriter(path, {
    onError(error) {
      throw error;
    },
  });
  for (const record of records) writer.append(record);
  writer.close();
}

/** The records that the load of a plan leaves behind on a simulated engine. */
export function simulateSchedule(plan: Plan, schedule: Schedule, engine: HardwareEngine): readonly RequestRecord[] {
  const { load, workload } = plan;
  const warmPrefix = workload.cache === 'warm';
  const blockSize = engineOptions.parse(engine.options).blockSize;
  const requests = Array.from({ length: schedule.count }, (_, id): SimulatedRequest => {
    const phase = phases[schedule.phase?.[id] ?? phases.indexOf('measure')];
    return {
      scheduledAt: nanoseconds(schedule.scheduledAt?.[id] ?? 0),
      promptTokens: schedule.promptTokens[id] ?? 1,
      outputTokens: schedule.outputTokens[id] ?? 1,
      ...(phase && { phase }),
      ...(warmPrefix && { blockHashes: blockHashes(encodeText(promptText(schedule, id)), blockSize) }),
    };
  });
  const end = load.duration === undefined ? undefined : ((load.duration + plan.phases.grace) as Nanoseconds);
  const { records: answered, facts } = simulateEngine(requests, engine.options, {
    seed: plan.seed,
    hooks: engine.own,
    ...(load.closed && {
      users: load.closed.users,
      starts: userStarts(load.closed, plan),
      thinkTime: load.closed.think,
    }),
    ...(end !== undefined && { until: end }),
  });
  const records = answered.map((record, i): RequestRecord => {
    const first = facts[i]?.scheduledAt;
    if (first === undefined) return record;
    // Nobody else has the record yet: a copy of each is what a search over many would pay for.
    return Object.assign(record, { serverTiming: { [schedulingDelayField]: (first - record.scheduledAt) / 1e6 } });
  });
  return load.closed ? closedLoopRecords(records, plan) : records;
}

/** A closed loop decides in the run what is warm-up; work that no user came to is not part of it. */
const closedLoopRecords = (records: readonly RequestRecord[], { load, phases: { warmup } }: Plan): RequestRecord[] =>
  records
    .filter(
      ({ sentAt, scheduledAt }) => sentAt !== undefined && scheduledAt < (load.duration ?? Number.POSITIVE_INFINITY),
    )
    .map((record) => ({ ...record, phase: record.scheduledAt < warmup ? 'warmup' : 'measure' }));

const lastSend = (records: readonly RequestRecord[]): Nanoseconds =>
  nanoseconds(records.reduce((last, { scheduledAt }) => Math.max(last, scheduledAt), 0) + 1);

function disclosureOf(plan: Plan, schedule: Schedule, { options }: HardwareEngine): Partial<Disclosure> {
  const { model, gpu, tensorParallel, pipelineParallel, weights } = engineOptions.parse(options);
  return {
    boundary: declared('model-engine'),
    model: detected(model),
    precision: detected(weights),
    engine: detected('metron simulated engine'),
    engineVersion: detected(version),
    loadModel: detected(plan.load.closed ? 'closed loop' : 'open loop'),
    arrivals: detected(plan.load.closed ? `${plan.load.closed.users} users` : JSON.stringify(plan.load.arrivals)),
    seed: detected(plan.seed),
    clock: detected('virtual time'),
    warmup: detected(`${plan.phases.warmup / 1e9} s`),
    sampleCount: detected(schedule.count),
    serverHardware: detected(`${gpu} × ${tensorParallel * pipelineParallel}, simulated`),
    separation: detected(true),
  };
}

/** `gpu=a100,scheduler=sarathi,max-batched-tokens=512` as options of the simulated engine. */
export function parseEngineOptions(text: string): HardwareEngineOptions {
  const known = Object.keys(hardwareEngineOptions.shape);
  const entries = text
    // The commas of a datasheet part its own numbers.
    .split(/,(?!\s*(?:bandwidth|flops|memory|name)=)/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [name = '', ...rest] = part.split('=');
      const spelled = name.trim().replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      const key = ownName(spelled);
      if (!known.includes(key) || rest.length === 0) throw unknownOption(name.trim(), known);
      return [key, readValue(rest.join('='))] as const;
    });
  const options: Readonly<Record<string, unknown>> = Object.fromEntries(entries);
  const result = hardwareEngineOptions.safeParse(options);
  if (result.success) return options as HardwareEngineOptions;
  const problems = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return `${name}: ${describeIssue(issue, options[name])}`;
  });
  throw new MetronError('BAD_ENGINE_OPTIONS', problems.join('; '), { hint: 'metron engine --help says what each is' });
}

function unknownOption(name: string, known: readonly string[]): MetronError {
  const near = nearest(name, known);
  return new MetronError(
    'BAD_ENGINE_OPTIONS',
    `the simulated engine has no option "${name}"; known: ${known.join(', ')}`,
    {
      hint: near === undefined ? 'write --simulate gpu=a100,scheduler=sarathi' : `did you mean ${near}=…?`,
    },
  );
}

function readValue(text: string): unknown {
  if (text === 'true' || text === 'yes') return true;
  if (text === 'false' || text === 'no') return false;
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
