import type { TransferListItem, Worker } from 'node:worker_threads';
import { endThread, startThread } from './thread-life.ts';

/** What every sleeping thread is told at its start beside what is its own. */
export interface SleeperSetup {
  /** Set to 1 to end it: asleep it hears no messages. */
  readonly stopped: Int32Array<SharedArrayBuffer>;
}

/** The run's time 0: it begins to sleep and to act. */
export type ToSleeper = { readonly origin: bigint };

/** A thread that sleeps between moments of its own and serves the receivers, seen from the thread that controls the run. */
export class SleepingThread {
  readonly #worker: Worker;
  readonly #stopped = new Int32Array(new SharedArrayBuffer(4));

  constructor(file: URL, setup: object, transferList: TransferListItem[] = []) {
    this.#worker = startThread(file, {
      workerData: { ...setup, stopped: this.#stopped },
      transferList,
    });
    // Without it the receivers do its work by themselves, later and no less.
    this.#worker.on('error', () => {});
  }

  start(origin: bigint): void {
    this.#worker.postMessage({ origin } satisfies ToSleeper);
  }

  async stop(): Promise<void> {
    Atomics.store(this.#stopped, 0, 1);
    await endThread(this.#worker);
  }
}
