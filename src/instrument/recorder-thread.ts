import { dirname } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { LiveStatistics } from '../recording/assembler.ts';
import type { CanaryFacts } from './canary.ts';
import { deferred } from './deferred.ts';
import { newHeartbeat } from './heartbeat.ts';
import type { FromRecorder, RecorderSetup, ToRecorder } from './messages.ts';
import type { ReadFacts } from './read-statistics.ts';
import type { Watched } from './silence-watch.ts';
import { endThread, startThread, whyThreadEnded } from './thread-life.ts';

/** Seconds: a disk may hold it up for longer than anything holds up a receiver, and nothing is lost meanwhile. */
const patience = 20;

export interface RecorderFacts {
  readonly live: LiveStatistics;
  readonly reads: ReadFacts;
  readonly canary: CanaryFacts;
}

/** The thread that makes records, seen from the thread that controls the run, which cannot go on without it. */
export class RecorderThread {
  /** Hears live figures about four times a second. */
  onLive: (live: LiveStatistics) => void = () => {};
  readonly watched: Watched;
  readonly #ready = deferred<void>();
  readonly #countingRehearsed = deferred<void>();
  readonly #drained = deferred<void>();
  readonly #closed = deferred<RecorderFacts>();
  readonly #failure = deferred<never>();
  readonly #worker: Worker;
  #recordsPath: string | undefined;
  #ended = false;

  constructor(setup: Omit<RecorderSetup, 'heartbeat'>) {
    const heartbeat = newHeartbeat();
    this.#recordsPath = setup.recordsPath;
    this.watched = { heartbeat, patience, onSilent: () => this.#lose(`answered nothing for ${patience} s`) };
    this.#worker = startThread(new URL('./recorder.js', import.meta.url), {
      workerData: { ...setup, heartbeat } satisfies RecorderSetup,
      transferList: [...setup.receivers],
    });
    this.#worker.on('message', (message: FromRecorder<LiveStatistics, ReadFacts, CanaryFacts>) => this.#hear(message));
    this.#worker.on('error', (cause) => this.#lose(whyThreadEnded(cause)));
    this.#worker.on('exit', (code) => this.#lose(whyThreadEnded(code)));
  }

  /** Rejects when it cannot go on: a full disk, above all, or it is lost. Never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  ready(): Promise<void> {
    return Promise.race([this.#ready.promise, this.failure]);
  }

  async rehearseCounting(): Promise<void> {
    this.tell({ type: 'rehearse-counting' });
    await Promise.race([this.#countingRehearsed.promise, this.failure]);
  }

  /** Resolves when the last open request has ended. */
  async drained(): Promise<void> {
    this.tell({ type: 'drain' });
    await Promise.race([this.#drained.promise, this.failure]);
  }

  async close(): Promise<RecorderFacts> {
    this.tell({ type: 'close' });
    return Promise.race([this.#closed.promise, this.failure]);
  }

  tell(message: ToRecorder): void {
    if (message.type === 'record-to') this.#recordsPath = message.path;
    this.#worker.postMessage(message);
  }

  async terminate(): Promise<void> {
    this.#ended = true;
    await endThread(this.#worker);
  }

  #lose(reason: string): void {
    if (this.#ended) return;
    const folder = this.#recordsPath && dirname(this.#recordsPath);
    const kept = folder ? `; what it had written is in ${folder}` : '';
    this.#failure.reject(
      new MetronError('RECORDER_LOST', `the thread that writes records ${reason}${kept}`, {
        exitCode: exitCodes.internal,
        ...(folder && { hint: `metron score ${folder} makes of it what can be made` }),
      }),
    );
  }

  #hear(message: FromRecorder<LiveStatistics, ReadFacts, CanaryFacts>): void {
    switch (message.type) {
      case 'ready':
        return this.#ready.resolve();
      case 'counting-rehearsed':
        return this.#countingRehearsed.resolve();
      case 'live':
        return this.onLive(message.live);
      case 'drained':
        return this.#drained.resolve();
      case 'closed':
        this.#ended = true;
        return this.#closed.resolve(message);
      case 'failed':
        return this.#failure.reject(
          new MetronError(message.code, message.message, {
            exitCode: exitCodes.internal,
            ...(message.hint === undefined ? {} : { hint: message.hint }),
          }),
        );
      default:
        message satisfies never;
    }
  }
}
