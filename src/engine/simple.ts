import { z } from 'zod';
import { type Random, randomStream } from '../core/random.ts';
import { milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { Emission, EngineCore, EngineRequest, EngineStats } from './core.ts';
import { DueQueue } from './due-queue.ts';

const simpleOptions = z.object({
  firstTokenMs: z.number().nonnegative().default(120).describe('first token of an empty prompt, milliseconds'),
  perPromptTokenMs: z.number().nonnegative().default(0.15).describe('more for each prompt token, milliseconds'),
  firstTokenJitter: z.number().min(0).max(2).default(0.03).describe('sigma of the lognormal factor on it'),
  gapMs: z.number().nonnegative().default(18).describe('median time between tokens, milliseconds'),
  gapJitter: z.number().min(0).max(2).default(0.1).describe('sigma of the lognormal factor on it'),
  stallProbability: z.number().min(0).max(1).default(0.0017).describe('probability that a gap is a stall'),
  stallMinMs: z.number().nonnegative().default(400).describe('shortest stall, milliseconds'),
  stallMaxMs: z.number().nonnegative().default(1200).describe('longest stall, milliseconds'),
  slots: z.number().int().positive().default(24).describe('requests served at once; more wait in line'),
  inStep: z.boolean().default(false).describe('all requests get their tokens in common steps, as in a batch'),
});

export type SimpleOptions = z.output<typeof simpleOptions>;

/**
 * The simple engine: a first-token time linear in the prompt, a token gap with lognormal jitter,
 * a stall now and then, and a line in front of a fixed number of slots. It models no hardware;
 * what it does is written in its options.
 */
export const simple = {
  kind: 'simple',
  summary: 'fixed first-token time and token gap with jitter, stalls, and a queue',
  options: simpleOptions,
  create: (options: SimpleOptions, seed: number | string): EngineCore => new SimpleCore(options, seed),
};

interface Active {
  readonly request: EngineRequest;
  readonly random: Random;
  /** When it got its slot. */
  readonly since: Nanoseconds;
  produced: number;
  /** Its prompt is done and the step at which it joins the others is known. */
  joined: boolean;
}

interface Waiting {
  readonly request: EngineRequest;
  readonly since: Nanoseconds;
}

class SimpleCore implements EngineCore {
  readonly #options: SimpleOptions;
  readonly #seed: number | string;
  readonly #stepRandom: Random;
  readonly #active = new Map<number, Active>();
  readonly #agenda = new DueQueue<Active>();
  #waiting: Waiting[] = [];
  /** Requests that have their first token and want more. */
  #decoding = 0;
  /** The last common step and the one after it. */
  #step = { at: -1, next: -1 };

  constructor(options: SimpleOptions, seed: number | string) {
    this.#options = options;
    this.#seed = seed;
    this.#stepRandom = randomStream(seed, 'simple/steps');
  }

  submit(request: EngineRequest, at: Nanoseconds): void {
    if (this.#active.size < this.#options.slots) this.#start(request, at);
    else this.#waiting.push({ request, since: at });
  }

  cancel(id: number, at: Nanoseconds): void {
    const active = this.#active.get(id);
    if (active) this.#release(active, at);
    else this.#waiting = this.#waiting.filter(({ request }) => request.id !== id);
  }

  nextAt(): Nanoseconds | undefined {
    for (;;) {
      const due = this.#agenda.peek();
      if (due === undefined || this.#isActive(due.item)) return due?.at;
      this.#agenda.pop();
    }
  }

  advance(to: Nanoseconds, emit: (emission: Emission) => void): void {
    for (let at = this.nextAt(); at !== undefined && at <= to; at = this.nextAt()) {
      const due = this.#agenda.pop();
      if (due) this.#turn(due.item, at, emit);
    }
  }

  stats(): EngineStats {
    return {
      waiting: this.#waiting.length,
      running: this.#active.size,
      preemptions: 0,
      kvUsed: this.#active.size,
      kvTotal: this.#options.slots,
    };
  }

  /** A cancelled request stays in the agenda until its turn comes. */
  #isActive(item: Active): boolean {
    return this.#active.get(item.request.id) === item;
  }

  #start(request: EngineRequest, at: Nanoseconds): void {
    const { firstTokenMs, perPromptTokenMs, firstTokenJitter } = this.#options;
    // A stream of its own, so that a request's pace does not depend on what else is served.
    const random = randomStream(this.#seed, `simple/request/${request.id}`);
    const active: Active = { request, random, since: at, produced: 0, joined: false };
    this.#active.set(request.id, active);
    const median = firstTokenMs + perPromptTokenMs * request.promptTokens;
    const wait = milliseconds(median * Math.exp(firstTokenJitter * random.normal()));
    this.#agenda.push(nanoseconds(at + wait), active);
  }

  #turn(active: Active, at: Nanoseconds, emit: (emission: Emission) => void): void {
    const { id, outputTokens } = active.request;
    if (!active.joined) {
      active.joined = true;
      const joins = this.#joinsAt(at);
      if (joins > at) {
        this.#agenda.push(joins, active);
        return;
      }
    }
    active.produced++;
    if (active.produced === 1) this.#decoding++;
    emit({ kind: 'tokens', id, at, tokens: 1 });
    if (active.produced < outputTokens) {
      this.#agenda.push(this.#nextTokenAt(active, at), active);
      return;
    }
    this.#release(active, at);
    emit({ kind: 'finished', id, at, cachedTokens: 0, scheduledAt: active.since });
  }

  /** A prompt that is done joins the common step that comes next, if there is one. */
  #joinsAt(at: Nanoseconds): Nanoseconds {
    const { next } = this.#step;
    return this.#options.inStep && this.#decoding > 0 && next > at ? (next as Nanoseconds) : at;
  }

  #nextTokenAt(active: Active, at: Nanoseconds): Nanoseconds {
    if (!this.#options.inStep) return nanoseconds(at + this.#gap(active.random));
    if (this.#step.at !== at) this.#step = { at, next: at + this.#gap(this.#stepRandom) };
    return this.#step.next as Nanoseconds;
  }

  #gap(random: Random): Nanoseconds {
    const { gapMs, gapJitter, stallProbability, stallMinMs, stallMaxMs } = this.#options;
    const pace = gapMs * Math.exp(gapJitter * random.normal());
    const stalls = random.next() < stallProbability;
    const stall = stallMinMs + (stallMaxMs - stallMinMs) * random.next();
    return milliseconds(stalls ? pace + stall : pace);
  }

  #release(active: Active, at: Nanoseconds): void {
    if (active.produced > 0) this.#decoding--;
    this.#active.delete(active.request.id);
    const next = this.#waiting.shift();
    if (next) this.#start(next.request, nanoseconds(Math.max(at, next.since)));
  }
}
