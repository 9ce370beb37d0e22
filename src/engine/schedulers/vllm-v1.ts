import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { isDecoding, knownTokens, pendingTokens, type Sequence } from '../loop/sequence.ts';
import { precedes } from '../loop/waiting-queue.ts';
import { admitHead } from './admission.ts';
import { colocated } from './colocated.ts';
import type { SchedulerDefinition } from './definition.ts';

/**
 * vLLM V1: one token budget for everything. Running requests come first, in order of admission,
 * then newcomers; a prompt that does not fit the rest of the budget is cut into chunks.
 */
class VllmV1 implements Scheduler {
  readonly #settings: SchedulerSettings;

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
  }

  plan(state: SchedulerState, batch: Batch): void {
    let budget = this.#settings.maxBatchedTokens;
    let preempted = false;
    for (let i = 0; i < state.running.length && budget > 0; i++) {
      const sequence = state.running[i];
      if (sequence === undefined) break;
      const want = this.#want(sequence, budget);
      if (sequence.computed + want > sequence.capacity) {
        const before = state.running.length;
        budget += this.#makeRoom(state, batch, sequence, want);
        if (state.running.length < before) preempted = true;
        if (sequence.state !== 'running') break;
      }
      schedule(batch, sequence, want);
      budget -= want;
    }
    const before = state.running.length;
    if (!preempted) this.#admitWaiting(state, batch, budget);
    batch.steady =
      !preempted &&
      batch.chunks.length === 0 &&
      batch.decodes.length === state.running.length &&
      state.running.length === before;
  }

  #want(sequence: Sequence, budget: number): number {
    const { longPrefillThreshold, tokensPerDecode } = this.#settings;
    const all = isDecoding(sequence) ? tokensPerDecode : pendingTokens(sequence);
    return Math.min(longPrefillThreshold > 0 ? Math.min(all, longPrefillThreshold) : all, budget);
  }

  /** Preempts until `want` more tokens fit or the sequence itself had to go; the budget that came free. */
  #makeRoom(state: SchedulerState, batch: Batch, sequence: Sequence, want: number): number {
    let tokens = 0;
    while (!state.kv.grow(sequence, sequence.computed + want)) {
      const victim = this.#victim(state, sequence);
      tokens += unschedule(batch, victim, this.#settings.tokensPerDecode);
      state.preempt(victim);
      if (victim === sequence) break;
    }
    return tokens;
  }

  #victim({ running }: SchedulerState, sequence: Sequence): Sequence {
    const last = running.at(-1) ?? sequence;
    if (this.#settings.policy === 'fcfs') return last;
    return running.reduce((worst, other) => (precedes(worst, other) ? other : worst), last);
  }

  #admitWaiting(state: SchedulerState, batch: Batch, budgetLeft: number): void {
    let budget = budgetLeft;
    for (let head = state.waiting.head(); head !== undefined && budget > 0; head = state.waiting.head()) {
      if (state.running.length >= this.#settings.maxSequences) break;
      const hit = state.kv.lookUp(head);
      const { longPrefillThreshold } = this.#settings;
      const rest = knownTokens(head) - hit;
      const want = Math.min(longPrefillThreshold > 0 ? Math.min(rest, longPrefillThreshold) : rest, budget);
      if (!state.kv.admit(head, hit, hit + want)) break;
      admitHead(state, head, hit);
      batch.chunks.push({ sequence: head, tokens: want });
      budget -= want;
    }
  }
}

function schedule(batch: Batch, sequence: Sequence, tokens: number): void {
  if (isDecoding(sequence)) batch.decodes.push(sequence);
  else batch.chunks.push({ sequence, tokens });
}

/** A victim by priority may already be in the batch: takes it out and returns the tokens it had. */
function unschedule(batch: Batch, sequence: Sequence, tokensPerDecode: number): number {
  const decode = batch.decodes.indexOf(sequence);
  if (decode >= 0) {
    batch.decodes.splice(decode, 1);
    return tokensPerDecode;
  }
  const index = batch.chunks.findIndex((chunk) => chunk.sequence === sequence);
  return index < 0 ? 0 : (batch.chunks.splice(index, 1)[0]?.tokens ?? 0);
}

export const vllmV1: SchedulerDefinition = {
  kind: 'vllm-v1',
  aliases: ['vllm_v1', 'vllm'],
  summary: 'vLLM of today: one token budget, chunked prefill, prefix caching',
  defaults: ({ largeBatches }) => ({
    maxBatchedTokens: largeBatches ? 8192 : 2048,
    maxSequences: largeBatches ? 1024 : 256,
    prefixCaching: true,
    pipelineDepth: 1,
  }),
  assemble: colocated((settings) => new VllmV1(settings)),
};
