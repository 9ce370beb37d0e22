import type { Assembly, EngineParts } from '../assembly.ts';
import type { Scheduler, SchedulerSettings } from '../loop/scheduler.ts';

/** Prefill and decode in one engine: one loop. */
export const colocated =
  (create: (settings: SchedulerSettings) => Scheduler) =>
  (parts: EngineParts): Assembly => {
    const loop = parts.createLoop('loop', create(parts.settings));
    return {
      stations: [loop],
      loops: [loop],
      enqueue: (sequence, at) => loop.enqueue(sequence, at),
      cancel: (sequence, at) => loop.cancel(sequence, at),
      inTransit: () => 0,
    };
  };
