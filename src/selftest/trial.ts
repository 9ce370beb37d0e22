import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monotonicClock } from '../core/clock.ts';
import { milliseconds, type Nanoseconds, seconds, toMilliseconds } from '../core/units.ts';
import { Composer } from '../instrument/composer.ts';
import { Instrument, type InstrumentFacts } from '../instrument/instrument.ts';
import type { LoadSetup, TargetSetup } from '../instrument/messages.ts';
import { type Joined, joinWithLog } from './join.ts';
import type { SourceOptions, StampedSource } from './source-options.ts';
import { SourceProcess } from './source-process.ts';

export interface TrialRequests {
  /** When each is due, ascending, nanoseconds of the run. */
  readonly due: Float64Array;
  /** Tokens each is answered with. */
  readonly tokens: Uint32Array;
}

export interface TrialOptions {
  readonly source: SourceOptions;
  /** Starts another source than the one in TypeScript. */
  readonly startSource?: (options: SourceOptions) => Promise<StampedSource>;
  readonly requests: TrialRequests;
  readonly workers?: number;
  /** So many users ask one request after the other, all from the start on; the times in `requests` mean nothing then. */
  readonly users?: number;
  /** Connections opened ahead; one a request if absent. */
  readonly connections?: number;
  /** Read by user space although the kernel would stamp. */
  readonly stamps?: TargetSetup['stamps'];
  readonly http?: TargetSetup['http'];
  /** Between these times of the run the processor time is counted. */
  readonly window?: { readonly from: Nanoseconds; readonly to: Nanoseconds };
}

export interface TrialResult extends Joined {
  readonly facts: InstrumentFacts;
  /** Processor time of the whole process in the window, nanoseconds, all threads, kernel included. */
  readonly cpu?: Nanoseconds;
  /** The most memory the process held, bytes. */
  readonly memory: number;
  /** What it held, once a second until the last answer had ended. */
  readonly memoryBySecond: readonly number[];
}

/** Room for every thread to learn when the run starts before it does. */
const startAhead = milliseconds(50);

/** A whole run of the instrument against a stamped source, joined with what the source sent. */
export async function runTrial(options: TrialOptions): Promise<TrialResult> {
  const folder = await mkdtemp(join(tmpdir(), 'metron-trial-'));
  const source = await (options.startSource ?? SourceProcess.start)(options.source);
  const recordsPath = join(folder, 'records.jsonl');
  const instrument = new Instrument(instrumentOptions(options, source.port, recordsPath));
  try {
    await instrument.ready();
    await instrument.warm(options.connections ?? options.requests.due.length);
    const composer = new Composer(workOf(options.requests));
    while (!composer.done) instrument.give(composer.batch(1024, 8 << 20));
    instrument.noMoreOrders();
    const origin = process.hrtime.bigint() + BigInt(startAhead);
    const meter = measure(monotonicClock(origin).now, options.window);
    instrument.start(origin);
    await instrument.sentAll();
    await instrument.drained();
    const { cpu, ...held } = meter.end();
    const facts = await instrument.close();
    const joined = await joinWithLog(recordsPath, await source.log(), Number(origin));
    return { ...joined, facts, ...held, ...(cpu !== undefined && { cpu }) };
  } finally {
    await Promise.all([instrument.terminate(), source.close()]);
    await rm(folder, { recursive: true, force: true });
  }
}

function instrumentOptions(
  { requests, stamps, http, source, users, workers = 1 }: TrialOptions,
  port: number,
  recordsPath: string,
) {
  const scheme = source.tls ? 'https' : 'http';
  const never = seconds(3600);
  return {
    workers,
    target: {
      url: `${scheme}://127.0.0.1:${port}/v1/chat/completions`,
      headers: {},
      ...(source.tls && { tls: { insecure: true } }),
      ...(stamps && { stamps }),
      ...(http && { http }),
    },
    load: users === undefined ? { model: 'open' as const } : closedLoad(users, requests.due.length),
    recorder: {
      protocol: 'openai-chat',
      tokenizer: 'o200k',
      recordsPath,
      requests: {
        scheduledAt: requests.due,
        promptTokens: new Uint32Array(requests.due.length).fill(1),
        outputTokens: requests.tokens,
      },
      measureFrom: 0 as Nanoseconds,
      timeouts: { connect: never, firstToken: never, betweenTokens: never, total: never },
      keepText: false,
      secrets: [],
    },
  };
}

function closedLoad(users: number, count: number): LoadSetup {
  return {
    model: 'closed',
    users,
    starts: new Array(users).fill(0),
    think: 0 as Nanoseconds,
    until: seconds(3600),
    next: new Int32Array(new SharedArrayBuffer(4)),
    count,
  };
}

function workOf({ due, tokens }: TrialRequests) {
  const encoder = new TextEncoder();
  return {
    count: due.length,
    scheduledAt: due,
    body: (request: number) =>
      encoder.encode(
        JSON.stringify({
          model: 'stamped',
          messages: [{ role: 'user', content: 'go' }],
          stream: true,
          max_tokens: tokens[request],
        }),
      ),
  };
}

/** Processor time within the window, and the most memory held up to the end. */
function measure(now: () => Nanoseconds, window: TrialOptions['window']) {
  let before: NodeJS.CpuUsage | undefined;
  let cpu: Nanoseconds | undefined;
  const timers = window
    ? [
        setTimeout(() => {
          before = process.cpuUsage();
        }, toMilliseconds(window.from) - toMilliseconds(now())),
        setTimeout(() => {
          const { user, system } = process.cpuUsage(before);
          cpu = ((user + system) * 1e3) as Nanoseconds;
        }, toMilliseconds(window.to) - toMilliseconds(now())),
      ]
    : [];
  const memoryBySecond: number[] = [];
  const looking = setInterval(() => memoryBySecond.push(process.memoryUsage.rss()), 1000);
  return {
    end() {
      clearInterval(looking);
      for (const timer of timers) clearTimeout(timer);
      return { cpu, memory: process.resourceUsage().maxRSS * bytesPerKibibyte, memoryBySecond };
    },
  };
}

const bytesPerKibibyte = 1024;
