import type { IterationLoad } from '../cost/cost-model.ts';
import type { KvCache } from '../kv/kv-cache.ts';
import { Agenda } from './agenda.ts';
import { type Batch, clearBatch, emptyBatch, isEmpty, iterationLoad } from './batch.ts';
import type { LoopParts, LoopSink } from './loop-parts.ts';
import type { SchedulerState } from './scheduler.ts';
import { knownTokens, type Sequence } from './sequence.ts';
import type { Speculation } from './speculation.ts';
import { steadyLimit } from './steady-limit.ts';
import { WaitingQueue } from './waiting-queue.ts';

/** Longest run of iterations computed in one go. */
const longestRun = 4096;

/**
 * One engine process: iteration after iteration on a virtual clock. A batch is planned at an
 * iteration's end; its tokens leave at its own end.
 */
export class BatchLoop implements SchedulerState {
  readonly waiting: WaitingQueue;
  readonly running: Sequence[] = [];
  readonly kv: KvCache;
  now = 0;
  iterations = 0;
  preemptions = 0;
  readonly #parts: LoopParts;
  readonly #sink: LoopSink;
  readonly #agenda = new Agenda();
  readonly #batch: Batch = emptyBatch();
  readonly #times = new Float64Array(longestRun);
  /** End of the iteration under way; undefined while idle. */
  #busyUntil: number | undefined;
  /** The iteration that ends there has already been accounted for, by a run. */
  #applied = false;
  #startedAt = 0;

  constructor(parts: LoopParts, sink: LoopSink) {
    this.#parts = parts;
    this.#sink = sink;
    this.kv = parts.kv;
    this.waiting = new WaitingQueue(parts.policy);
  }

  get waitingCount(): number {
    return this.waiting.size + this.#agenda.hidden;
  }

  enqueue(sequence: Sequence, at: number): void {
    this.#agenda.enqueue(sequence, at);
  }

  cancel(sequence: Sequence, at: number): void {
    this.#agenda.cancel(sequence, at);
  }

  /** Memory came free from outside: plan again. */
  wake(at: number): void {
    this.#agenda.wake(at);
  }

  nextAt(): number {
    return this.#busyUntil ?? this.#agenda.nextAt();
  }

