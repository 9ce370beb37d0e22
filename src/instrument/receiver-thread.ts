import type { Worker } from 'node:worker_threads';
import { disarm } from '../clients/transport/armed-memory.ts';
import type { LostPacketFacts } from '../clients/transport/lost-packets.ts';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { LoopSnapshot } from '../recording/loop-monitor.ts';
import { deferred } from './deferred.ts';
import { newHeartbeat } from './heartbeat.ts';
import type { FromReceiver, ReceiverSetup, ToReceiver } from './messages.ts';
import type { Watched } from './silence-watch.ts';
import { endThread, startThread, whyThreadEnded } from './thread-life.ts';

/** Bytes and bodies lie in shared memory: this is for a few KiB an open stream, and far more than any load needs. */
const mostMemoryMiB = 1024;

/** Seconds without a turn of its loop, which never works for longer than milliseconds. */
const patience = 10;

/** What a worker says of itself when it ends. */
export interface ReceiverFacts {
  readonly loop: LoopSnapshot;
  /** The most of its tape that waited to be read, in parts of what may. */
  readonly backlog: number;
  /** Absent where the kernel does not tell. */
  readonly lostPackets?: LostPacketFacts;
}

/** A receiving worker, seen from the thread that controls the run. */
export class ReceiverThread {
  readonly ready = deferred<string>();
  readonly rehearsed = deferred<void>();
  readonly warmed = deferred<number>();
  /** Resolves when more of its tape waits to be read than may. */
  readonly behind = deferred<void>();
  readonly sentAll = deferred<readonly number[]>();
  readonly closed = deferred<ReceiverFacts | undefined>();
  readonly watched: Watched;
  lost = false;
  readonly #worker: Worker;
  readonly #setup: Omit<ReceiverSetup, 'heartbeat'>;
  readonly #onLost: (reason: string) => void;
  /** It has said what it saw, or is not asked any more. */
  #ended = false;
  /** Why it is being ended. */
  #silence: string | undefined;

  /** `onLost` hears in words why the worker is no more, once its tape will not grow any longer. */
  constructor(setup: Omit<ReceiverSetup, 'heartbeat'>, onLost: (reason: string) => void) {
    const heartbeat = newHeartbeat();
    this.#setup = setup;
    this.#onLost = onLost;
    this.watched = { heartbeat, patience, onSilent: () => void this.#endSilent() };
    this.#worker = startThread(new URL('./receiver.js', import.meta.url), {
      workerData: { ...setup, heartbeat } satisfies ReceiverSetup,
      transferList: [setup.recorder, ...(setup.nudges ? [setup.nudges] : [])],
      // Small young generations: the receive path allocates little, and short scavenges keep its tail short.
      resourceLimits: { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: mostMemoryMiB },
    });
    this.#worker.on('message', (message: FromReceiver<ReceiverFacts>) => this.#hear(message));
    this.#worker.on('error', (cause) => this.#lose(whyThreadEnded(cause)));
    this.#worker.on('exit', (code) => this.#lose(whyThreadEnded(code)));
  }

  tell(message: ToReceiver): void {
    this.#worker.postMessage(message);
  }

  async terminate(): Promise<void> {
    this.#ended = true;
    await endThread(this.#worker);
  }

  async #endSilent(): Promise<void> {
    if (this.lost || this.#ended) return;
    this.#silence = `answered nothing for ${patience} s`;
    // Its descriptors will soon be somebody else's.
    if (this.#setup.armed) disarm(this.#setup.armed);
    await endThread(this.#worker);
    this.#lose(this.#silence);
  }

  #lose(end: string): void {
    if (this.lost || this.#ended) return;
    this.lost = true;
    const reason = this.#silence ?? end;
    if (this.#setup.armed) disarm(this.#setup.armed);
    const message = `receiving worker ${this.#setup.index} ${reason}`;
    this.ready.reject(new MetronError('WORKER_LOST', message, { exitCode: exitCodes.internal }));
    this.rehearsed.resolve();
    this.warmed.resolve(0);
    this.closed.resolve(undefined);
    this.sentAll.resolve([]);
    this.#onLost(reason);
  }

  #hear(message: FromReceiver<ReceiverFacts>): void {
    switch (message.type) {
      case 'ready':
        return this.ready.resolve(message.path);
      case 'rehearsed':
        return this.rehearsed.resolve();
      case 'warmed':
        return this.warmed.resolve(message.open);
      case 'behind':
        return this.behind.resolve();
      case 'sent-all':
        return this.sentAll.resolve(message.unsent);
      case 'closed':
        this.#ended = true;
        return this.closed.resolve(message.facts);
      default:
        message satisfies never;
    }
  }
}
