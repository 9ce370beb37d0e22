import type { Nanoseconds } from '../../core/units.ts';
import { nanosecondsPerSecond } from '../../core/units.ts';
import type { EngineParts, Station } from '../assembly.ts';
import { DueQueue } from '../due-queue.ts';
import type { BatchLoop } from '../loop/batch-loop.ts';
import { createSequence, type Sequence } from '../loop/sequence.ts';

/** A request between its prefill and its decode engine. */
interface Handover {
  readonly sequence: Sequence;
  readonly from: BatchLoop;
  /** Once a decode engine has taken it: the request's life there. */
  target?: { readonly loop: BatchLoop; readonly sequence: Sequence };
}

type Due = { readonly kind: 'arrived'; readonly handover: Handover } | { readonly kind: 'cancel'; readonly id: number };

/** A decode engine takes no more while those it has taken but not started hold this share of its memory. */
const waitingShare = 0.05;

/**
 * Moves keys and values: in order, as soon as a decode engine has room. Each engine has one link, on which
 * copies go one after the other at its speed; setting one up overlaps with others.
 */
export class TransferBridge implements Station {
  readonly #parts: EngineParts;
  readonly #decodeLoops: readonly BatchLoop[];
  readonly #due = new DueQueue<Due>();
  readonly #handovers = new Map<number, Handover>();
  #line: Handover[] = [];
  readonly #taken = new Map<BatchLoop, Set<Sequence>>();
  /** Until when each engine's link copies. */
  readonly #copyingUntil = new Map<BatchLoop, number>();

  constructor(parts: EngineParts, decodeLoops: readonly BatchLoop[]) {
    this.#parts = parts;
    this.#decodeLoops = decodeLoops;
    for (const loop of decodeLoops) this.#taken.set(loop, new Set());
  }

  get inTransit(): number {
    return this.#line.length + this.#due.size;
  }

  /** Requests wait for a decode engine with room. */
  get isAwaited(): boolean {
    return this.#line.length > 0;
  }

  nextAt(): number {
    return this.#due.peek()?.at ?? Number.POSITIVE_INFINITY;
  }

  step(): void {
    const due = this.#due.pop();
    if (due === undefined) return;
    if (due.item.kind === 'arrived') this.#deliver(due.item.handover, due.at);
    else this.#drop(due.item.id, due.at);
    this.accept(due.at);
  }

  push(sequence: Sequence, from: BatchLoop, at: number): void {
    const handover: Handover = { sequence, from };
    this.#handovers.set(sequence.id, handover);
    this.#line.push(handover);
    this.accept(at);
  }

  cancel(id: number, at: number): void {
    this.#due.push(at as Nanoseconds, { kind: 'cancel', id });
  }

  forget(id: number): void {
    this.#handovers.delete(id);
  }

  /** Hands over as many as the decode engines have room for. */
  accept(at: number): void {
    for (let head = this.#line[0]; head !== undefined; head = this.#line[0]) {
      const loop = this.#roomiest(head.sequence);
      if (loop === undefined) return;
      this.#line.shift();
      this.#take(head, loop, at);
    }
  }

  #roomiest({ promptTokens }: Sequence): BatchLoop | undefined {
    let best: BatchLoop | undefined;
    for (const loop of this.#decodeLoops) {
      if (loop.kv.free < loop.kv.blocksFor(promptTokens) || this.#waitingBlocks(loop) >= waitingShare * loop.kv.total)
        continue;
      if (best === undefined || loop.kv.free > best.kv.free) best = loop;
    }
    return best;
  }

  #waitingBlocks(loop: BatchLoop): number {
    const taken = this.#taken.get(loop) ?? new Set();
    let blocks = 0;
    for (const sequence of taken) {
      if (sequence.state === 'waiting') blocks += sequence.blocks;
      else taken.delete(sequence);
    }
    return blocks;
  }

  #take(handover: Handover, loop: BatchLoop, at: number): void {
    const { sequence } = handover;
    const copy = createSequence(sequence.request, sequence.arrivedAt, []);
    copy.generated = 1;
    copy.computed = sequence.promptTokens;
    copy.scheduledAt = sequence.scheduledAt;
    copy.cachedTokens = sequence.cachedTokens;
    copy.preemptions = sequence.preemptions;
    loop.kv.grow(copy, copy.computed);
    handover.target = { loop, sequence: copy };
    this.#taken.get(loop)?.add(copy);

    const arrival = this.#copied(sequence.promptTokens, handover.from, loop, at);
    this.#due.push(arrival as Nanoseconds, { kind: 'arrived', handover });
  }

  /** When the keys and values of so many tokens have gone from one engine to the other. */
  #copied(tokens: number, from: BatchLoop, to: BatchLoop, at: number): number {
    const { linkBandwidth, linkSetup, overlap } = this.#parts.disaggregation;
    const bytes = (1 - overlap) * tokens * this.#parts.kvBytesPerToken;
    const links = [from, to].map((loop) => this.#copyingUntil.get(loop) ?? 0);
    const end = Math.max(at + linkSetup, ...links) + (bytes / linkBandwidth) * nanosecondsPerSecond;
    for (const loop of [from, to]) this.#copyingUntil.set(loop, end);
    return Math.round(end);
  }

  #deliver({ sequence, from, target }: Handover, at: number): void {
    from.kv.release(sequence);
    from.wake(at);
    if (target === undefined || target.sequence.state === 'ended') return;
    if (this.#parts.disaggregation.firstTokenFrom === 'decode') this.#parts.sink.emitted(target.sequence, at, 1);
    target.loop.enqueue(target.sequence, at);
  }

  #drop(id: number, at: number): void {
    const handover = this.#handovers.get(id);
    if (handover === undefined) return;
    this.#handovers.delete(id);
    if (handover.target) handover.target.loop.cancel(handover.target.sequence, at);
    else {
      this.#line = this.#line.filter((other) => other !== handover);
      handover.from.kv.release(handover.sequence);
      handover.from.wake(at);
    }
  }
}
