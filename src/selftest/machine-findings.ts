import type { HostFacts } from '../core/manifest.ts';
import { microseconds, type Nanoseconds } from '../core/units.ts';
import type { HostLimits } from './host-limits.ts';

/** Something about the machine that moves a measurement. */
export interface Finding {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly ok: boolean;
  /** What it does to a measurement, and what to change. */
  readonly advice?: string;
}

export interface Machine {
  readonly host: HostFacts;
  readonly limits: HostLimits;
  /** How stamps are taken. */
  readonly path: string;
  /** How late a short sleep ends; absent where it cannot be measured. */
  readonly wakeUp?: Nanoseconds;
  /** Cores that other programs use. */
  readonly otherWork: number;
}

const slowWakeUp = microseconds(50);
/** Share of the cores. */
const muchOtherWork = 0.1;
const fewFiles = 4096;
const fewPorts = 16_384;
const littleMemory = 2 ** 29;
const slowClocks = new Set(['hpet', 'acpi_pm', 'jiffies']);

const whole = (value: number): string => Math.round(value).toLocaleString('en');

/** What stands in the way of a better measurement, most telling first. */
export function machineFindings({ host, limits, path, wakeUp, otherWork }: Machine): Finding[] {
  const cores = host.usableCores ?? host.cores;
  const { files, ports, memory_bytes } = limits;
  return [
    finding('stamps', 'Token times', path === 'A' ? 'by the kernel' : 'by user space', path === 'A', {
      advice: 'on Linux, install the optional package koffi: the kernel then stamps what it receives',
    }),
    finding(
      'other-work',
      'Other programs',
      `use ${otherWork.toFixed(1)} of ${host.cores} cores`,
      otherWork <= muchOtherWork * host.cores,
      {
        advice: 'they take the cores in turns with metron, and make every figure here worse: stop them, or look again',
      },
    ),
    finding('cores', 'Cores', String(cores), cores >= 2, {
      advice: 'with one core, reading, recording and everything else take turns; use two or more',
    }),
    finding(
      'files',
      'File descriptors',
      files === undefined ? 'unknown' : whole(files),
      (files ?? fewFiles) >= fewFiles,
      {
        advice: 'each open answer needs one: raise the limit with ulimit -n',
      },
    ),
    finding(
      'ports',
      'Ports to one address',
      ports === undefined ? 'unknown' : whole(ports),
      (ports ?? fewPorts) >= fewPorts,
      {
        advice: 'each connection to one address needs one: widen net.ipv4.ip_local_port_range',
      },
    ),
    finding('memory', 'Free memory', `${whole(memory_bytes / 2 ** 20)} MiB`, memory_bytes >= littleMemory, {
      advice: '10,000 open streams take about 200 MiB, and the bytes of their answers come on top',
    }),
    finding('governor', 'Frequency governor', host.governor ?? 'not told', host.governor !== 'powersave', {
      advice: 'a core that slows down when idle wakes late: cpupower frequency-set -g performance',
    }),
    finding('clock', 'Clock source', host.clockSource ?? 'not told', !slowClocks.has(host.clockSource ?? ''), {
      advice: 'reading this clock takes a microsecond and more; tsc or kvm-clock are better where the machine allows',
    }),
    finding(
      'wake-up',
      'Wake-up from idle',
      wakeUp === undefined ? 'not measured' : `${whole(wakeUp / 1e3)} µs late`,
      (wakeUp ?? 0) <= slowWakeUp,
      {
        advice: 'idle states keep a core asleep; idle spinners (chrt -i 0) or the setting idle=poll keep it awake',
      },
    ),
  ];
}

function finding(id: string, label: string, value: string, ok: boolean, { advice }: { advice: string }): Finding {
  return { id, label, value, ok, ...(!ok && { advice }) };
}
