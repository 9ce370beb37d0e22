/**
 * A receiving worker: sends what is due and reads sockets; nothing heavy ever runs here.
 * What arrives goes to the tape as bytes; another thread makes sense of it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { chooseTransport, type Transport } from '../clients/index.ts';
import { userStampedTransport } from '../clients/transport/choose-transport.ts';
import { readLoop } from '../clients/transport/read-loop.ts';
import { TapeWriter, tapeKinds } from '../core/tape.ts';
import { type Nanoseconds, nanoseconds } from '../core/units.ts';
import { ClosedLoop } from '../dispatch/closed-loop.ts';
import { OpenLoop } from '../dispatch/open-loop.ts';
import { LoopMonitor } from '../recording/loop-monitor.ts';
import { collectGarbage } from '../system/collect-garbage.ts';
import { nameThread, wakePromptly } from '../system/thread-priority.ts';
import { Backlog } from './backlog.ts';
import { canaryOf } from './canary.ts';
import { keepBeating } from './heartbeat.ts';
import type {
  FromReceiver,
  LoadSetup,
  OrderBatch,
  ReceiverSetup,
  ReceiverToRecorder,
  RecorderToReceiver,
  ToReceiver,
} from './messages.ts';
import { Outbox } from './outbox.ts';
import type { ReceiverFacts } from './receiver-thread.ts';
import { rehearseReceiving } from './receiving-rehearsal.ts';
import { RunClock } from './run-clock.ts';
import { keepTo } from './thread-placement.ts';
import { transportTarget } from './transport-target.ts';

const setup = workerData as ReceiverSetup;
const port = parentPort;
if (!port) throw new Error('receiver.ts is a worker thread');

const tell = (message: FromReceiver<ReceiverFacts>): void => port.postMessage(message);
const clock = new RunClock();
const monitor = new LoopMonitor();
const backlog = new Backlog(setup.mostUnread_bytes, () => tell({ type: 'behind' }));
const tape = new TapeWriter((segment) => {
  backlog.written(segment.byteLength);
  setup.recorder.postMessage({ segment } satisfies ReceiverToRecorder);
});

const { target } = setup;
const transport = (target.stamps === 'user' ? userStampedTransport : chooseTransport)(
  transportTarget(target),
  tape,
  clock,
  { onEnd: (request) => loop.ended(request), onRead: () => loop.poll() },
  setup.armed,
);

/** Waits for sockets and for sends alike, where the transport reads through it. */
const pacemaker = transport.path === 'A' ? readLoop() : undefined;
const outbox = new Outbox((request, body) => transport.send(request, body));

/** What the pacemaker had waited and spun when the run began, nanoseconds. */
let before = { waited: 0, spun: 0 };
let canary: Transport | undefined;
/** Port of its source. */
let beaconPort = 0;
let rehearsed = Promise.resolve();

/** What reads plain HTTP from this machine as the target's answers are read. */
const nearby = transport.path === 'A' ? chooseTransport : userStampedTransport;

/** One stream of known timing, read by this loop as all others are. */
function startCanary(): void {
  const url = new URL(`http://127.0.0.1:${beaconPort}/`);
  canary = nearby({ url, headers: {} }, tape, clock, { onEnd: () => {} });
  canary.send(canaryOf(setup.index), new Uint8Array());
}

interface Loop {
  add(batch: OrderBatch): void;
  close(): void;
  start(): void;
  ended(request: number): void;
  /** To be called between two reads. */
  poll(): void;
  /** A send is due in a moment. */
  nudge(): void;
  stop(): void;
  /** Time the loop turned without work, nanoseconds. */
  spun(): Nanoseconds;
}