  /** Goes through the boundary at `nextAt()` and, if what follows is a run of equal iterations, through those that end by `to`. */
  step(to: number): void {
    const end = this.#busyUntil;
    let frozenAt = Number.POSITIVE_INFINITY;
    if (end === undefined) this.now = Math.max(this.now, this.nextAt());
    else {
      this.now = end;
      this.#busyUntil = undefined;
      if (!this.#applied) this.#complete();
      if (this.#parts.pipelineDepth === 1) frozenAt = this.#startedAt;
    }
    this.#agenda.takeIn(this.now, this.#drop);
    this.#plan(frozenAt);
    // Nothing in the pipeline: an idle engine takes newcomers at once.
    if (isEmpty(this.#batch) && this.#agenda.hidden > 0) this.#plan(Number.POSITIVE_INFINITY);
    if (isEmpty(this.#batch)) {
      if (this.#batch.wakeAt !== undefined) this.wake(this.#batch.wakeAt);
    } else if (this.#batch.steady && !this.#parts.speculation && !this.#parts.pipeline) this.#run(to);
    else this.#start(this.#endOf(iterationLoad(this.#batch, this.#parts.speculation?.tokensPerDecode ?? 1)));
  }

  admit(sequence: Sequence): void {
    sequence.state = 'running';
    sequence.scheduledAt ??= this.now;
    this.running.push(sequence);
  }

  preempt(sequence: Sequence): void {
    this.kv.remember(sequence);
    this.suspend(sequence);
    sequence.computed = 0;
    this.waiting.putBack(sequence);
  }

  suspend(sequence: Sequence): void {
    const index = this.running.lastIndexOf(sequence);
    if (index >= 0) this.running.splice(index, 1);
    this.kv.release(sequence);
    sequence.state = 'waiting';
    sequence.preemptions++;
    this.preemptions++;
  }

  readonly #drop = (sequence: Sequence): void => {
    if (sequence.state === 'running') this.running.splice(this.running.indexOf(sequence), 1);
    else this.waiting.remove(sequence);
    this.kv.release(sequence);
    sequence.state = 'ended';
  };

  #plan(frozenAt: number): void {
    this.#agenda.show(frozenAt, this.#queue);
    let before: number;
    do {
      before = this.preemptions;
      clearBatch(this.#batch);
      this.#parts.scheduler.plan(this, this.#batch);
      // A sequence that had to give up its own memory leaves room to plan with.
    } while (isEmpty(this.#batch) && this.preemptions > before);
  }

  readonly #queue = (sequence: Sequence): void => this.waiting.push(sequence);

  /** When an iteration that starts now ends. */
  #endOf(load: IterationLoad): number {
    const { cost, pipeline, speculation } = this.#parts;
    const drafting = this.#batch.decodes.length > 0 ? (speculation?.costFactor ?? 1) : 1;
    if (pipeline) return pipeline.pass(this.now, load, (duration) => this.#noisy(duration * drafting));
    return this.#after(cost.iteration(load) * drafting);
  }

  #after(duration: number): number {
    return this.now + Math.round(this.#noisy(duration) + this.#batch.extra);
  }

  #noisy(duration: number): number {
    const { noise } = this.#parts;
    return noise ? noise(duration) : duration;
  }

  #start(end: number): void {
    const { observe, speculation } = this.#parts;
    this.#startedAt = this.now;
    this.#busyUntil = end;
    this.#applied = false;
    this.iterations++;
    observe?.({
      startedAt: this.now,
      endedAt: end,
      chunkTokens: this.#batch.chunks.reduce((sum, { tokens }) => sum + tokens, 0),
      decodeTokens: this.#batch.decodes.length * (speculation?.tokensPerDecode ?? 1),
      sequences: this.#batch.chunks.length + this.#batch.decodes.length,
    });
  }

  /** The planned batch again and again: its cost is a line in the key-value tokens it reads. */
  #run(to: number): void {
    const { cost } = this.#parts;
    const load = iterationLoad(this.#batch, 1);
    const { base, perKvToken } = cost.decodeLine(load.decodes, load.tokens);
    const limit = Math.min(longestRun, steadyLimit(this.#batch.decodes, this.kv));
    const times = this.#times;
    let kvTokens = load.kvTokens;
    let steps = 0;
    while (steps < limit) {
      const end = this.#after(Math.max(cost.floor, base + perKvToken * kvTokens));
      this.#start(end);
      if (end > to) break;
      this.now = end;
      times[steps++] = end;
      kvTokens += load.decodes;
      this.#applied = true;
      if (this.#agenda.hidden > 0 || this.#agenda.nextAt() <= end) break;
    }
    this.#decoded(steps, this.#applied ? 0 : 1);
  }

  /** `steps` decode iterations, which ended at `#times`, are over; `underWay` more has its memory taken. */
  #decoded(steps: number, underWay: number): void {
    const { decodes } = this.#batch;
    if (steps === 0 || decodes.length === 0) return;
    let ended = false;
    for (const sequence of decodes) {
      sequence.generated += steps;
      sequence.computed += steps;
      if (sequence.computed + underWay > sequence.capacity) this.kv.grow(sequence, sequence.computed + underWay);
      if (sequence.committed < sequence.keys.length) this.kv.commit(sequence);
      if (sequence.generated >= sequence.outputTokens) ended = true;
    }
    this.#sink.run(decodes, this.#times, steps);
    if (!ended) return;
    for (const sequence of decodes) if (isDone(sequence)) this.#end(sequence);
    this.#clear();
  }

  #speculated(speculation: Speculation): void {
    for (const sequence of this.#batch.decodes) {
      const tokens = Math.min(speculation.accepted(), sequence.outputTokens - sequence.generated);
      sequence.computed += tokens;
      this.#emit(sequence, tokens);
    }
    this.#clear();
  }

  #complete(): void {
    const { speculation } = this.#parts;
    this.#times[0] = this.now;
    if (speculation) this.#speculated(speculation);
    else this.#decoded(1, 0);
    if (this.#batch.chunks.length === 0) return;
    for (const { sequence, tokens } of this.#batch.chunks) {
      sequence.computed += tokens;
      this.kv.commit(sequence);
      if (sequence.computed === knownTokens(sequence)) this.#prefilled(sequence);
    }
    this.#clear();
  }

  #prefilled(sequence: Sequence): void {
    if (this.#sink.leaves?.(sequence, this.now)) {
      sequence.generated++;
      sequence.state = 'ended';
    } else this.#emit(sequence, 1);
  }

  #emit(sequence: Sequence, tokens: number): void {
    sequence.generated += tokens;
    this.kv.commit(sequence);
    this.#sink.emitted(sequence, this.now, tokens);
    if (isDone(sequence)) this.#end(sequence);
  }

  #end(sequence: Sequence): void {
    sequence.state = 'ended';
    if (!this.#parts.scheduler.keepsMemory?.(sequence)) this.kv.release(sequence);
    this.#sink.ended(sequence, this.now);
  }

  /** Takes the ended out of `running`, order kept. */
  #clear(): void {
    let kept = 0;
    for (const sequence of this.running) if (sequence.state === 'running') this.running[kept++] = sequence;
    this.running.length = kept;
  }
}

const isDone = (sequence: Sequence): boolean => sequence.generated >= sequence.outputTokens;
