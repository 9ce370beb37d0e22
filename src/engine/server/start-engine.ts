import { readFileSync } from 'node:fs';
import { monotonicClock } from '../../core/clock.ts';
import { MetronError } from '../../core/errors.ts';
import type { EngineCore } from '../core.ts';
import type { Provenance } from '../cost/gpus.ts';
import { coreWaitSeconds } from './core-wait.ts';
import { EngineMetrics } from './engine-metrics.ts';
import type { AssembledEngine, EngineInside } from './engines.ts';
import { parseFaultRule } from './fault-rule.ts';
import { type Listening, listenServer } from './listen-server.ts';
import { listenerFault } from './listener-fault.ts';
import { type EngineOptionsInput, readEngineOptions, type ServedOptions, servedOptions } from './options.ts';
import { chat } from './protocols/chat.ts';
import { connectionReceiver } from './receive-connection.ts';
import { serveRequest } from './serve-request.ts';
import type { ServerState } from './server-state.ts';
import { TruthTrace } from './truth-trace.ts';
import { WallDriver } from './wall-driver.ts';

export interface RunningEngine {
  /** Base URL for clients, `/v1` included. */
  readonly url: string;
  readonly port: number;
  /** How well the speed of what is simulated is known; absent for the simple engine, which models no hardware. */
  readonly provenance?: Provenance;
  stats(): RunningEngineStats;
  /** Stops listening, drops what is open and finishes the trace file. */
  close(): Promise<void>;
}

export interface RunningEngineStats {
  readonly requests: number;
  readonly running: number;
  readonly waiting: number;
  readonly promptTokens: number;
  readonly generationTokens: number;
  /** 99th percentile of due time to first write, seconds (a histogram's bound); absent before the first token. */
  readonly latenessP99Seconds?: number;
  /** Mean seconds of writing per stream in batches of 100 and more; absent before the first. */
  readonly crowdedFlushSeconds?: number;
  /** Seconds for which others had the core that this thread could have run on; absent where the system does not say. */
  readonly coreWaitSeconds?: number;
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * Serves a simulated engine over HTTP on this thread. `core` may be any core; without one it is the
 * engine that the options ask for.
 */
export async function startEngine(input: EngineOptionsInput = {}, core?: EngineCore): Promise<RunningEngine> {
  const { options, core: driven, inside } = assemble(input, core);
  const origin = process.hrtime.bigint();
  const clock = monotonicClock(origin);
  const state: ServerState = {
    options,
    apiKey: readApiKey(options.apiKeyEnv),
    version: packageVersion(),
    startedAtSeconds: Math.floor(Date.now() / 1e3),
    clock,
    origin,
    driver: new WallDriver(driven, clock, { spin: options.spin }),
    inside,
    metrics: new EngineMetrics(),
    trace: new TruthTrace(options.traceKeep, options.trace),
    faultRules: options.fault.map(parseFaultRule),
    faultMemory: new Map(),
    adapters: new Map(),
    completions: 0,
    submitted: 0,
    closing: false,
    asleep: false,
  };
  await warmUp(options.model);
  const listening = await listenServer(
    options,
    (request, response) => void serveRequest(state, request, response),
    connectionReceiver(state),
    listenerFault(state),
  );
  const { port, scheme } = listening;
  return {
    url: `${scheme}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/v1`,
    port,
    ...(options.provenance && { provenance: options.provenance }),
    stats: () => statsOf(state),
    close: () => close(state, listening),
  };
}

function assemble(
  input: EngineOptionsInput,
  core: EngineCore | undefined,
): { options: ServedOptions; core: EngineCore; inside: EngineInside | undefined } {
  const { server, engine, core: coreOptions } = readEngineOptions(input);
  const assembled: AssembledEngine = core ? { core, facts: {} } : engine.assemble(coreOptions, server.seed);
  return { core: assembled.core, inside: assembled.inside, options: servedOptions(server, assembled.facts) };
}

/** So that the first request does not pay for compiling what all of them need. */
async function warmUp(model: string): Promise<void> {
  for (let i = 0; i < 50; i++) {
    await chat.parse({ model, messages: [{ role: 'user', content: `Warm words, round ${i}, before anybody asks.` }] });
  }
}

function readApiKey(variable: string | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const key = process.env[variable];
  if (key) return key;
  throw new MetronError('NO_API_KEY', `the environment variable ${variable} is not set`, {
    hint: 'put the key that clients must send into it, or leave --api-key-env out',
  });
}

const packageVersion = (): string =>
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')).version;

function statsOf({ driver, metrics }: ServerState): RunningEngineStats {
  const { running, waiting } = driver.stats();
  const latenessP99Seconds = driver.lateness.quantile(0.99);
  const crowdedFlushSeconds = driver.crowdedFlush;
  const waited = coreWaitSeconds();
  return {
    requests: metrics.requests,
    running,
    waiting,
    promptTokens: metrics.promptTokens,
    generationTokens: metrics.generationTokens,
    ...(latenessP99Seconds === undefined ? {} : { latenessP99Seconds }),
    ...(crowdedFlushSeconds === undefined ? {} : { crowdedFlushSeconds }),
    ...(waited === undefined ? {} : { coreWaitSeconds: waited }),
    faults: Object.fromEntries(metrics.faults),
  };
}

async function close(state: ServerState, listening: Listening): Promise<void> {
  state.closing = true;
  await listening.close();
  state.driver.close();
  await state.trace.close();
}
