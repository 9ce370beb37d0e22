import { MessageChannel, type Worker } from 'node:worker_threads';
import type { LostPacketFacts } from '../clients/transport/lost-packets.ts';
import type { LiveStatistics } from '../recording/assembler.ts';
import type { LoopSnapshot } from '../recording/loop-monitor.ts';
import { tameCollector } from '../system/collect-garbage.ts';
import type { CanaryFacts } from './canary.ts';
import { type Courier, courierFor } from './courier-thread.ts';
import { deferred } from './deferred.ts';
import type {
  FromBeacon,
  LoadSetup,
  OrderBatch,
  RecorderSetup,
  TargetSetup,
  ToBeacon,
  ToReceiver,
} from './messages.ts';
import { type Metronome, metronomeFor } from './metronome-thread.ts';
import type { ReadFacts } from './read-statistics.ts';
import { ReceiverThread } from './receiver-thread.ts';
import { RecorderThread } from './recorder-thread.ts';
import { SilenceWatch, turnMilliseconds } from './silence-watch.ts';
import { endThread, startThread } from './thread-life.ts';
import { type Partition, partitionCores } from './thread-placement.ts';

export interface InstrumentOptions {
  readonly workers: number;
  readonly target: TargetSetup;
  readonly load: LoadSetup;
  readonly recorder: Omit<RecorderSetup, 'receivers' | 'heartbeat'>;
  /** What this machine has left: a quarter of it may hold what waits to be recorded. */
  readonly freeMemory_bytes?: number;
}

/** What waits to be recorded lies in memory: of all tapes no more than this … */
const mostUnread_bytes = 2 ** 30;
/** … and of one no less: several of its segments. */
const leastUnread_bytes = 2 ** 26;

/** What the threads say of themselves once they have ended. */
export interface InstrumentFacts {
  readonly paths: readonly string[];
  /** One per receiving worker; absent for one that was lost. */
  readonly loops: readonly (LoopSnapshot | undefined)[];
  readonly live: LiveStatistics;
  readonly reads: ReadFacts;
  readonly canary: CanaryFacts;
  readonly lostWorkers: number;
  /** The most that waited to be recorded at one time, in parts of what may. */
  readonly backlog: number;
  /** Absent where the kernel does not tell. */
  readonly lostPackets?: LostPacketFacts;
}

/**
 * The threads of one run, seen from the thread that controls it: receiving workers that send and
 * read sockets, and one recorder that makes records of what they saw.
 */
export class Instrument {
  readonly #receivers: ReceiverThread[];
  readonly #recorder: RecorderThread;
  readonly #metronome: Metronome | undefined;
  readonly #courier: Courier | undefined;
  readonly #partition: Partition | undefined;
  readonly #beacon: Worker;
  readonly #beaconPort = deferred<number>();
  readonly #watching: NodeJS.Timeout;
  readonly #rehearsed: Promise<string[]>;
  #countingRehearsed = Promise.resolve();
  #paths: string[] = [];

