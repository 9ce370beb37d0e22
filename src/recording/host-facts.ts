import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import type { HostFacts } from '../core/manifest.ts';

/** What this machine is, as far as it tells. No name, no address: only what moves a measurement. */
export function hostFacts(): HostFacts {
  const processors = cpus();
  const cpu = processors[0]?.model.trim();
  const usable = Math.min(availableParallelism(), containerCores() ?? Number.POSITIVE_INFINITY);
  const governor = read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor');
  const clockSource = read('/sys/devices/system/clocksource/clocksource0/current_clocksource');
  const virtual = virtualHints();
  return {
    os: type(),
    kernel: release(),
    architecture: arch(),
    node: process.version,
    ...(cpu && { cpu }),
    cores: processors.length,
    ...(usable < processors.length && { usableCores: usable }),
    memory_bytes: totalmem(),
    ...(governor && { governor }),
    ...(clockSource && { clockSource }),
    ...(virtual.length > 0 && { virtual }),
  };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The CPU quota of a control group (version 2): "quota period" or "max period". */
function containerCores(): number | undefined {
  const [quota, period] = (read('/sys/fs/cgroup/cpu.max') ?? '').split(' ').map(Number);
  return quota && period ? quota / period : undefined;
}

function virtualHints(): string[] {
  const hints: string[] = [];
  if (/^flags\s*:.*\bhypervisor\b/m.test(read('/proc/cpuinfo') ?? '')) hints.push('virtual machine');
  if (process.env.KUBERNETES_SERVICE_HOST) hints.push('Kubernetes');
  if (existsSync('/.dockerenv') || existsSync('/run/.containerenv')) hints.push('container');
  return hints;
}
