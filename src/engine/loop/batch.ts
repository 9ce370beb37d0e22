import type { IterationLoad } from '../cost/cost-model.ts';
import type { Sequence } from './sequence.ts';

export interface Chunk {
  readonly sequence: Sequence;
  readonly tokens: number;
}

/** One iteration as the scheduler planned it. The loop owns one and has it filled anew each time. */
export interface Batch {
  readonly chunks: Chunk[];
  readonly decodes: Sequence[];
  /**
   * Every running sequence decodes and nothing was admitted or preempted: planned again, the batch
   * would be the same until a sequence ends, one arrives or memory runs out.
   */
  steady: boolean;
  /** Finished members of a static batch that are computed on: rows and their key-value tokens. */
  idleRows: number;
  idleKvTokens: number;
  /** Nanoseconds on top of the computation: copies between GPU and host. */
  extra: number;
  /** With nothing to run now: plan again at this time. */
  wakeAt: number | undefined;
}

export const emptyBatch = (): Batch => ({
  chunks: [],
  decodes: [],
  steady: false,
  idleRows: 0,
  idleKvTokens: 0,
  extra: 0,
  wakeAt: undefined,
});

export function clearBatch(batch: Batch): void {
  batch.chunks.length = 0;
  batch.decodes.length = 0;
  batch.steady = false;
  batch.idleRows = 0;
  batch.idleKvTokens = 0;
  batch.extra = 0;
  batch.wakeAt = undefined;
}

export const isEmpty = (batch: Batch): boolean => batch.chunks.length === 0 && batch.decodes.length === 0;

/** What the GPU sees of a batch whose decodes each take `tokensPerDecode` tokens. */
export function iterationLoad(batch: Batch, tokensPerDecode: number): IterationLoad {
  let chunkTokens = 0;
  let chunkContext = 0;
  for (const { sequence, tokens } of batch.chunks) {
    chunkTokens += tokens;
    chunkContext += tokens * (sequence.computed + tokens / 2);
  }
  let kvTokens = batch.idleKvTokens;
  for (const sequence of batch.decodes) kvTokens += sequence.computed + 1;
  const rows = batch.decodes.length + batch.idleRows;
  return {
    tokens: chunkTokens + rows * tokensPerDecode,
    chunks: batch.chunks.length,
    chunkTokens,
    chunkContext,
    decodes: rows,
    kvTokens,
  };
}
