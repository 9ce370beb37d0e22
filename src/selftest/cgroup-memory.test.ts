import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupMemory } from './cgroup-memory.ts';

/** A folder with these files, by path. */
function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'metron-cgroup-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return root;
}

describe('what control groups leave', () => {
  it('is the limit less what is in use and cannot be taken back', () => {
    const root = machine({
      'proc/self/cgroup': '0::/user/metron',
      'sys/fs/cgroup/user/metron/memory.max': '1000',
      'sys/fs/cgroup/user/metron/memory.current': '700',
      'sys/fs/cgroup/user/metron/memory.stat': 'anon 400\ninactive_file 300\nactive_file 7',
    });
    expect(cgroupMemory(root)).toBe(600);
  });

  it('is that of the narrowest group around the process', () => {
    const root = machine({
      'proc/self/cgroup': '0::/user/metron',
      'sys/fs/cgroup/user/metron/memory.max': 'max',
      'sys/fs/cgroup/user/memory.max': '500',
      'sys/fs/cgroup/user/memory.current': '600',
      'sys/fs/cgroup/memory.max': '10000',
      'sys/fs/cgroup/memory.current': '600',
    });
    expect(cgroupMemory(root)).toBe(0);
  });

  it('is known of the first version, too, also where a container sees its group as the outermost', () => {
    const root = machine({
      'proc/self/cgroup': '5:cpu,memory:/docker/0123\n1:cpuset:/\n0::/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '1000',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '400',
      'sys/fs/cgroup/memory/memory.stat': 'inactive_file 7\ntotal_inactive_file 100',
    });
    expect(cgroupMemory(root)).toBe(700);
  });

  it('is absent without a limit and without groups', () => {
    const limitless = machine({
      'proc/self/cgroup': '4:memory:/\n0::/',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
    });
    expect(cgroupMemory(limitless)).toBeUndefined();
    expect(cgroupMemory(machine({}))).toBeUndefined();
  });
});
