import type { CostModel } from '../cost/cost-model.ts';
import type { KvCache } from '../kv/kv-cache.ts';
import type { IterationNoise } from './iteration-noise.ts';
import type { Pipeline } from './pipeline.ts';
import type { Scheduler } from './scheduler.ts';
import type { Sequence } from './sequence.ts';
import type { Speculation } from './speculation.ts';

/** What a loop reports, in order of time. */
export interface LoopSink {
  emitted(sequence: Sequence, at: number, tokens: number): void;
  /** Each of `sequences` emitted one token at each of the first `count` of `times`. Both are reused. */
  run(sequences: readonly Sequence[], times: Float64Array, count: number): void;
  ended(sequence: Sequence, at: number): void;
  /** A prefill ended; true: the sequence goes elsewhere and its memory stays until the loop is told. */
  leaves?(sequence: Sequence, at: number): boolean;
}

/** Facts of one iteration, for counters and tests. */
export interface Iteration {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly chunkTokens: number;
  readonly decodeTokens: number;
  readonly sequences: number;
}

export interface LoopParts {
  readonly cost: CostModel;
  readonly kv: KvCache;
  readonly scheduler: Scheduler;
  readonly policy: 'fcfs' | 'priority';
  readonly noise: IterationNoise | undefined;
  readonly speculation: Speculation | undefined;
  /** 1: the next batch is frozen when an iteration starts, so a newcomer waits one iteration more. */
  readonly pipelineDepth: 0 | 1;
  /** Stages shared with other loops, which an iteration passes; absent: `cost` is all it takes. */
  readonly pipeline: Pipeline | undefined;
  readonly observe: ((iteration: Iteration) => void) | undefined;
}
