import { randomStream } from '../core/random.ts';
import { milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { Assembly, EngineParts, LoopOptions, Station } from './assembly.ts';
import type { Emission, EngineCore, EngineRequest, EngineStats } from './core.ts';
import { DueQueue } from './due-queue.ts';
import { designEngine, type EngineDesign, ingressTime, type OwnHardware } from './engine-design.ts';
import { type EngineOptions, engineOptions } from './engine-options.ts';
import { CountingKv } from './kv/counting-kv.ts';
import { prefixKeys } from './kv/prefix-keys.ts';
import { PrefixKv } from './kv/prefix-kv.ts';
import { BatchLoop } from './loop/batch-loop.ts';
import { iterationNoise } from './loop/iteration-noise.ts';
import type { Iteration, LoopSink } from './loop/loop-parts.ts';
import { Pipeline } from './loop/pipeline.ts';
import type { Scheduler } from './loop/scheduler.ts';
import { createSequence, type Sequence } from './loop/sequence.ts';
import { type Speculation, speculation } from './loop/speculation.ts';
import { Outbox } from './outbox.ts';
import { refusal } from './refusal.ts';
import type { TimelineSink } from './timeline-sink.ts';

export interface SimulatedEngine extends EngineCore {
  readonly design: EngineDesign;
  /** As `advance`, in whole runs. A request may be submitted from within the sink. */
  advanceTimelines(to: Nanoseconds, sink: TimelineSink): void;
  counters(): EngineCounters;
  /** Forgets cached prefixes nobody uses. */
  resetPrefixes(): void;
}

export interface EngineCounters {
  readonly iterations: number;
  readonly prefixQueries: number;
  readonly prefixHits: number;
  /** Drafted tokens, the times that one sequence was drafted for, and the tokens accepted. */
  readonly drafts: number;
  readonly draftRounds: number;
  readonly acceptedDrafts: number;
  readonly inTransit: number;
}

export interface EngineHooks extends OwnHardware {
  /** Called for each iteration as it starts. */
  readonly observe?: (iteration: Iteration) => void;
}

/**
 * A faithful engine without a GPU: real scheduling and memory management over a cost model of
 * iterations. Tokens leave at the end of the iteration that made them. Same options, same seed,
 * same submissions: the same event log, byte for byte, however time is cut by `advance`.
 */
export function createSimulatedEngine(
  options: EngineOptions = {},
  seed: number | string = 0,
  hooks: EngineHooks = {},
): SimulatedEngine {
  return new Engine(designEngine(options, hooks), seed, hooks.observe);
}

/** The definition drivers list beside the simple engine. */
export const simulated = {
  kind: 'simulated',
  summary: 'a model on a GPU under a real scheduler: batching, memory, preemption, prefix cache',
  options: engineOptions,
  create: (options: EngineOptions, seed: number | string): SimulatedEngine => createSimulatedEngine(options, seed),
};

class Engine implements SimulatedEngine {
  readonly design: EngineDesign;
  readonly #assembly: Assembly;
  readonly #speculations: Speculation[] = [];
  readonly #egress: number;
  /** Requests that have not ended. */
  readonly #alive = new Map<number, Sequence>();
  readonly #refused = new DueQueue<{ readonly id: number; readonly reason: string }>();
  readonly #stations: readonly Station[];
  readonly #outbox = new Outbox();
  #sink: TimelineSink = this.#outbox.sink;

  constructor(design: EngineDesign, seed: number | string, observe: ((iteration: Iteration) => void) | undefined) {
    this.design = design;
    this.#egress = milliseconds(design.options.egressMs);
    this.#assembly = design.scheduler.assemble(this.#parts(seed, observe));
    this.#stations = [...this.#assembly.stations, this.#refusals()];
  }

  submit(request: EngineRequest, at: Nanoseconds): void {
    const arrival = at + ingressTime(this.design.options, request.promptTokens);
    const reason = refusal(this.design, request);
    if (reason !== undefined) {
      this.#refused.push(arrival as Nanoseconds, { id: request.id, reason });
      return;
    }
    const keys = this.design.prefixCaching && request.blockHashes ? prefixKeys(request.blockHashes) : noKeys;
    const sequence = createSequence(request, arrival, keys);
    this.#outbox.unmute(request.id);
    this.#alive.set(request.id, sequence);
    this.#assembly.enqueue(sequence, arrival);
  }

  cancel(id: number, at: Nanoseconds): void {
    const sequence = this.#alive.get(id);
    if (sequence === undefined) return;
    this.#alive.delete(id);
    this.#outbox.mute(id, at);
    this.#assembly.cancel(sequence, at);
  }

  nextAt(): Nanoseconds | undefined {
    let next = this.#outbox.nextAt();
    for (const station of this.#stations) next = Math.min(next, station.nextAt());
    return next === Number.POSITIVE_INFINITY ? undefined : nanoseconds(next);
  }

  advance(to: Nanoseconds, emit: (emission: Emission) => void): void {
    this.#sink = this.#outbox.sink;
    this.#drive(to);
    this.#outbox.flush(to, emit);
  }

  advanceTimelines(to: Nanoseconds, sink: TimelineSink): void {
    this.#sink = sink;
    this.#drive(to);
  }

  stats(): EngineStats {
    const { loops } = this.#assembly;
    const sum = (of: (loop: BatchLoop) => number) => loops.reduce((total, loop) => total + of(loop), 0);
    return {
      waiting: sum((loop) => loop.waitingCount) + this.#assembly.inTransit(),
      running: sum((loop) => loop.running.length),
      preemptions: sum((loop) => loop.preemptions),
      kvUsed: sum(({ kv }) => kv.total - kv.free),
      kvTotal: sum(({ kv }) => kv.total),
    };
  }

  counters(): EngineCounters {
    const { loops } = this.#assembly;
    const sum = (of: (loop: BatchLoop) => number) => loops.reduce((total, loop) => total + of(loop), 0);
    return {
      iterations: sum((loop) => loop.iterations),
      prefixQueries: sum(({ kv }) => kv.queries),
      prefixHits: sum(({ kv }) => kv.hits),
      drafts: this.#speculations.reduce((total, { drafts }) => total + drafts, 0),
      draftRounds: this.#speculations.reduce((total, { rounds }) => total + rounds, 0),
      acceptedDrafts: this.#speculations.reduce((total, { acceptedDrafts }) => total + acceptedDrafts, 0),
      inTransit: this.#assembly.inTransit(),
    };
  }

  resetPrefixes(): void {
    for (const { kv } of this.#assembly.loops) kv.resetPrefixes();
  }

  #drive(to: number): void {
    for (;;) {
      let first: Station | undefined;
      let firstAt = Number.POSITIVE_INFINITY;
      let bound = to;
      for (const station of this.#stations) {
        const at = station.nextAt();
        if (at < firstAt) {
          bound = Math.min(bound, firstAt);
          [first, firstAt] = [station, at];
        } else bound = Math.min(bound, at);
      }
      if (first === undefined || firstAt > to) return;
      first.step(bound);
    }
  }

  #parts(seed: number | string, observe: ((iteration: Iteration) => void) | undefined): EngineParts {
    const { design } = this;
    const { options } = design;
    const sink = this.#loopSink();
    const pipeline = design.pipeline && new Pipeline(design.pipeline);
    return {
      settings: design.settings,
      cost: design.cost,
      kvBytesPerToken: design.kvBytesPerToken,
      blockSize: options.blockSize,
      disaggregation: design.disaggregation,
      microBatches: options.pipelineParallel,
      sink,
      createLoop: (name: string, scheduler: Scheduler, loop: LoopOptions = {}) => {
        const drafting = speculation(options, randomStream(seed, `engine/${name}/speculation`));
        if (drafting) this.#speculations.push(drafting);
        const Kv = design.prefixCaching ? PrefixKv : CountingKv;
        return new BatchLoop(
          {
            cost: design.cost,
            kv: new Kv(design.kvBlocks, options.blockSize),
            scheduler,
            policy: options.policy,
            noise: iterationNoise(options, randomStream(seed, `engine/${name}/noise`)),
            speculation: drafting,
            pipelineDepth: loop.pipelineDepth ?? design.pipelineDepth,
            pipeline,
            observe,
          },
          loop.sink ?? sink,
        );
      },
    };
  }

  /** From the loops' time to the sockets': everything leaves one egress delay later. */
  #loopSink(): LoopSink {
    const egress = this.#egress;
    return {
      emitted: ({ id }, at, tokens) => this.#sink.tokens(id, (at + egress) as Nanoseconds, tokens),
      run: (sequences, times, count) => {
        for (let i = 0; i < count; i++) times[i] = (times[i] ?? 0) + egress;
        this.#sink.run(sequences, times, count);
      },
      ended: ({ id, cachedTokens, scheduledAt, arrivedAt, preemptions }, at) => {
        this.#alive.delete(id);
        this.#sink.finished(id, (at + egress) as Nanoseconds, {
          cachedTokens,
          scheduledAt: (scheduledAt ?? arrivedAt) as Nanoseconds,
          preemptions,
        });
      },
    };
  }

  #refusals(): Station {
    return {
      nextAt: () => this.#refused.peek()?.at ?? Number.POSITIVE_INFINITY,
      step: () => {
        const due = this.#refused.pop();
        if (due) this.#sink.rejected(due.item.id, (due.at + this.#egress) as Nanoseconds, due.item.reason);
      },
    };
  }
}

const noKeys: readonly number[] = [];
