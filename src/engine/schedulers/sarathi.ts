import { type Batch, isEmpty } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { isDecoding, pendingTokens, type Sequence } from '../loop/sequence.ts';
import { admitHead, growOrPreempt, reserveWhole } from './admission.ts';
import { chunkSizeAt } from './chunk-size.ts';
import { colocated } from './colocated.ts';
import type { SchedulerDefinition } from './definition.ts';

/**
 * Sarathi-Serve: decodes never stall. Every iteration takes all decodes, then fills a fixed chunk
 * with prefill tokens. A prompt's whole memory is reserved at admission.
 */
class Sarathi implements Scheduler {
  readonly #settings: SchedulerSettings;
  /** The ablation that chunks but does not mix: prefill and decode iterations take turns. */
  readonly #alternate: boolean;
  #lastWasPrefill = false;

  constructor(settings: SchedulerSettings, alternate = false) {
    this.#settings = settings;
    this.#alternate = alternate;
  }

  plan(state: SchedulerState, batch: Batch): void {
    const before = state.running.length;
    if (!this.#alternate || this.#lastWasPrefill) this.#decodes(state, batch);
    const prefillTurn = !this.#alternate || batch.decodes.length === 0;
    const preempted = state.running.length < before;
    if (prefillTurn) this.#prefills(state, batch);
    if (isEmpty(batch)) this.#decodes(state, batch);
    this.#lastWasPrefill = batch.chunks.length > 0;
    batch.steady = prefillTurn && !this.#lastWasPrefill && !preempted && batch.decodes.length === before;
  }

  #decodes(state: SchedulerState, batch: Batch): void {
    const { tokensPerDecode } = this.#settings;
    for (let i = 0; i < state.running.length; i++) {
      const sequence = state.running[i];
      if (sequence === undefined || !isDecoding(sequence)) continue;
      if (!growOrPreempt(state, sequence, tokensPerDecode)) break;
      batch.decodes.push(sequence);
    }
  }

  #prefills(state: SchedulerState, batch: Batch): void {
    const { maxBatchedTokens, chunkSchedule, maxSequences, watermarkBlocks, tokensPerDecode } = this.#settings;
    let used = batch.decodes.length * tokensPerDecode;
    const chunkAt = (computed: number) => chunkSizeAt(maxBatchedTokens, chunkSchedule, computed) - used;
    const take = (sequence: Sequence) => Math.min(pendingTokens(sequence), chunkAt(sequence.computed));
    for (const sequence of batch.decodes.length < state.running.length ? state.running : []) {
      const tokens = isDecoding(sequence) ? 0 : take(sequence);
      if (tokens <= 0) continue;
      batch.chunks.push({ sequence, tokens });
      used += tokens;
    }
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      if (state.running.length >= maxSequences || chunkAt(state.kv.lookUp(head)) <= 0) break;
      const hit = reserveWhole(state, head, watermarkBlocks);
      if (hit === undefined) break;
      admitHead(state, head, hit);
      const tokens = take(head);
      batch.chunks.push({ sequence: head, tokens });
      used += tokens;
    }
  }
}

const limits = { maxSequences: 128, watermark: 0.01 };

export const sarathi: SchedulerDefinition = {
  kind: 'sarathi',
  aliases: ['sarathi-serve'],
  summary: 'Sarathi-Serve: stall-free, prefill chunks ride along with all decodes',
  defaults: () => ({ ...limits, maxBatchedTokens: 512 }),
  assemble: colocated((settings) => new Sarathi(settings)),
};

export const sarathiHybridOnly: SchedulerDefinition = {
  kind: 'sarathi-hybrid-only',
  aliases: [],
  summary: 'ablation of Sarathi-Serve: whole prompts mixed with decodes, no chunks',
  defaults: ({ maxModelLength }) => ({ ...limits, maxBatchedTokens: maxModelLength }),
  assemble: colocated((settings) => new Sarathi(settings)),
};

export const sarathiChunkedOnly: SchedulerDefinition = {
  kind: 'sarathi-chunked-only',
  aliases: [],
  summary: 'ablation of Sarathi-Serve: prefill chunks and decodes take turns',
  defaults: () => ({ ...limits, maxBatchedTokens: 512 }),
  assemble: colocated((settings) => new Sarathi(settings, true)),
};
