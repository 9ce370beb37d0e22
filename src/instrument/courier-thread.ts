import type { Worker } from 'node:worker_threads';
import { type ArmedMemory, armedMemory, newBell } from '../clients/transport/armed-memory.ts';
import { loadLibc } from '../system/libc.ts';
import type { CourierSetup, LoadSetup, TargetSetup, ToCourier } from './messages.ts';
import { readsByItself } from './metronome-thread.ts';
import { endThread, startThread } from './thread-life.ts';

/** The thread that only sends, seen from the thread that controls the run. */
export class Courier {
  /** One per receiver, to be handed to it. */
  readonly armed: readonly ArmedMemory[];
  readonly #worker: Worker;
  readonly #stopped = new Int32Array(new SharedArrayBuffer(4));

  constructor(receivers: number) {
    const bell = newBell();
    this.armed = Array.from({ length: receivers }, () => armedMemory(bell));
    this.#worker = startThread(new URL('./courier.js', import.meta.url), {
      workerData: { armed: this.armed, stopped: this.#stopped } satisfies CourierSetup,
    });
    // Without it the receivers send by themselves, later at times and no less.
    this.#worker.on('error', () => {});
  }

  start(origin: bigint): void {
    this.#worker.postMessage({ origin } satisfies ToCourier);
  }

  async stop(): Promise<void> {
    Atomics.store(this.#stopped, 0, 1);
    await endThread(this.#worker);
  }
}

/** Only an open loop knows what it will send, and only what needs no TLS can be laid out for another thread. */
export function courierFor(options: {
  readonly load: LoadSetup;
  readonly target: TargetSetup;
  readonly workers: number;
}): Courier | undefined {
  if (options.load.model !== 'open' || !readsByItself(options.target) || !loadLibc()) return undefined;
  return new Courier(options.workers);
}
