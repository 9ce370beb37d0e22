import { readdirSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { microseconds } from '../core/units.ts';
import { loadLibc } from './libc.ts';

const setAttributes: Readonly<Record<string, number>> = { x64: 314, arm64: 274 };
const attributeBytes = 48;
const runtimeAt = 24;
const nicenessAt = 16;
/** The shortest the kernel takes. */
const slice = microseconds(100);
const nicest = 19;

/**
 * Asks the scheduler to let this thread run as soon as it wakes, for short turns: it gets no more of
 * the processor, but gets it at once (EEVDF, Linux 6.12 and later). False where nobody heard.
 */
export function wakePromptly(): boolean {
  return schedule(0, (attributes) => attributes.setBigUint64(runtimeAt, BigInt(slice), true));
}

/**
 * Lets the process's other threads of now give way to everybody: for one whose work is all on the calling thread.
 * V8's helpers compile and mark the heap; one that is woken just before something is due would have this thread's
 * core until the next tick of the kernel, up to 4 ms. Not the policy for idle times: a core that runs such a
 * thread counts as free, and what wakes is put there although another has nothing to do.
 */
export function makeOthersYield(): void {
  for (const thread of otherThreads()) {
    schedule(thread, (attributes) => attributes.setInt32(nicenessAt, nicest, true));
  }
}

function otherThreads(): number[] {
  try {
    const self = basename(readlinkSync('/proc/thread-self'));
    return readdirSync('/proc/self/task')
      .filter((thread) => thread !== self)
      .map(Number);
  } catch {
    return [];
  }
}

/** Scheduling attributes of a thread, 0 the calling one; false where the kernel does not take them. */
function schedule(thread: number, fill: (attributes: DataView) => void): boolean {
  const libc = loadLibc();
  const call = setAttributes[process.arch];
  if (!libc || call === undefined) return false;
  const { address, memory } = libc.allocate(attributeBytes);
  const attributes = new DataView(memory);
  attributes.setUint32(0, attributeBytes, true);
  fill(attributes);
  return libc.syscall(call, thread, address, 0) === 0;
}

/** On Linux this lowers the calling thread only: sockets come first. */
export function yieldToReceivers(): void {
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here; the certificate shows what it costs.
  }
}

/**
 * Lets who waits for this core have it now. A thread that wakes takes the core from one that works only if that has
 * had it for a while, and is looked after no sooner than the next tick of the kernel, up to 4 ms later. Costs a system
 * call; nothing happens where it cannot be made.
 */
export function coreYielder(): () => void {
  const libc = loadLibc();
  return libc ? () => void libc.sched_yield() : () => {};
}

const setName = 15;
const longestName = 15;

/** What `top -H`, `ps -L` and `perf` call this thread; nothing happens where it cannot be named. */
export function nameThread(name: string): void {
  const libc = loadLibc();
  if (!libc) return;
  const { address, memory } = libc.allocate(longestName + 1);
  new TextEncoder().encodeInto(name.slice(0, longestName), new Uint8Array(memory, 0, longestName));
  new Uint8Array(memory)[longestName] = 0;
  libc.prctl(setName, address);
}
