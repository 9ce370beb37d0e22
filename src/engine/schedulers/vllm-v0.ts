import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { pendingTokens } from '../loop/sequence.ts';
import { admitHead, growOrPreempt, reserveWhole } from './admission.ts';
import { colocated } from './colocated.ts';
import type { SchedulerDefinition } from './definition.ts';

/**
 * vLLM V0: whole prompts first. An iteration is all prefill or all decode, so every running
 * request stalls while newcomers are prefilled.
 */
class VllmV0 implements Scheduler {
  readonly #settings: SchedulerSettings;

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
  }

  plan(state: SchedulerState, batch: Batch): void {
    this.#prefills(state, batch);
    if (batch.chunks.length > 0) return;
    const preempted = this.#decodes(state, batch);
    batch.steady = !preempted;
  }

  #prefills(state: SchedulerState, batch: Batch): void {
    const { maxBatchedTokens, maxSequences, watermarkBlocks } = this.#settings;
    let budget = maxBatchedTokens;
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      if (state.running.length >= maxSequences) break;
      const tokens = pendingTokens(head);
      if (batch.chunks.length > 0 && tokens > budget) break;
      const hit = reserveWhole(state, head, watermarkBlocks);
      if (hit === undefined) break;
      admitHead(state, head, hit);
      budget -= tokens - hit;
      batch.chunks.push({ sequence: head, tokens: tokens - hit });
    }
    if (batch.chunks.length > 0) sortByArrival(state.running);
  }

  #decodes(state: SchedulerState, batch: Batch): boolean {
    const { running } = state;
    const before = running.length;
    for (let i = 0; i < running.length; i++) {
      const sequence = running[i];
      if (sequence === undefined || !growOrPreempt(state, sequence, this.#settings.tokensPerDecode)) break;
      batch.decodes.push(sequence);
    }
    return running.length < before;
  }
}

/** Newcomers are at the tail; only one re-admitted after preemption can be out of place. */
function sortByArrival(running: SchedulerState['running']): void {
  for (let i = 1; i < running.length; i++) {
    const before = running[i - 1];
    const sequence = running[i];
    if (before !== undefined && sequence !== undefined && before.arrivedAt > sequence.arrivedAt) {
      running.sort((a, b) => a.arrivedAt - b.arrivedAt);
      return;
    }
  }
}

export const vllmV0: SchedulerDefinition = {
  kind: 'vllm-v0',
  aliases: ['vllm_v0'],
  summary: 'vLLM before 2025: whole prompts first, running requests stall meanwhile',
  defaults: ({ maxModelLength }) => ({
    maxBatchedTokens: Math.max(maxModelLength, 2048),
    maxSequences: 256,
    watermark: 0.01,
    wholePrompts: true,
  }),
  assemble: colocated((settings) => new VllmV0(settings)),
};
