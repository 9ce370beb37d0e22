import { readdirSync } from 'node:fs';
import { type Address, type Libc, loadLibc } from '../system/libc.ts';

/** Room for 1,024 processors. */
const maskBytes = 128;
const callingThread = 0;

/** Cores a thread may run on, the calling one if none is named, ascending; empty where that is not told. */
export function allowedCores(thread = callingThread): number[] {
  const mask = newMask();
  if (mask?.libc.sched_getaffinity(thread, maskBytes, mask.address) !== 0) return [];
  const { bits } = mask;
  return Array.from({ length: maskBytes * 8 }, (_, core) => core).filter(
    (core) => ((bits[core >> 3] ?? 0) & (1 << (core & 7))) !== 0,
  );
}

/** Keeps a thread, the calling one if none is named, to some cores. False where that cannot be. */
export function keepTo(cores: readonly number[], thread = callingThread): boolean {
  const mask = newMask();
  if (!mask || cores.length === 0) return false;
  for (const core of cores) mask.bits[core >> 3] = (mask.bits[core >> 3] ?? 0) | (1 << (core & 7));
  return mask.libc.sched_setaffinity(thread, maskBytes, mask.address) === 0;
}

export interface Partition {
  /** Where receiving threads shall run: the last cores. */
  readonly receiverCores: readonly number[];
  /** Keeps all threads there are, and those that they start from now on, off the receivers' cores; receivers stay. */
  begin(): void;
  /** Lets every thread run wherever it could before. */
  restore(): void;
}

/**
 * Cores for receivers alone. A receiver that has to wait while a neighbour compiles, collects garbage or
 * makes records reads two tokens of a stream at once, and then only the last has its stamp; and what
 * it has to send leaves late. Undefined where there are not enough cores or the system does not let us.
 * Until `begin` nothing is kept anywhere, so that threads can start on all cores.
 */
export function partitionCores(receivers: number): Partition | undefined {
  const cores = allowedCores();
  if (cores.length <= receivers || !keepTo(cores)) return undefined;
  const others = cores.slice(0, -receivers);
  const receiverCores = cores.slice(-receivers);
  const receives = (thread: number): boolean => allowedCores(thread).every((core) => receiverCores.includes(core));
  return {
    receiverCores,
    begin() {
      keepTo(others);
      for (const thread of threadsOfProcess()) if (!receives(thread)) keepTo(others, thread);
    },
    restore() {
      keepProcessTo(cores);
    },
  };
}

/** Keeps all threads of this process to some cores, and those that they start from now on. False where that cannot be. */
export function keepProcessTo(cores: readonly number[]): boolean {
  if (!keepTo(cores)) return false;
  for (const thread of threadsOfProcess()) keepTo(cores, thread);
  return true;
}

function threadsOfProcess(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}

let mask: { readonly libc: Libc; readonly address: Address; readonly bits: Uint8Array } | undefined;

/** The one mask of this thread, empty: its memory is never given back. */
function newMask(): typeof mask {
  const libc = loadLibc();
  if (!libc) return undefined;
  if (!mask) {
    const { address, memory } = libc.allocate(maskBytes);
    mask = { libc, address, bits: new Uint8Array(memory) };
  }
  mask.bits.fill(0);
  return mask;
}
