import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import { pendingTokens, type Sequence } from '../loop/sequence.ts';
import { admitHead } from './admission.ts';
import { colocated } from './colocated.ts';
import type { SchedulerDefinition } from './definition.ts';

/**
 * FasterTransformer: static batches. A batch is prefilled together and decodes until its last
 * member ends; the memory of those that ended earlier is held, and by default so is their compute.
 */
class FasterTransformer implements Scheduler {
  readonly #settings: SchedulerSettings;
  readonly #ended: Sequence[] = [];

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
  }

  plan(state: SchedulerState, batch: Batch): void {
    if (state.running.length === 0) this.#launch(state, batch);
    else {
      for (const sequence of state.running) batch.decodes.push(sequence);
      this.#pad(batch);
      batch.steady = true;
    }
  }

  keepsMemory(sequence: Sequence): boolean {
    this.#ended.push(sequence);
    return true;
  }

  #launch(state: SchedulerState, batch: Batch): void {
    const { maxSequences, maxModelLength, minBatch, maxWait } = this.#settings;
    for (const sequence of this.#ended.splice(0)) state.kv.release(sequence);
    const first = state.waiting.head();
    if (first === undefined) return;
    const due = first.arrivedAt + maxWait;
    if (state.waiting.size < minBatch && state.now < due) {
      batch.wakeAt = due;
      return;
    }
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      if (state.running.length >= maxSequences || !state.kv.admit(head, 0, maxModelLength)) break;
      admitHead(state, head, 0);
      batch.chunks.push({ sequence: head, tokens: pendingTokens(head) });
    }
  }

  /** All members have generated equally many tokens; the ended ones go on as if they had too. */
  #pad(batch: Batch): void {
    const generated = batch.decodes[0]?.generated ?? 0;
    if (!this.#settings.padFinished) return;
    batch.idleRows = this.#ended.length;
    for (const { promptTokens } of this.#ended) batch.idleKvTokens += promptTokens + generated;
  }
}

export const fasterTransformer: SchedulerDefinition = {
  kind: 'faster-transformer',
  aliases: ['ft', 'static'],
  summary: 'FasterTransformer: static batches, the next one starts when the last member ends',
  defaults: ({ maxModelLength }) => ({
    maxBatchedTokens: maxModelLength,
    maxSequences: 32,
    reservesMaximum: true,
    wholePrompts: false,
  }),
  assemble: colocated((settings) => new FasterTransformer(settings)),
};