  constructor(options: InstrumentOptions) {
    tameCollector();
    this.#partition = partitionCores(options.workers);
    this.#beacon = startThread(new URL('./beacon.js', import.meta.url));
    const channels = Array.from({ length: options.workers }, () => new MessageChannel());
    const ports = channels.map(({ port2 }) => port2);
    this.#recorder = new RecorderThread({ ...options.recorder, receivers: ports });
    this.#beacon.on('message', ({ port }: FromBeacon) => this.#beaconPort.resolve(port));
    this.#beacon.on('error', (cause) => this.#beaconPort.reject(cause));
    this.#metronome = metronomeFor(options);
    this.#courier = courierFor(options);
    this.#receivers = channels.map(({ port1 }, index) => {
      const { workers, target, load, freeMemory_bytes = Number.POSITIVE_INFINITY } = options;
      const nudges = this.#metronome?.nudges[index];
      const armed = this.#courier?.armed[index];
      const cores = this.#partition?.receiverCores;
      const setup = {
        index,
        workers,
        target,
        load,
        recorder: port1,
        mostUnread_bytes: Math.max(leastUnread_bytes, Math.min(mostUnread_bytes, freeMemory_bytes / 4) / workers),
        ...(nudges && { nudges }),
        ...(armed && { armed }),
        ...(cores && { cores }),
      };
      return new ReceiverThread(setup, (reason) => this.#recorder.tell({ type: 'receiver-lost', index, reason }));
    });
    this.#rehearsed = this.#rehearse();
    // Whoever waits until all is ready hears of it.
    this.#rehearsed.catch(() => {});
    const watch = new SilenceWatch([this.#recorder, ...this.#receivers].map(({ watched }) => watched));
    this.#watching = setInterval(() => watch.turn(), turnMilliseconds).unref();
  }

  /** Hears live figures about four times a second. */
  set onLive(hear: (live: LiveStatistics) => void) {
    this.#recorder.onLive = hear;
  }

  /** Rejects when the recorder cannot go on. Never resolves. */
  get failure(): Promise<never> {
    return this.#recorder.failure;
  }

  /** Resolves when more waits to be recorded than may: nothing more should be sent. */
  get behind(): Promise<void> {
    return Promise.race(this.#receivers.map((receiver) => receiver.behind.promise));
  }

  /** Receiving ones, lost ones included. */
  get workers(): number {
    return this.#receivers.length;
  }

  /** How each worker takes its stamps; known once ready. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /**
   * The tokenizer will be needed. Loading its vocabulary takes half a second and 30 MB, which a run need not spend whose
   * server tells what its chunks hold. To be called before `ready`, which waits for it.
   */
  expectCounting(): void {
    this.#countingRehearsed = this.#recorder.rehearseCounting();
    this.#countingRehearsed.catch(() => {});
  }

  /** Resolves when every thread stands; from then on each keeps to its cores. */
  async ready(): Promise<void> {
    const [paths] = await Promise.all([this.#rehearsed, this.#recorder.ready(), this.#countingRehearsed]);
    this.#paths = paths;
    this.#partition?.begin();
  }

  /** While the target is looked at; resolves with the paths of the receivers. */
  async #rehearse(): Promise<string[]> {
    const [beaconPort, ...paths] = await Promise.all([
      this.#beaconPort.promise,
      ...this.#receivers.map((receiver) => receiver.ready.promise),
    ]);
    this.#tell({ type: 'rehearse', beaconPort });
    await Promise.all(this.#receivers.map((receiver) => receiver.rehearsed.promise));
    return paths;
  }

  /** Where records go, if that was not known when the threads were started. To be told before the start. */
  recordTo(path: string): void {
    this.#recorder.tell({ type: 'record-to', path });
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
    this.#recorder.tell({ type: 'start', origin });
    this.#tell({ type: 'start', origin });
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
  drained(): Promise<void> {
    return this.#recorder.drained();
  }

  cancelAll(reason: 'user' | 'run-end'): void {
    this.#recorder.tell({ type: 'cancel-all', reason });
  }

  async close(): Promise<InstrumentFacts> {
    for (const receiver of this.#receivers) if (!receiver.lost) receiver.tell({ type: 'close' });
    const ended = await Promise.all(this.#receivers.map((receiver) => receiver.closed.promise));
    const { live, reads, canary } = await this.#recorder.close();
    await this.terminate();
    const lostWorkers = this.#receivers.filter((receiver) => receiver.lost).length;
    const loops = ended.map((facts) => facts?.loop);
    const backlog = Math.max(0, ...ended.map((facts) => facts?.backlog ?? 0));
    const lostPackets = sumOf(ended.flatMap((facts) => facts?.lostPackets ?? []));
    return {
      paths: this.#paths,
      loops,
      live,
      reads,
      canary,
      lostWorkers,
      backlog,
      ...(lostPackets && { lostPackets }),
    };
  }

  /** Ends all threads at once; what the recorder has written stays. */
  async terminate(): Promise<void> {
    clearInterval(this.#watching);
    await Promise.all([
      ...this.#receivers.map((receiver) => receiver.terminate()),
      this.#recorder.terminate(),
      endThread(this.#beacon),
      this.#metronome?.stop(),
      this.#courier?.stop(),
    ]);
    this.#partition?.restore();
  }

  #tell(message: ToReceiver): void {
    for (const receiver of this.#receivers) if (!receiver.lost) receiver.tell(message);
  }
}

function sumOf(all: readonly LostPacketFacts[]): LostPacketFacts | undefined {
  if (all.length === 0) return undefined;
  const sum = (of: (facts: LostPacketFacts) => number): number => all.reduce((total, facts) => total + of(facts), 0);
  return { resent: sum(({ resent }) => resent), outOfOrder: sum(({ outOfOrder }) => outOfOrder) };
}
