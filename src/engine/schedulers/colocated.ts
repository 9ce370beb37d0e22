import type { Assembly, EngineParts } from '../assembly.ts';
import type { BatchLoop } from '../loop/batch-loop.ts';
import type { LoopSink } from '../loop/loop-parts.ts';
import type { Scheduler, SchedulerSettings } from '../loop/scheduler.ts';
import { LeastLoadedRouter } from './least-loaded-router.ts';

type CreateScheduler = (settings: SchedulerSettings) => Scheduler;

/** Prefill and decode in one engine: one loop, or one for each micro-batch that its pipeline stages hold at once. */
export const colocated =
  (create: CreateScheduler) =>
  (parts: EngineParts): Assembly =>
    parts.microBatches === 1 ? alone(create, parts) : pipelined(create, parts);

function alone(create: CreateScheduler, parts: EngineParts): Assembly {
  const loop = parts.createLoop('loop', create(parts.settings));
  return {
    stations: [loop],
    loops: [loop],
    enqueue: (sequence, at) => loop.enqueue(sequence, at),
    cancel: (sequence, at) => loop.cancel(sequence, at),
    inTransit: () => 0,
  };
}

/** As many schedulers as stages, each with requests and memory of its own; a request goes where the fewest are. */
function pipelined(create: CreateScheduler, parts: EngineParts): Assembly {
  const sink: LoopSink = {
    ...parts.sink,
    ended: (sequence, at) => {
      router.done(sequence);
      parts.sink.ended(sequence, at);
    },
  };
  const loops = Array.from(
    { length: parts.microBatches },
    (_, index): BatchLoop => parts.createLoop(`micro-batch-${index}`, create(parts.settings), { sink }),
  );
  const router: LeastLoadedRouter = new LeastLoadedRouter(loops, () => 1);
  return {
    stations: [router, ...loops],
    loops,
    enqueue: (sequence, at) => router.enqueue(sequence, at),
    cancel: (sequence, at) => router.cancel(sequence, at),
    inTransit: () => 0,
  };
}
