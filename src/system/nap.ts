import { microseconds } from '../core/units.ts';
import { loadLibc } from './libc.ts';

const monotonicClock = 1;
const setTimerSlack = 29;
const shortest = microseconds(5);

/** Sleeps the calling thread for some microseconds, to the microsecond; undefined where the system cannot. */
export function napper(): ((nanoseconds: number) => void) | undefined {
  const libc = loadLibc();
  if (!libc) return undefined;
  libc.prctl(setTimerSlack, 1);
  const { address, memory } = libc.allocate(16);
  const time = new DataView(memory);
  return (length) => {
    if (length < shortest) return;
    time.setBigInt64(0, 0n, true);
    time.setBigInt64(8, BigInt(Math.floor(length)), true);
    libc.clock_nanosleep(monotonicClock, 0, address);
  };
}
