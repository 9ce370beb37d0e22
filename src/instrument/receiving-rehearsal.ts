import type { ReadLoop } from '../clients/transport/read-loop.ts';
import type { TransportFactory } from '../clients/transport/transport.ts';
import { TapeWriter } from '../core/tape.ts';
import { microseconds, milliseconds, type Nanoseconds, nanoseconds } from '../core/units.ts';
import { ClosedLoop } from '../dispatch/closed-loop.ts';
import { OpenLoop } from '../dispatch/open-loop.ts';
import { deferred } from './deferred.ts';
import type { LoadSetup } from './messages.ts';
import type { RunClock } from './run-clock.ts';

/** The canary's source answers requests for this path at once. */
export const rehearsalPath = '/rehearsal';

const connections = 32;
const requests = 192;
const every = microseconds(400);
/** Small: what follows the end of one is to be walked through too. */
const segmentBytes = 1 << 16;
/** A busy machine does without the rest. */
const longestMs = 400;
const body = Buffer.from(JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'rehearsal' }] }));

export interface Rehearsal {
  readonly create: TransportFactory;
  readonly beaconPort: number;
  readonly clock: RunClock;
  readonly model: LoadSetup['model'];
  /** Where the transport reads through it. */
  readonly pacemaker?: ReadLoop | undefined;
}

/**
 * Some hundred requests to the canary's source over real sockets, onto a tape that nobody reads. V8 has compiled the
 * way of a request and of a token then, before one of them counts. Otherwise it does so in the first seconds of a run,
 * and until it has, a token takes several times as long.
 */
export async function rehearseReceiving({ create, beaconPort, clock, model, pacemaker }: Rehearsal): Promise<void> {
  const url = new URL(rehearsalPath, `http://127.0.0.1:${beaconPort}`);
  const tape = new TapeWriter(() => {}, segmentBytes);
  let left = requests;
  const finished = deferred<void>();
  const onEnd = (request: number): void => {
    if (--left === 0) finished.resolve();
    else loop.ended(request);
  };
  const transport = create({ url, headers: {} }, tape, clock, { onEnd, onRead: () => loop.poll() });
  const loop = loopOf(model, clock, pacemaker !== undefined, (request) => transport.send(request, body));
  await transport.warm(connections);
  const timer = setTimeout(() => finished.resolve(), longestMs);
  loop.start();
  pacemaker?.keepPace(loop.pace);
  await finished.promise;
  clearTimeout(timer);
  loop.stop();
  pacemaker?.keepPace(undefined);
  await transport.close();
}

interface RehearsedLoop {
  start(): void;
  readonly pace: () => number;
  ended(request: number): void;
  poll(): void;
  stop(): void;
}

function loopOf(
  model: LoadSetup['model'],
  clock: RunClock,
  isAsked: boolean,
  fire: (request: number) => void,
): RehearsedLoop {
  const timing = isAsked ? 'asked' : 'own';
  const onDone = (): void => {};
  const from = clock.now() + milliseconds(5);
  if (model === 'open') {
    const loop = new OpenLoop({ clock, fire, onDone, timing });
    const numbers = Array.from({ length: requests }, (_, i) => i);
    loop.add(
      numbers,
      numbers.map((i) => from + i * every),
    );
    return {
      start: () => loop.start(),
      pace: loop.pace,
      ended: () => {},
      poll: () => loop.poll(),
      stop: () => loop.stop(),
    };
  }
  let next = 0;
  const loop = new ClosedLoop({
    clock,
    fire,
    onDone,
    timing,
    users: Array.from({ length: connections }, (_, user) => ({ user, startAt: from as Nanoseconds })),
    take: () => (next < requests ? next++ : undefined),
    think: nanoseconds(0),
    until: Number.POSITIVE_INFINITY as Nanoseconds,
  });
  return {
    start: () => loop.start(),
    pace: loop.pace,
    ended: (request) => loop.ended(request),
    poll: () => {},
    stop: () => loop.stop(),
  };
}
