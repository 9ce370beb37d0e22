import { availableParallelism } from 'node:os';
import type { Plan } from '../config/index.ts';
import { milliseconds, type Nanoseconds, seconds } from '../core/units.ts';
import type { InstrumentOptions } from '../instrument/instrument.ts';
import type { LoadSetup } from '../instrument/messages.ts';
import { hostLimits, type OpenLoad } from '../selftest/host-limits.ts';
import type { Schedule } from '../workload/index.ts';
import type { PreparedTarget } from './target.ts';
import { userStarts } from './user-starts.ts';

/** What the threads need to know of a plan; where records go is told later. */
export function instrumentSetup(plan: Plan, schedule: Schedule, target: PreparedTarget): InstrumentOptions {
  return {
    workers: plan.workers ?? Math.max(1, availableParallelism() - 1),
    target: target.setup,
    load: loadSetup(plan, schedule),
    recorder: recorderSetup(plan, schedule, target),
    freeMemory_bytes: hostLimits().memory_bytes,
  };
}

function loadSetup(plan: Plan, schedule: Schedule): LoadSetup {
  const { closed, duration } = plan.load;
  if (!closed) return { model: 'open' };
  return {
    model: 'closed',
    users: closed.users,
    starts: userStarts(closed, plan),
    think: closed.think,
    until: duration ?? (Number.MAX_SAFE_INTEGER as Nanoseconds),
    next: new Int32Array(new SharedArrayBuffer(4)),
    count: schedule.count,
  };
}

function recorderSetup(plan: Plan, schedule: Schedule, target: PreparedTarget) {
  const { limits } = plan;
  return {
    protocol: plan.target.protocol,
    tokenizer: plan.workload.tokenizer,
    requests: schedule,
    measureFrom: plan.phases.warmup,
    timeouts: {
      connect: limits.connectTimeout,
      firstToken: limits.firstTokenTimeout,
      betweenTokens: limits.betweenTokensTimeout,
      total: limits.totalTimeout,
    },
    keepText: plan.keepText,
    secrets: target.secrets,
  };
}

/** Of what an open loop sends in some seconds no more are opened ahead: short answers share few connections. */
const mostOfSomeSeconds = 1024;
const atOnce = milliseconds(10);

/** As many as will probably be in use at once: users of a closed loop, a few seconds of an open one. */
const connectionsFor = (plan: Plan, schedule: Schedule): number =>
  plan.load.closed?.users ?? mostDueWithin(seconds(2), schedule);

/**
 * Opened ahead of the first send; others open while the load is on. Never fewer than are needed in one instant: a
 * connection that is opened when its request is due makes all behind it late.
 */
export const connectionsAhead = (plan: Plan, schedule: Schedule): number =>
  plan.load.closed?.users ??
  Math.max(Math.min(connectionsFor(plan, schedule), mostOfSomeSeconds), mostDueWithin(atOnce, schedule));

function mostDueWithin(time: Nanoseconds, { scheduledAt = new Float64Array() }: Schedule): number {
  let most = 1;
  for (let first = 0, last = 0; last < scheduledAt.length; last++) {
    while ((scheduledAt[last] ?? 0) - (scheduledAt[first] ?? 0) > time) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

export const openLoadOf = (plan: Plan, schedule: Schedule): OpenLoad => ({
  connections: connectionsFor(plan, schedule),
  tokensEach: schedule.outputTokens.reduce((sum, count) => sum + count, 0) / Math.max(1, schedule.count),
});
