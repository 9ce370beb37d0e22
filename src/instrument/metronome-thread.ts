import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { loadLibc } from '../system/libc.ts';
import type { LoadSetup, MetronomeSetup, RequestTable, TargetSetup } from './messages.ts';
import { type SleeperSetup, SleepingThread } from './sleeping-thread.ts';

/** The thread that keeps time, seen from the thread that controls the run. */
export class Metronome extends SleepingThread {
  /** One per receiver, to be handed to it. */
  readonly nudges: readonly MessagePort[];

  constructor(scheduledAt: Float64Array, receivers: number) {
    const channels = Array.from({ length: receivers }, () => new MessageChannel());
    const ports = channels.map(({ port1 }) => port1);
    const setup = { scheduledAt, receivers: ports } satisfies Omit<MetronomeSetup, keyof SleeperSetup>;
    super(new URL('./metronome.js', import.meta.url), setup, ports);
    this.nudges = channels.map(({ port2 }) => port2);
  }
}

/** Receiving threads do without Node's streams there (path A), where the system's calls are within reach. */
export const readsByItself = ({ url, proxy, http, stamps }: TargetSetup): boolean =>
  url.startsWith('http:') && !proxy && http !== '2' && stamps !== 'user';

/**
 * Only an open loop knows when it will send, and only some systems let a thread sleep to the
 * microsecond. There, loops that read by themselves (path A) keep time too and need nobody.
 */
export function metronomeFor(options: {
  readonly load: LoadSetup;
  readonly target: TargetSetup;
  readonly workers: number;
  readonly recorder: { readonly requests: RequestTable };
}): Metronome | undefined {
  const { target, load } = options;
  const { scheduledAt } = options.recorder.requests;
  if (load.model !== 'open' || !scheduledAt || readsByItself(target) || !loadLibc()) return undefined;
  return new Metronome(scheduledAt, options.workers);
}
