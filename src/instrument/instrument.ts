import { MessageChannel, Worker } from 'node:worker_threads';
import { exitCodes, MetronError } from '../core/errors.ts';
import type { LiveStatistics } from '../recording/assembler.ts';
import type { LoopSnapshot } from '../recording/loop-monitor.ts';
import { tameCollector } from '../system/collect-garbage.ts';
import type { CanaryFacts } from './canary.ts';
import { type Courier, courierFor } from './courier-thread.ts';
import type {
  FromBeacon,
  FromReceiver,
  FromRecorder,
  LoadSetup,
  OrderBatch,
  ReceiverSetup,
  RecorderSetup,
  TargetSetup,
  ToBeacon,
  ToReceiver,
  ToRecorder,
} from './messages.ts';
import { type Metronome, metronomeFor } from './metronome-thread.ts';
import type { ReadFacts } from './read-statistics.ts';
import { type Partition, partitionCores } from './thread-placement.ts';

export interface InstrumentOptions {
  readonly workers: number;
  readonly target: TargetSetup;
  readonly load: LoadSetup;
  readonly recorder: Omit<RecorderSetup, 'receivers'>;
}

/** What the threads say of themselves once they have ended. */
export interface InstrumentFacts {
  readonly paths: readonly string[];
  /** One per receiving worker; absent for one that was lost. */
  readonly loops: readonly (LoopSnapshot | undefined)[];
  readonly live: LiveStatistics;
  readonly reads: ReadFacts;
  readonly canary: CanaryFacts;
  readonly lostWorkers: number;
}

/** A promise with its resolver, for answers that come as messages. */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A rejection that nobody waits for yet must not end the process.
  promise.catch(() => {});
  return { promise, resolve, reject };
}

class Receiver {
  readonly ready = deferred<string>();
  readonly warmed = deferred<number>();
  readonly sentAll = deferred<readonly number[]>();
  readonly closed = deferred<LoopSnapshot | undefined>();
  lost = false;
  readonly #worker: Worker;
  /** It has said what it saw, or is not asked any more. */
  #ended = false;

  constructor(setup: ReceiverSetup, onLost: (receiver: Receiver, cause: unknown) => void) {
    this.#worker = new Worker(new URL('./receiver.js', import.meta.url), {
      workerData: setup,
      transferList: [setup.recorder, ...(setup.nudges ? [setup.nudges] : [])],
      // Small young generations: the receive path allocates little, and short scavenges keep its tail short.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (message: FromReceiver<LoopSnapshot>) => this.#hear(message));
    const lose = (cause: unknown): void => {
      if (this.lost || this.#ended) return;
      this.lost = true;
      this.ready.reject(cause);
      this.warmed.resolve(0);
      this.closed.resolve(undefined);
      this.sentAll.resolve([]);
      onLost(this, cause);
    };
    this.#worker.on('error', lose);
    this.#worker.on('exit', (code) => lose(new Error(`receiving worker ended with code ${code}`)));
  }

  tell(message: ToReceiver): void {
    this.#worker.postMessage(message);
  }

  async terminate(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #hear(message: FromReceiver<LoopSnapshot>): void {
    switch (message.type) {
      case 'ready':
        return this.ready.resolve(message.path);
      case 'warmed':
        return this.warmed.resolve(message.open);
      case 'sent-all':
        return this.sentAll.resolve(message.unsent);
      case 'closed':
        this.#ended = true;
        return this.closed.resolve(message.loop);
      default:
        message satisfies never;
    }
  }
}

/**
 * The threads of one run, seen from the thread that controls it: receiving workers that send and
 * read sockets, and one recorder that makes records of what they saw.
 */
export class Instrument {
  /** Hears live figures about four times a second. */
  onLive: (live: LiveStatistics) => void = () => {};
  readonly #receivers: Receiver[];
  readonly #recorder: Worker;
  readonly #recorderReady = deferred<void>();
  readonly #drained = deferred<void>();
  readonly #closed = deferred<{ live: LiveStatistics; reads: ReadFacts; canary: CanaryFacts }>();
  readonly #metronome: Metronome | undefined;
  readonly #courier: Courier | undefined;
  readonly #partition: Partition | undefined;
  readonly #beacon: Worker;
  readonly #beaconPort = deferred<number>();
  readonly #failure = deferred<never>();
  #paths: string[] = [];
  #listensAt = 0;

