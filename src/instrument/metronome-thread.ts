import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { loadLibc } from '../system/libc.ts';
import type { LoadSetup, MetronomeSetup, RequestTable, TargetSetup, ToMetronome } from './messages.ts';
import { endThread, startThread } from './thread-life.ts';

/** The thread that keeps time, seen from the thread that controls the run. */
export class Metronome {
  /** One per receiver, to be handed to it. */
  readonly nudges: readonly MessagePort[];
  readonly #worker: Worker;
  readonly #stopped = new Int32Array(new SharedArrayBuffer(4));

  constructor(scheduledAt: Float64Array, receivers: number) {
    const channels = Array.from({ length: receivers }, () => new MessageChannel());
    const ports = channels.map(({ port1 }) => port1);
    this.nudges = channels.map(({ port2 }) => port2);
    this.#worker = startThread(new URL('./metronome.js', import.meta.url), {
      workerData: { scheduledAt, receivers: ports, stopped: this.#stopped } satisfies MetronomeSetup,
      transferList: ports,
    });
    // Without it the loops send by their own timers, later and no less.
    this.#worker.on('error', () => {});
  }

  start(origin: bigint): void {
    this.#worker.postMessage({ origin } satisfies ToMetronome);
  }

  async stop(): Promise<void> {
    Atomics.store(this.#stopped, 0, 1);
    await endThread(this.#worker);
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
