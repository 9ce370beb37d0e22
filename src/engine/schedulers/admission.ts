import type { SchedulerState } from '../loop/scheduler.ts';
import { knownTokens, type Sequence } from '../loop/sequence.ts';

/** Takes the head of the line, its memory being settled: `hit` tokens of it come from the prefix cache. */
export function admitHead(state: SchedulerState, sequence: Sequence, hit: number): void {
  state.waiting.take();
  sequence.computed = hit;
  if (sequence.preemptions === 0) sequence.cachedTokens = hit;
  state.admit(sequence);
}

/** Memory for the whole prompt (and what a preempted sequence had generated); the cached part, or undefined without room. */
export function reserveWhole(state: SchedulerState, sequence: Sequence, watermarkBlocks: number): number | undefined {
  const tokens = knownTokens(sequence);
  if (state.kv.free - state.kv.blocksFor(tokens) < watermarkBlocks) return undefined;
  const hit = state.kv.lookUp(sequence);
  return state.kv.admit(sequence, hit, tokens) ? hit : undefined;
}

/** Room for one more decode step of `sequence`, preempting from the tail of `running`; false if it had to give up itself. */
export function growOrPreempt(state: SchedulerState, sequence: Sequence, tokensPerDecode: number): boolean {
  if (sequence.computed + tokensPerDecode <= sequence.capacity) return true;
  while (!state.kv.grow(sequence, sequence.computed + tokensPerDecode)) {
    const victim = state.running.at(-1) ?? sequence;
    state.preempt(victim);
    if (victim === sequence) return false;
  }
  return true;
}
