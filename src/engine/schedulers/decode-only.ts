import { nanosecondsPerSecond } from '../../core/units.ts';
import type { Batch } from '../loop/batch.ts';
import type { Scheduler, SchedulerSettings, SchedulerState } from '../loop/scheduler.ts';
import type { Sequence } from '../loop/sequence.ts';

/** Bytes per second between GPU and host memory. */
const hostLink = 25e9;

/**
 * The decode side of a disaggregated engine: requests come with their keys and values. Without
 * memory the last one is copied out to the host; copied-out ones return before newcomers start.
 */
export class DecodeOnly implements Scheduler {
  readonly #settings: SchedulerSettings;
  readonly #nanosecondsPerBlock: number;
  #outside: Sequence[] = [];

  constructor(settings: SchedulerSettings, bytesPerBlock: number) {
    this.#settings = settings;
    this.#nanosecondsPerBlock = (bytesPerBlock / hostLink) * nanosecondsPerSecond;
  }

  plan(state: SchedulerState, batch: Batch): void {
    const before = state.running.length;
    this.#copyIn(state, batch);
    // Newcomers hold memory already: with nothing running they must go first, or nobody would.
    if (this.#outside.length === 0 || state.running.length === 0) this.#admit(state);
    const admitted = state.running.length !== before;
    const copies = this.#decode(state, batch);
    batch.steady = !admitted && !copies && this.#outside.length === 0;
  }

  #copyIn(state: SchedulerState, batch: Batch): void {
    this.#outside = this.#outside.filter(({ state }) => state !== 'ended');
    for (let first = this.#outside[0]; first !== undefined; first = this.#outside[0]) {
      if (state.running.length >= this.#settings.maxSequences) break;
      if (!state.kv.grow(first, first.computed + this.#settings.tokensPerDecode)) break;
      this.#outside.shift();
      state.admit(first);
      batch.extra += first.blocks * this.#nanosecondsPerBlock;
    }
  }

  #admit(state: SchedulerState): void {
    for (let head = state.waiting.head(); head !== undefined; head = state.waiting.head()) {
      if (state.running.length >= this.#settings.maxSequences) break;
      state.waiting.take();
      state.admit(head);
    }
  }

  /** True if someone had to leave. */
  #decode(state: SchedulerState, batch: Batch): boolean {
    let copies = false;
    for (let i = 0; i < state.running.length; i++) {
      const sequence = state.running[i];
      while (
        sequence?.state === 'running' &&
        !state.kv.grow(sequence, sequence.computed + this.#settings.tokensPerDecode)
      ) {
        const victim = state.running.at(-1) ?? sequence;
        batch.extra += victim.blocks * this.#nanosecondsPerBlock;
        state.suspend(victim);
        this.#outside.unshift(victim);
        copies = true;
      }
      if (sequence?.state === 'running') batch.decodes.push(sequence);
    }
    return copies;
  }
}
