import type { HostFacts } from '../core/manifest.ts';
import { microseconds, milliseconds, type Nanoseconds, seconds } from '../core/units.ts';
import { hostFacts } from '../recording/host-facts.ts';
import { napper } from '../system/nap.ts';
import { type HostLimits, hostLimits } from './host-limits.ts';
import { type SelfTestResult, selfTest } from './self-test.ts';

/** One load of the climb to the highest that this machine can measure. */
export interface Step extends SelfTestResult {
  readonly asked: number;
  readonly measurable: boolean;
}

export interface Finding {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly ok: boolean;
  /** What it does to a measurement, and what to change. */
  readonly advice?: string;
}

export interface Diagnosis {
  readonly host: HostFacts;
  readonly limits: HostLimits;
  readonly selfTest: SelfTestResult;
  readonly steps: readonly Step[];
  /** Tokens a second that one receiving thread measures with a P99 error under 1 ms and under 70 % use; 0 if none. */
  readonly measurable: number;
  /** The source could not send more: the machine may measure more than `measurable`. */
  readonly sourceWasTheLimit: boolean;
  readonly findings: readonly Finding[];
}

const firstRate = 5000;
const lastRate = 160_000;
const streams = 1000;
const worstError = milliseconds(1);
const mostUse = 0.7;
/** A source that falls behind its own schedule by more is no measure any more. */
const sourceKeepsUp = 0.9;

/** What this machine can measure, and what stands in the way of more. */
export async function diagnose(onStep: (text: string) => void = () => {}): Promise<Diagnosis> {
  onStep('self-test, 2 seconds …');
  const standard = await selfTest();
  const steps: Step[] = [];
  let sourceWasTheLimit = false;
  for (let asked = firstRate; asked <= lastRate; asked *= 2) {
    onStep(`${asked.toLocaleString('en')} tokens/s …`);
    const result = await selfTest({ streams, tokensPerSecond: asked, length: seconds(1.5) });
    const inTime = result.error.p99 <= worstError && result.utilisation <= mostUse && result.lost === 0;
    sourceWasTheLimit = inTime && result.tokensPerSecond < asked * sourceKeepsUp * rampLoss;
    steps.push({ ...result, asked, measurable: inTime && !sourceWasTheLimit });
    if (!inTime || sourceWasTheLimit) break;
  }
  const host = hostFacts();
  const limits = hostLimits();
  return {
    host,
    limits,
    selfTest: standard,
    steps,
    measurable: steps.reduce((most, { asked, measurable }) => (measurable ? Math.max(most, asked) : most), 0),
    sourceWasTheLimit,
    findings: findingsOf(host, limits, standard, wakeUpDelay()),
  };
}

/** Streams start and end one after the other: the mean over all is below the rate while all of them run. */
const rampLoss = 0.8;

/** The median by which a sleep of 0.3 ms ends late; a sleepy processor needs tens of microseconds. */
function wakeUpDelay(): Nanoseconds | undefined {
  const nap = napper();
  if (!nap) return undefined;
  const asked = microseconds(300);
  const late = Array.from({ length: 200 }, () => {
    const before = performance.now();
    nap(asked);
    return (performance.now() - before) * 1e6 - asked;
  }).sort((a, b) => a - b);
  return Math.round(late[100] ?? 0) as Nanoseconds;
}

const slowWakeUp = microseconds(50);

function findingsOf(
  host: HostFacts,
  { files, ports }: HostLimits,
  { path }: SelfTestResult,
  wakeUp: Nanoseconds | undefined,
): Finding[] {
  const cores = host.usableCores ?? host.cores;
  return [
    finding('stamps', 'Token times', path === 'A' ? 'by the kernel' : 'by user space', path === 'A', {
      advice: 'on Linux, install the optional package koffi: the kernel then stamps what it receives',
    }),
    finding('cores', 'Cores', String(cores), cores >= 2, {
      advice: 'with one core, reading, recording and everything else take turns; use two or more',
    }),
    finding('files', 'File descriptors', files === undefined ? 'unknown' : String(files), (files ?? 1e6) >= 4096, {
      advice: 'each open answer needs one: raise the limit with ulimit -n',
    }),
    finding(
      'ports',
      'Ports to one address',
      ports === undefined ? 'unknown' : String(ports),
      (ports ?? 1e6) >= 16_384,
      {
        advice: 'each connection to one address needs one: widen net.ipv4.ip_local_port_range',
      },
    ),
    finding('governor', 'Frequency governor', host.governor ?? 'not told', host.governor !== 'powersave', {
      advice: 'a core that slows down when idle wakes late: cpupower frequency-set -g performance',
    }),
    finding('clock', 'Clock source', host.clockSource ?? 'not told', !slowClocks.has(host.clockSource ?? ''), {
      advice: 'reading this clock takes a microsecond and more; tsc or kvm-clock are better where the machine allows',
    }),
    finding(
      'wake-up',
      'Wake-up from idle',
      wakeUp === undefined ? 'not measured' : `${(wakeUp / 1e3).toFixed(0)} µs late`,
      (wakeUp ?? 0) <= slowWakeUp,
      {
        advice: 'idle states keep a core asleep; idle spinners (chrt -i 0) or the setting idle=poll keep it awake',
      },
    ),
  ];
}

const slowClocks = new Set(['hpet', 'acpi_pm', 'jiffies']);

function finding(id: string, label: string, value: string, ok: boolean, { advice }: { advice: string }): Finding {
  return { id, label, value, ok, ...(!ok && { advice }) };
}
