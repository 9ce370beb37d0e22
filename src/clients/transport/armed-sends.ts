import type { Clock } from '../../core/clock.ts';
import type { Nanoseconds } from '../../core/units.ts';
import { type SendBuffer, sendBuffer } from '../../system/direct-send.ts';
import {
  type ArmedMemory,
  addressAt,
  armedStates,
  descriptorAt,
  dueAt,
  lengthAt,
  sentAt,
  slotCount,
  slotOf,
  stateAt,
  stateOf,
  takenAt,
  writtenAt,
} from './armed-memory.ts';
import type { HeadWriter } from './request-head.ts';

const arenaBytes = 1 << 20;

const rehearsals = 500;
const rehearsedBody = new Uint8Array(64);
/** No socket: the system refuses it at once. */
const noDescriptor = -1;

/** A request that has gone to the kernel. */
export interface Departure {
  readonly sentAt: Nanoseconds;
  /** Undefined where that is not known yet, although an answer has begun. */
  readonly writtenAt: Nanoseconds | undefined;
  /** What the kernel did not take. */
  readonly rest: Buffer | undefined;
}

/** The side of the thread that reads: arms requests ahead and learns what became of them. */
export class ArmedSends {
  readonly #memory: ArmedMemory;
  readonly #buffer: SendBuffer;
  readonly #clock: Clock;
  /** By slot: where its bytes lie in the arena, and whether it is of no more use to us. */
  readonly #start = new Uint32Array(slotCount);
  readonly #end = new Uint32Array(slotCount);
  readonly #done = new Uint8Array(slotCount);
  /** How many were ever armed and given back; both in order. */
  #next = 0;
  #first = 0;

  constructor(memory: ArmedMemory, buffer: SendBuffer, clock: Clock) {
    this.#memory = memory;
    this.#buffer = buffer;
    this.#clock = clock;
  }

  /** Lays a request out, to leave at `due` whether or not this thread is awake; undefined where there is no room. */
  arm(descriptor: number, due: number, head: HeadWriter, request: number, body: Uint8Array): number | undefined {
    const start = this.#room(head.mostBytes + body.length);
    if (start === undefined) return undefined;
    const { bytes, address } = this.#buffer;
    const bodyAt = head.write(bytes, start, request, body.length);
    bytes.set(body, bodyAt);
    const count = this.#next++;
    const slot = slotOf(count);
    const length = bodyAt + body.length - start;
    this.#start[slot] = start;
    this.#end[slot] = start + length;
    this.#done[slot] = 0;
    const { words, numbers, armed, bell } = this.#memory;
    words[descriptorAt(slot)] = descriptor;
    words[lengthAt(slot)] = length;
    numbers[addressAt(slot)] = address + start;
    numbers[dueAt(slot)] = due;
    Atomics.store(words, stateAt(slot), stateOf(count, armedStates.armed));
    Atomics.store(armed, 0, this.#next);
    Atomics.add(bell, 0, 1);
    Atomics.notify(bell, 0);
    return count;
  }

  /** Takes a request back; false if it has left, or is leaving. */
  recall(count: number): boolean {
    if (!this.#claim(count)) return false;
    this.#done[slotOf(count)] = 1;
    return true;
  }

  /**
   * Sends a request now if it has not left; undefined while the other thread is at it. Who cannot wait, since an
   * answer has begun, insists.
   */
  depart(count: number, insist = false): Departure | undefined {
    const slot = slotOf(count);
    const { words, numbers } = this.#memory;
    if (this.#claim(count)) {
      numbers[sentAt(slot)] = this.#clock.now();
      words[takenAt(slot)] = this.#buffer.send(
        words[descriptorAt(slot)] ?? 0,
        this.#start[slot] ?? 0,
        this.#end[slot] ?? 0,
      );
      numbers[writtenAt(slot)] = this.#clock.now();
    } else if (Atomics.load(words, stateAt(slot)) === stateOf(count, armedStates.leaving)) {
      if (!insist) return undefined;
      this.#done[slot] = 1;
      return { sentAt: numbers[sentAt(slot)] as Nanoseconds, writtenAt: undefined, rest: undefined };
    }
    const reached = (this.#start[slot] ?? 0) + (words[takenAt(slot)] ?? 0);
    const end = this.#end[slot] ?? 0;
    const rest = reached < end ? Buffer.from(this.#buffer.bytes.subarray(reached, end)) : undefined;
    this.#done[slot] = 1;
    return { sentAt: numbers[sentAt(slot)] as Nanoseconds, writtenAt: numbers[writtenAt(slot)] as Nanoseconds, rest };
  }

  /** Walks the way of a request without a socket, often enough for V8 to compile it before the first one leaves. */
  rehearse(head: HeadWriter): void {
    for (let request = 0; request < rehearsals; request++) {
      const count = this.arm(noDescriptor, Number.POSITIVE_INFINITY, head, request, rehearsedBody);
      if (count !== undefined) this.depart(count);
    }
  }

  #claim(count: number): boolean {
    const armed = stateOf(count, armedStates.armed);
    const at = stateAt(slotOf(count));
    return Atomics.compareExchange(this.#memory.words, at, armed, stateOf(count, armedStates.void)) === armed;
  }

  /** Where so many bytes fit in one piece, if a slot is free too. */
  #room(length: number): number | undefined {
    this.#giveBack();
    if (this.#next - this.#first === slotCount) return undefined;
    if (this.#next === this.#first) return length <= arenaBytes ? 0 : undefined;
    const oldest = this.#start[slotOf(this.#first)] ?? 0;
    const end = this.#end[slotOf(this.#next - 1)] ?? 0;
    if (end <= oldest) return length < oldest - end ? end : undefined;
    if (length <= arenaBytes - end) return end;
    return length < oldest ? 0 : undefined;
  }

  #giveBack(): void {
    for (; this.#first < this.#next; this.#first++) {
      const slot = slotOf(this.#first);
      const leaving = Atomics.load(this.#memory.words, stateAt(slot)) === stateOf(this.#first, armedStates.leaving);
      if (this.#done[slot] === 0 || leaving) return;
    }
  }
}

/** Absent where there is no shorter way to the kernel than Node's. The memory is never given back. */
export function armedSends(memory: ArmedMemory, clock: Clock): ArmedSends | undefined {
  const buffer = sendBuffer(arenaBytes);
  return buffer && new ArmedSends(memory, buffer, clock);
}
