import { milliseconds, type Nanoseconds, nanoseconds, nanosecondsPerSecond, seconds } from '../core/units.ts';
import { type Spread, spreadOf } from '../recording/spread.ts';
import type { SourceOptions } from './source-options.ts';
import { runTrial, type TrialResult } from './trial.ts';

/** What a stretch of known load says of this machine. */
export interface SelfTestResult {
  /** How stamps were taken: `A` by the kernel, `B` by user space. */
  readonly path: string;
  /** How far from when it was sent a token was stamped. */
  readonly error: Spread;
  /** How much later than sent user space had it. */
  readonly userError: Spread;
  readonly lateness: Spread;
  readonly tokensPerSecond: number;
  /** Share of the time the busiest reading loop was at work. */
  readonly utilisation: number;
  /** Sent and never found in the records. */
  readonly lost: number;
}

export interface SelfTestLoad {
  readonly streams: number;
  readonly tokensPerSecond: number;
  readonly length: Nanoseconds;
  readonly phases?: SourceOptions['phases'];
  readonly workers?: number;
}

/** What a modest server sends, for two seconds. */
const standardLoad: SelfTestLoad = { streams: 100, tokensPerSecond: 4000, length: seconds(2) };
/** Streams start over this time, so that their first requests are not a herd. */
const ramp = milliseconds(200);

/** Measures this machine's own error with a stamped source in a process of its own. */
export async function selfTest(load: SelfTestLoad = standardLoad): Promise<SelfTestResult> {
  const { streams, tokensPerSecond, length, phases = 'random', workers = 1 } = load;
  const gap = nanoseconds((streams / tokensPerSecond) * nanosecondsPerSecond);
  const tokens = Math.max(2, Math.floor(length / gap));
  const result = await runTrial({
    source: { tokens, gap, firstTokenAfter: milliseconds(2), phases },
    requests: {
      due: Float64Array.from({ length: streams }, (_, i) => Math.round((i / streams) * ramp)),
      tokens: new Uint32Array(streams).fill(tokens),
    },
    workers,
    connections: streams,
  });
  return summarize(result);
}

function summarize(result: TrialResult): SelfTestResult {
  const { facts, errors, delays, lateness, sentAt, tokensSent, tokensFound } = result;
  const last = sentAt.reduce((latest, at) => Math.max(latest, at), 0);
  return {
    path: facts.paths[0] ?? '',
    error: spreadOf(errors.map(Math.abs)),
    userError: spreadOf(errors.map((error, i) => error + (delays[i] ?? 0))),
    lateness: spreadOf(lateness),
    tokensPerSecond: last > 0 ? tokensFound / (last / nanosecondsPerSecond) : 0,
    utilisation: Math.max(...facts.loops.map((loop) => loop?.utilisation ?? 1)),
    lost: tokensSent - tokensFound,
  };
}