  constructor(options: InstrumentOptions) {
    tameCollector();
    this.#partition = partitionCores(options.workers);
    this.#beacon = new Worker(new URL('./beacon.js', import.meta.url));
    const channels = Array.from({ length: options.workers }, () => new MessageChannel());
    const ports = channels.map(({ port2 }) => port2);
    this.#recorder = new Worker(new URL('./recorder.js', import.meta.url), {
      workerData: { ...options.recorder, receivers: ports } satisfies RecorderSetup,
      transferList: ports,
    });
    this.#recorder.on('message', (message: FromRecorder<LiveStatistics, ReadFacts, CanaryFacts>) =>
      this.#hear(message),
    );
    this.#recorder.on('error', (cause) => this.#failure.reject(cause));
    this.#beacon.on('message', ({ port }: FromBeacon) => this.#beaconPort.resolve(port));
    this.#beacon.on('error', (cause) => this.#beaconPort.reject(cause));
    this.#metronome = metronomeFor(options);
    this.#courier = courierFor(options);
    this.#receivers = channels.map(({ port1 }, index) => {
      const { workers, target, load } = options;
      const nudges = this.#metronome?.nudges[index];
      const armed = this.#courier?.armed[index];
      const cores = this.#partition?.receiverCores;
      const setup = {
        index,
        workers,
        target,
        load,
        recorder: port1,
        ...(nudges && { nudges }),
        ...(armed && { armed }),
        ...(cores && { cores }),
      };
      return new Receiver(setup, () => this.#tellRecorder({ type: 'receiver-lost', index }));
    });
  }

  /** Rejects when the recorder cannot go on: a full disk, above all. Never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /** Receiving ones, lost ones included. */
  get workers(): number {
    return this.#receivers.length;
  }

  /** How each worker takes its stamps; known once ready. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Resolves when every thread stands; from then on each keeps to its cores. */
  async ready(): Promise<void> {
    const [paths, port] = await Promise.all([
      Promise.all(this.#receivers.map((receiver) => receiver.ready.promise)),
      this.#beaconPort.promise,
      this.#recorderReady.promise,
    ]);
    this.#paths = paths;
    this.#listensAt = port;
    this.#partition?.begin();
  }

  /** Where records go, if that was not known when the threads were started. To be told before the start. */
  recordTo(path: string): void {
    this.#tellRecorder({ type: 'record-to', path });
  }

  /** Opens connections ahead of the first send; returns how many are open. */
  async warm(connections: number): Promise<number> {
    const share = Math.ceil(connections / this.#receivers.length);
    this.#tell({ type: 'warm', connections: share });
    const open = await Promise.all(this.#receivers.map((receiver) => receiver.warmed.promise));
    return open.reduce((sum, count) => sum + count, 0);
  }

  give(batch: OrderBatch): void {
    this.#tell({ type: 'orders', batch });
  }

  noMoreOrders(): void {
    this.#tell({ type: 'no-more-orders' });
  }

  start(origin: bigint): void {
    this.#beacon.postMessage({ origin } satisfies ToBeacon);
    this.#metronome?.start(origin);
    this.#courier?.start(origin);
    this.#tellRecorder({ type: 'start', origin });
    this.#tell({ type: 'start', origin, beaconPort: this.#listensAt });
  }

  /** Sends nothing more. */
  stop(): void {
    this.#tell({ type: 'stop' });
  }

  /** Resolves once every worker has sent all it will send, with the requests that were left unsent. */
  async sentAll(): Promise<number[]> {
    const unsent = await Promise.race([Promise.all(this.#receivers.map((r) => r.sentAll.promise)), this.failure]);
    return unsent.flat();
  }

  /** Resolves when the last open request has ended. */
  async drained(): Promise<void> {
    this.#tellRecorder({ type: 'drain' });
    await Promise.race([this.#drained.promise, this.failure]);
  }

  cancelAll(reason: 'user' | 'run-end'): void {
    this.#tellRecorder({ type: 'cancel-all', reason });
  }

  async close(): Promise<InstrumentFacts> {
    for (const receiver of this.#receivers) if (!receiver.lost) receiver.tell({ type: 'close' });
    const loops = await Promise.all(this.#receivers.map((receiver) => receiver.closed.promise));
    this.#tellRecorder({ type: 'close' });
    const { live, reads, canary } = await Promise.race([this.#closed.promise, this.failure]);
    await this.terminate();
    const lostWorkers = this.#receivers.filter((receiver) => receiver.lost).length;
    return { paths: this.#paths, loops, live, reads, canary, lostWorkers };
  }

  /** Ends all threads at once; what the recorder has written stays. */
  async terminate(): Promise<void> {
    await Promise.all([
      ...this.#receivers.map((receiver) => receiver.terminate()),
      this.#recorder.terminate(),
      this.#beacon.terminate(),
      this.#metronome?.stop(),
      this.#courier?.stop(),
    ]);
    this.#partition?.restore();
  }

  #tell(message: ToReceiver): void {
    for (const receiver of this.#receivers) if (!receiver.lost) receiver.tell(message);
  }

  #tellRecorder(message: ToRecorder): void {
    this.#recorder.postMessage(message);
  }

  #hear(message: FromRecorder<LiveStatistics, ReadFacts, CanaryFacts>): void {
    switch (message.type) {
      case 'ready':
        return this.#recorderReady.resolve();
      case 'live':
        return this.onLive(message.live);
      case 'drained':
        return this.#drained.resolve();
      case 'closed':
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
