import { type ArmedMemory, armedMemory, newBell } from '../clients/transport/armed-memory.ts';
import { loadLibc } from '../system/libc.ts';
import type { CourierSetup, LoadSetup, TargetSetup } from './messages.ts';
import { readsByItself } from './metronome-thread.ts';
import { type SleeperSetup, SleepingThread } from './sleeping-thread.ts';

/** The thread that only sends, seen from the thread that controls the run. */
export class Courier extends SleepingThread {
  /** One per receiver, to be handed to it. */
  readonly armed: readonly ArmedMemory[];

  constructor(receivers: number) {
    const bell = newBell();
    const armed = Array.from({ length: receivers }, () => armedMemory(bell));
    super(new URL('./courier.js', import.meta.url), { armed } satisfies Omit<CourierSetup, keyof SleeperSetup>);
    this.armed = armed;
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
