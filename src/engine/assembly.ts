import type { CostModel } from './cost/cost-model.ts';
import type { BatchLoop } from './loop/batch-loop.ts';
import type { LoopSink } from './loop/loop-parts.ts';
import type { Scheduler, SchedulerSettings } from './loop/scheduler.ts';
import type { Sequence } from './loop/sequence.ts';

/** Something with a future: the engine always advances the one whose next event is due first. */
export interface Station {
  /** When it next does something; infinity while idle. */
  nextAt(): number;
  /** Does what is due next, and nothing after `to`. */
  step(to: number): void;
}

/** What an engine is put together from. */
export interface EngineParts {
  readonly settings: SchedulerSettings;
  readonly cost: CostModel;
  /** Bytes of keys and values of one token, all ranks together. */
  readonly kvBytesPerToken: number;
  /** Tokens per key-value block. */
  readonly blockSize: number;
  readonly disaggregation: DisaggregationOptions;
  /** Batches under way at once: one for each pipeline stage. */
  readonly microBatches: number;
  /** Where tokens go. */
  readonly sink: LoopSink;
  /** A loop of its own with memory and a seeded stream of its own. */
  createLoop(name: string, scheduler: Scheduler, options?: LoopOptions): BatchLoop;
}

export interface LoopOptions {
  readonly sink?: LoopSink;
  readonly pipelineDepth?: 0 | 1;
}

export interface DisaggregationOptions {
  readonly prefillEngines: number;
  readonly decodeEngines: number;
  /** Bytes per second between a prefill and a decode engine, and nanoseconds to set a transfer up. */
  readonly linkBandwidth: number;
  readonly linkSetup: number;
  /** Share of a transfer hidden behind the prefill (layer by layer). */
  readonly overlap: number;
  /** Where token 1 is emitted: when the prefill ends, or when its keys and values have arrived. */
  readonly firstTokenFrom: 'prefill' | 'decode';
}

/** The parts put together. */
export interface Assembly {
  readonly stations: readonly Station[];
  readonly loops: readonly BatchLoop[];
  enqueue(sequence: Sequence, at: number): void;
  cancel(sequence: Sequence, at: number): void;
  /** Requests between loops. */
  inTransit(): number;
}
