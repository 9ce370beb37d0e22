import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../core/manifest.ts';
import { microseconds } from '../core/units.ts';
import { type Machine, machineFindings } from './machine-findings.ts';
import { otherWork } from './other-work.ts';

const host: HostFacts = {
  os: 'Linux',
  kernel: '6',
  architecture: 'x64',
  node: 'v20',
  cores: 4,
  memory_bytes: 8e9,
  governor: 'performance',
  clockSource: 'tsc',
};
const good: Machine = {
  host,
  limits: { files: 20_000, ports: 28_232, memory_bytes: 4e9 },
  path: 'A',
  wakeUp: microseconds(20),
  otherWork: 0.1,
};

const wrong = (more: Partial<Machine>) => machineFindings({ ...good, ...more }).filter(({ ok }) => !ok);

describe('what the doctor finds of a machine', () => {
  it('is nothing to change on a good one', () => {
    expect(wrong({})).toEqual([]);
    const { wakeUp: _, ...untold } = good;
    expect(machineFindings({ ...untold, limits: { memory_bytes: 4e9 } }).every(({ ok }) => ok)).toBe(true);
  });

  it.each<[string, Partial<Machine>, RegExp]>([
    ['stamps', { path: 'B' }, /koffi/],
    ['other-work', { otherWork: 1.3 }, /stop them/],
    ['cores', { host: { ...host, usableCores: 1 } }, /two or more/],
    ['files', { limits: { ...good.limits, files: 1024 } }, /ulimit -n/],
    ['ports', { limits: { ...good.limits, ports: 1000 } }, /ip_local_port_range/],
    ['memory', { limits: { ...good.limits, memory_bytes: 1e8 } }, /10,000 open streams/],
    ['governor', { host: { ...host, governor: 'powersave' } }, /cpupower/],
    ['clock', { host: { ...host, clockSource: 'hpet' } }, /tsc/],
    ['wake-up', { wakeUp: microseconds(90) }, /idle=poll/],
  ])('is %s, with what to do about it', (id, more, advice) => {
    expect(wrong(more)).toMatchObject([{ id, advice: expect.stringMatching(advice) }]);
  });

  it('counts the cores that others use', async () => {
    const cores = await otherWork(50);
    expect(cores).toBeGreaterThanOrEqual(0);
    expect(cores).toBeLessThan(1000);
  });
});