function openLoop(): Loop {
  const mine = (request: number): boolean => request % setup.workers === setup.index;
  const loop = new OpenLoop({
    clock,
    fire: (request) => outbox.send(request),
    onDone: () => {
      pacemaker?.keepPace(undefined);
      tell({ type: 'sent-all', unsent });
    },
    prepare(request, due) {
      const body = outbox.bodyOf(request);
      return body !== undefined && transport.arm(request, body, due);
    },
    timing: pacemaker ? 'asked' : setup.nudges ? 'nudged' : 'own',
  });
  let unsent: number[] = [];
  return {
    add(batch) {
      outbox.add(batch, mine);
      const picked: number[] = [];
      const due: number[] = [];
      for (let i = 0; i < batch.requests.length; i++) {
        const request = batch.requests[i] ?? 0;
        if (!mine(request)) continue;
        picked.push(request);
        due.push(batch.due[i] ?? 0);
      }
      loop.add(picked, due);
    },
    close: () => loop.close(),
    start() {
      loop.start();
      pacemaker?.keepPace(loop.pace);
    },
    ended: () => {},
    poll: () => loop.poll(),
    nudge: () => loop.nudge(),
    stop() {
      const left = new Set(transport.recall());
      unsent = loop.pending().filter((request) => !left.has(request));
      loop.stop();
    },
    spun: () => loop.spun,
  };
}

function closedLoop(load: Extract<LoadSetup, { model: 'closed' }>): Loop {
  const users = load.starts
    .map((startAt, user) => ({ user, startAt }))
    .filter(({ user }) => user % setup.workers === setup.index);
  const take = (): number | undefined => {
    const next = Atomics.add(load.next, 0, 1);
    return next < load.count ? next : undefined;
  };
  const loop = new ClosedLoop({
    clock,
    users,
    take,
    think: load.think,
    until: load.until,
    timing: pacemaker ? 'asked' : 'own',
    onDone() {
      pacemaker?.keepPace(undefined);
      tell({ type: 'sent-all', unsent: [] });
    },
    fire(request, due, user) {
      tape.write(tapeKinds.due, request, due, due, user);
      outbox.send(request);
      outbox.forgetBelow(request);
    },
  });
  return {
    add: (batch) => outbox.add(batch, () => true),
    close: () => {},
    start() {
      loop.start();
      pacemaker?.keepPace(loop.pace);
    },
    ended: (request) => loop.ended(request),
    poll: () => {},
    nudge: () => {},
    stop: () => loop.stop(),
    spun: () => nanoseconds(0),
  };
}

const loop: Loop = setup.load.model === 'open' ? openLoop() : closedLoop(setup.load);

setup.recorder.on('message', (message: RecorderToReceiver) => {
  if ('recycle' in message) {
    backlog.read(message.recycle.byteLength);
    tape.recycle(message.recycle);
  } else transport.abort(message.abort);
});

setup.nudges?.on('message', () => loop.nudge());

async function shutDown(): Promise<void> {
  const loopFacts = monitor.snapshot({
    spun: loop.spun() + (pacemaker?.spun ?? 0) - before.spun,
    waited: (pacemaker?.waited ?? 0) - before.waited,
  });
  monitor.stop();
  await Promise.all([transport.close(), canary?.close()]);
  const lostPackets = transport.lostPackets();
  tell({ type: 'closed', facts: { loop: loopFacts, backlog: backlog.most, ...(lostPackets && { lostPackets }) } });
  setup.recorder.close();
  setup.nudges?.close();
  port?.close();
}

async function obey(message: ToReceiver): Promise<void> {
  switch (message.type) {
    case 'rehearse':
      beaconPort = message.beaconPort;
      rehearsed = rehearseReceiving({ create: nearby, beaconPort, clock, model: setup.load.model, pacemaker });
      await rehearsed;
      tell({ type: 'rehearsed' });
      return;
    case 'warm':
      {
        await rehearsed;
        const open = await transport.warm(message.connections);
        collectGarbage();
        tell({ type: 'warmed', open });
      }
      return;
    case 'start':
      clock.start(message.origin);
      startCanary();
      monitor.start();
      before = { waited: pacemaker?.waited ?? 0, spun: pacemaker?.spun ?? 0 };
      loop.start();
      return;
    case 'orders':
      loop.add(message.batch);
      return;
    case 'no-more-orders':
      loop.close();
      return;
    case 'stop':
      loop.stop();
      return;
    case 'close':
      await shutDown();
      return;
    default:
      message satisfies never;
  }
}

// Who sends what is armed here must not do so on descriptors that are no longer ours.
process.on('exit', () => transport.recall());
nameThread('metron-receive');
wakePromptly();
if (setup.cores) keepTo(setup.cores);
port.on('message', (message: ToReceiver) => {
  void obey(message);
});
keepBeating(setup.heartbeat);
tell({ type: 'ready', path: transport.path });
