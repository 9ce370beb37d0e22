import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { MetronError } from '../core/errors.ts';
import { cgroupMemory } from './cgroup-memory.ts';

export interface HostLimits {
  /** File descriptors this process may have. */
  readonly files?: number;
  /** Ports for connections to one address. */
  readonly ports?: number;
  /** What this process may still have, by the machine and by its control groups. */
  readonly memory_bytes: number;
}

/** What is open at once at most. */
export interface OpenLoad {
  readonly connections: number;
  /** Mean of what each is asked for. */
  readonly tokensEach: number;
}

/** Files of the process that are no connections: libraries, threads, records, streams. */
const ownFiles = 100;
const bytesPerStream = 16 * 1024;
/** Its times and counts are kept until its answer has ended. */
const bytesPerToken = 24;

export function hostLimits(): HostLimits {
  const files = /Max open files\s+(\d+)/.exec(read('/proc/self/limits'))?.[1];
  const [low, high] = read('/proc/sys/net/ipv4/ip_local_port_range').trim().split(/\s+/).map(Number);
  const available = /MemAvailable:\s+(\d+) kB/.exec(read('/proc/meminfo'))?.[1];
  const free = available === undefined ? freemem() : Number(available) * 1024;
  return {
    ...(files !== undefined && { files: Number(files) }),
    ...(low && high && { ports: high - low + 1 }),
    memory_bytes: Math.min(free, cgroupMemory() ?? free),
  };
}

/** Refuses a load that needs more than this machine has, before anything is sent. */
export function expectRoomFor({ connections, tokensEach }: OpenLoad, limits: HostLimits = hostLimits()): void {
  const { files, ports, memory_bytes } = limits;
  if (files !== undefined && connections + ownFiles > files) {
    throw new MetronError(
      'TOO_FEW_FILES',
      `the plan needs ${connections + ownFiles} file descriptors at once and this process may have ${files}`,
      { hint: `raise the limit, for example with ulimit -n ${connections + ownFiles}` },
    );
  }
  if (ports !== undefined && connections > ports) {
    throw new MetronError(
      'TOO_FEW_PORTS',
      `the plan needs ${connections} connections at once and this machine has ${ports} ports for connections to one address`,
      { hint: 'widen net.ipv4.ip_local_port_range, or spread the load over several machines' },
    );
  }
  const needed_bytes = connections * (bytesPerStream + tokensEach * bytesPerToken);
  if (needed_bytes > memory_bytes) {
    throw new MetronError(
      'TOO_LITTLE_MEMORY',
      `the plan needs about ${mebibytes(needed_bytes)} MiB for what it has open at once and ${mebibytes(memory_bytes)} MiB are free`,
      { hint: 'ask for less at once or for shorter answers, or spread the load over several machines' },
    );
  }
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
