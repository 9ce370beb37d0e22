import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { pendingTokens } from '../loop/sequence.ts';
import { admitHead } from './admission.ts';
import { colocated } from './colocated.ts';
import type { SchedulerDefinition } from './definition.ts';

/**
 * Orca: iteration-level batching of whole prompts with all decodes. Memory for the longest
 * possible answer is reserved at admission, so nothing is ever preempted and few fit.
 */
class Orca implements Scheduler {
  readonly #settings: SchedulerSettings;

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
  }

  plan(state: SchedulerState, batch: Batch): void {
    const { maxSequences, maxModelLength } = this.#settings;
    for (const sequence of state.running) batch.decodes.push(sequence);
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      if (state.running.length >= maxSequences || !state.kv.admit(head, 0, maxModelLength)) break;
      admitHead(state, head, 0);
      batch.chunks.push({ sequence: head, tokens: pendingTokens(head) });
    }
    batch.steady = batch.chunks.length === 0;
  }
}

export const orca: SchedulerDefinition = {
  kind: 'orca',
  aliases: [],
  summary: 'Orca: whole prompts join the decodes, memory reserved for the longest answer',
  defaults: ({ maxModelLength }) => ({
    maxBatchedTokens: maxModelLength,
    maxSequences: 16,
    reservesMaximum: true,
    wholePrompts: false,
  }),
  assemble: colocated((settings) => new Orca(settings)),
};
