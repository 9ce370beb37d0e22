import { nanosecondsPerSecond } from '../core/units.ts';
import type { Address, Libc } from './libc.ts';

/** CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK. */
const monotonicClock = 1;
const flags = 0o2004000;
/** `struct itimerspec`: an interval, which stays zero, and the time to go, each of seconds and nanoseconds. */
const settingBytes = 32;
const secondsAt = 16;
const nanosecondsAt = 24;

/**
 * A timer with a descriptor, for who waits for descriptors (timerfd_create(2)). A wait that has a limit of its own makes
 * the kernel set a timer of the processor and clear it again, which costs a virtual machine some ten microseconds; an
 * alarm is set once for all waits until then. Has to be watched edge-triggered: nobody reads it.
 */
export class Alarm {
  readonly #libc: Libc;
  readonly #setting: DataView;
  readonly #address: Address;
  #fd: number | undefined;

  /** Its memory is never given back. */
  constructor(libc: Libc) {
    const { address, memory } = libc.allocate(settingBytes);
    this.#libc = libc;
    this.#setting = new DataView(memory);
    this.#address = address;
  }

  /** Its descriptor, until `close`. Throws if the system has none to give. */
  open(): number {
    this.#fd ??= this.#create();
    return this.#fd;
  }

  /** Lets it go off once, so many nanoseconds from now, and not when it was to go off before. */
  set(nanoseconds: number): void {
    const left = Math.max(1, Math.round(nanoseconds));
    const seconds = Math.floor(left / nanosecondsPerSecond);
    this.#setting.setUint32(secondsAt, seconds, true);
    this.#setting.setUint32(nanosecondsAt, left - seconds * nanosecondsPerSecond, true);
    this.#libc.timerfd_settime(this.open(), 0, this.#address);
  }

  #create(): number {
    const fd = this.#libc.timerfd_create(monotonicClock, flags);
    if (fd < 0) throw new Error(`no timer to wait for: ${this.#libc.errorCode()}`);
    return fd;
  }

  close(): void {
    if (this.#fd !== undefined) this.#libc.close(this.#fd);
    this.#fd = undefined;
  }
}
