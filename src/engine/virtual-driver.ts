import type { Phase, RequestRecord } from '../core/record.ts';
import { milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import type { EngineStats } from './core.ts';
import type { EngineDesign } from './engine-design.ts';
import type { EngineOptions } from './engine-options.ts';
import {
  createSimulatedEngine,
  type EngineCounters,
  type EngineHooks,
  type SimulatedEngine,
} from './simulated-engine.ts';
import { TimeSlabs } from './time-slabs.ts';
import { Timeline } from './timeline.ts';
import type { RequestFacts } from './timeline-sink.ts';

/** One request of a schedule, as far as an engine cares. */
export interface SimulatedRequest {
  /** When the plan wants it sent; a closed loop sends it when a user is free. */
  readonly scheduledAt: Nanoseconds;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Hash of each full block of the prompt; prompts that share a beginning share the first ones. */
  readonly blockHashes?: readonly number[];
  readonly priority?: number;
  readonly session?: number;
  readonly phase?: Phase;
}

export interface SimulationOptions {
  readonly seed?: number | string;
  /** Closed loop with this many users; absent: open loop. */
  readonly users?: number;
  /** Closed loop: when each user asks for the first time; all at once if absent. */
  readonly starts?: readonly Nanoseconds[];
  /** Closed loop: pause between an answer's end and the user's next request. */
  readonly thinkTime?: Nanoseconds;
  /** The simulated clock stops here; what is unfinished is cut off. */
  readonly until?: Nanoseconds;
  readonly hooks?: EngineHooks;
}

export interface SimulatedRecord {
  readonly record: RequestRecord;
  /** What no client can see; absent if the request never finished. */
  readonly facts?: RequestFacts;
}

export interface Simulation {
  /** In the schedule's order. */
  readonly records: readonly RequestRecord[];
  /** By request, as `records`. */
  readonly facts: readonly (RequestFacts | undefined)[];
  readonly design: EngineDesign;
  readonly stats: EngineStats;
  readonly counters: EngineCounters;
}

/** A whole benchmark in virtual time: the records a run against this engine would have left, network left out. */
export function simulate(
  schedule: readonly SimulatedRequest[],
  engine: EngineOptions,
  options: SimulationOptions = {},
): Simulation {
  const records: RequestRecord[] = new Array(schedule.length);
  const facts: (RequestFacts | undefined)[] = new Array(schedule.length);
  const core = simulateInto(schedule, engine, options, (ended) => {
    records[ended.record.id] = ended.record;
    facts[ended.record.id] = ended.facts;
  });
  return { records, facts, design: core.design, stats: core.stats(), counters: core.counters() };
}

/** As `simulate`, handing over each record as it ends and keeping none. */
export function simulateInto(
  schedule: readonly SimulatedRequest[],
  engine: EngineOptions,
  options: SimulationOptions,
  keep: (ended: SimulatedRecord) => void,
): SimulatedEngine {
  const core = createSimulatedEngine(engine, options.seed ?? 0, options.hooks);
  const timelines: (Timeline | undefined)[] = new Array(schedule.length);
  const slabs = new TimeSlabs(schedule.reduce((sum, { outputTokens }) => sum + outputTokens, 0));
  let next = 0;

  const submit = (index: number, at: Nanoseconds): void => {
    const request = schedule[index];
    if (request === undefined) return;
    timelines[index] = new Timeline(index, request, at, slabs);
    core.submit({ id: index, ...withoutSchedule(request) }, at);
  };
  const end = (id: number, ended: SimulatedRecord, at: Nanoseconds): void => {
    timelines[id] = undefined;
    keep(ended);
    if (options.users !== undefined && next < schedule.length) {
      submit(next++, (at + (options.thinkTime ?? 0)) as Nanoseconds);
    }
  };

  if (options.users === undefined)
    for (const [index, { scheduledAt }] of schedule.entries()) submit(index, scheduledAt);
  else
    for (; next < Math.min(options.users, schedule.length); next++)
      submit(next, options.starts?.[next] ?? nanoseconds(0));

  // What leaves the engine by then but would arrive later has not been seen.
  const egress = milliseconds(core.design.options.egressMs);
  const horizon = (options.until ?? Number.POSITIVE_INFINITY) - egress;
  core.advanceTimelines(horizon as Nanoseconds, {
    tokens: (id, at, tokens) => timelines[id]?.add(at, tokens),
    run: (requests, times, count) => {
      for (const { id } of requests) timelines[id]?.addRun(times, count);
    },
    finished: (id, at, facts) => {
      const timeline = timelines[id];
      if (timeline) end(id, { record: timeline.completed(at, facts, core.design.prefixCaching), facts }, at);
    },
    rejected: (id, at, reason) => {
      const timeline = timelines[id];
      if (timeline) end(id, { record: timeline.rejected(at, reason) }, at);
    },
  });
  cutOff(timelines, options.until, keep);
  for (let index = next; options.users !== undefined && index < schedule.length; index++) {
    const request = schedule[index];
    if (request) keep({ record: new Timeline(index, request, request.scheduledAt, slabs).unsent() });
  }
  return core;
}

/** What the clock left unfinished. */
function cutOff(
  timelines: readonly (Timeline | undefined)[],
  until: Nanoseconds | undefined,
  keep: (ended: SimulatedRecord) => void,
): void {
  for (const timeline of timelines) if (timeline) keep({ record: timeline.cutOff(until) });
}

const withoutSchedule = ({ promptTokens, outputTokens, blockHashes, priority }: SimulatedRequest) => ({
  promptTokens,
  outputTokens,
  ...(blockHashes === undefined ? {} : { blockHashes }),
  ...(priority === undefined ? {} : { priority }),
});
