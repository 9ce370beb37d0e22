import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { pendingTokens } from '../loop/sequence.ts';
import { admitHead, reserveWhole } from './admission.ts';

/** The prefill side of a disaggregated engine: whole prompts, first come first served. */
export class PrefillOnly implements Scheduler {
  readonly #settings: SchedulerSettings;

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
  }

  plan(state: SchedulerState, batch: Batch): void {
    const { maxBatchedTokens, maxSequences } = this.#settings;
    let budget = maxBatchedTokens;
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      const tokens = pendingTokens(head);
      if (batch.chunks.length >= maxSequences || (batch.chunks.length > 0 && tokens > budget)) break;
      const hit = reserveWhole(state, head, 0);
      if (hit === undefined) break;
      admitHead(state, head, hit);
      batch.chunks.push({ sequence: head, tokens: tokens - hit });
      budget -= tokens - hit;
    }
  }
}
