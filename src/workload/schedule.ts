import { createHash } from 'node:crypto';
import { MetronError } from '../core/errors.ts';
import { seedStreams } from '../core/random.ts';
import { phases } from '../core/record.ts';
import { type Nanoseconds, nanosecondsPerSecond } from '../core/units.ts';
import { type ArrivalOptions, arrivals } from './arrivals/index.ts';
import { type LengthOptions, type LengthPair, lengths } from './lengths/index.ts';

interface Kind {
  readonly kind: string;
}

/** What of a plan decides the schedule; a resolved plan fits as it is. */
export interface ScheduleOptions {
  readonly load: {
    /** Open loop: requests arrive whatever the server does. */
    readonly arrivals?: (Kind & ArrivalOptions) | undefined;
    /** Closed loop: each user waits for an answer before the next request. */
    readonly closed?: { readonly users: number } | undefined;
    /** Requests in all, warm-up included. */
    readonly requests?: number | undefined;
    /** How long requests are sent, warm-up included. */
    readonly duration?: Nanoseconds | undefined;
  };
  readonly phases: { readonly warmup: Nanoseconds };
  readonly workload: {
    readonly prompt?: (Kind & LengthOptions) | undefined;
    readonly output?: (Kind & LengthOptions) | undefined;
    /** Instead of both: lengths of prompt and answer that belong together. */
    readonly paired?:
      | {
          readonly rows?: readonly LengthPair[] | undefined;
          /** Drawn at random (the default), or one after the other and again from the first. */
          readonly order?: 'drawn' | 'given' | undefined;
        }
      | undefined;
    readonly cache: 'cold' | 'warm';
    readonly tokenizer: string;
    readonly salt?: string | undefined;
  };
}

/** Everything that will be sent, decided before the first send. Parallel arrays by request id. */
export interface Schedule {
  readonly count: number;
  /** Open loop: when each leaves, ns from the start of the run, ascending. */
  readonly scheduledAt?: Float64Array;
  /** Open loop: index into `phases` of core/record, by scheduled time. A closed loop decides in the run. */
  readonly phase?: Uint8Array;
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
  readonly content: { readonly key: string; readonly cache: 'cold' | 'warm'; readonly tokenizer: string };
  /** SHA-256 of times, phases and lengths, hexadecimal. */
  readonly hash: string;
}

/** More than any client on one machine sends in a run, and few enough to hold in memory. */
export const mostRequests = 20_000_000;

/** A closed loop by time needs work in stock: more than the fastest server answers. */
const closedStock = { perUserSecond: 200, atMost: 2_000_000 };

const impossible = (message: string, hint: string): never => {
  throw new MetronError('PLAN_IMPOSSIBLE', message, { hint });
};

function drawArrivals({ load }: ScheduleOptions, open: Kind & ArrivalOptions, seed: number): Float64Array {
  const process = arrivals.get(open.kind);
  const { requests = mostRequests, duration = Number.POSITIVE_INFINITY } = load;
  if (load.requests === undefined && (load.duration === undefined || !process.endsByDuration)) {
    impossible(`${open.kind} arrivals never end by themselves`, 'set load.requests (--requests)');
  }
  const gaps = process.gaps(open, seedStreams(seed, ['arrivals']).arrivals);
  const times: number[] = [];
  let time = 0;
  while (times.length < requests) {
    const gap = gaps.next();
    if (gap.done) break;
    time += gap.value;
    if (time >= duration) break;
    times.push(time);
  }
  if (times.length >= mostRequests) {
    impossible(`the plan asks for more than ${mostRequests} requests`, 'lower the rate, the duration or the count');
  }
  return Float64Array.from(times);
}

function countClosed({ load }: ScheduleOptions, users: number): number {
  if (load.requests !== undefined) return Math.min(load.requests, mostRequests);
  const seconds = (load.duration ?? 0) / nanosecondsPerSecond;
  return Math.ceil(Math.min(users * Math.max(1, seconds * closedStock.perUserSecond), closedStock.atMost));
}

function drawLengths({ workload }: ScheduleOptions, count: number, seed: number) {
  const random = seedStreams(seed, ['prompt-lengths', 'output-lengths', 'pairs']);
  const promptTokens = new Uint32Array(count);
  const outputTokens = new Uint32Array(count);
  const { prompt, output, paired } = workload;
  if (paired) {
    const rows = paired.rows ?? impossible('workload.paired has no rows', 'give rows, or a file that has them');
    for (let i = 0; i < count; i++) {
      const [promptLength, outputLength] = rows[
        paired.order === 'given' ? i % rows.length : random.pairs.below(rows.length)
      ] ?? [1, 1];
      promptTokens[i] = promptLength;
      outputTokens[i] = outputLength;
    }
    return { promptTokens, outputTokens };
  }
  if (!prompt || !output) return impossible('the plan has no lengths', 'set workload.prompt and workload.output');
  const drawPrompt = lengths.get(prompt.kind).draw(prompt);
  const drawOutput = lengths.get(output.kind).draw(output);
  for (let i = 0; i < count; i++) {
    promptTokens[i] = drawPrompt(random['prompt-lengths']);
    outputTokens[i] = drawOutput(random['output-lengths']);
  }
  return { promptTokens, outputTokens };
}

function markPhases(scheduledAt: Float64Array, warmup: Nanoseconds): Uint8Array {
  const measure = phases.indexOf('measure');
  const phase = Uint8Array.from(scheduledAt, (at) => (at < warmup ? phases.indexOf('warmup') : measure));
  if (scheduledAt.length === 0) {
    impossible('no request arrives before the run ends', 'raise the rate or the duration, or set load.requests');
  }
  if (!phase.includes(measure)) {
    impossible(`all ${scheduledAt.length} requests fall into the warm-up`, 'shorten phases.warmup or send for longer');
  }
  return phase;
}

function hashOf(arrays: readonly (Float64Array | Uint8Array | Uint32Array | undefined)[]): string {
  const hash = createHash('sha256').update('metron.schedule/1');
  for (const array of arrays) {
    hash.update(`/${array?.length ?? 'none'}/`);
    if (array) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest('hex');
}

/** Draws arrivals and lengths from streams of their own, so that changing the one never moves the other. */
export function buildSchedule(options: ScheduleOptions, seed: number): Schedule {
  const { load, workload } = options;
  const scheduledAt = load.arrivals && drawArrivals(options, load.arrivals, seed);
  const count = scheduledAt ? scheduledAt.length : countClosed(options, load.closed?.users ?? 1);
  const phase = scheduledAt && markPhases(scheduledAt, options.phases.warmup);
  const { promptTokens, outputTokens } = drawLengths(options, count, seed);
  const { cache, tokenizer, salt = '' } = workload;
  return {
    count,
    ...(scheduledAt && { scheduledAt }),
    ...(phase && { phase }),
    promptTokens,
    outputTokens,
    content: { key: cache === 'warm' ? `warm/${salt}` : `${seed}/${salt}`, cache, tokenizer },
    hash: hashOf([scheduledAt, phase, promptTokens, outputTokens]),
  };
}
