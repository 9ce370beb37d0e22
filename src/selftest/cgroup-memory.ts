import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Files {
  readonly limit: string;
  readonly used: string;
  /** In `memory.stat`: what the kernel gives back as soon as somebody needs it. */
  readonly reclaimable: string;
}

const second: Files = { limit: 'memory.max', used: 'memory.current', reclaimable: 'inactive_file' };
const first: Files = {
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  reclaimable: 'total_inactive_file',
};

/**
 * What the control groups of this process, of either version, still allow it, bytes; absent where none limits it.
 * `root` is where `proc` and `sys` are.
 */
export function cgroupMemory(root = '/'): number | undefined {
  const lines = read(join(root, 'proc/self/cgroup')).split('\n');
  const left = lines.flatMap((line) => {
    const [, controllers, path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return leftAbove(join(root, 'sys/fs/cgroup'), path, second);
    return controllers?.split(',').includes('memory') ? leftAbove(join(root, 'sys/fs/cgroup/memory'), path, first) : [];
  });
  return left.length === 0 ? undefined : Math.max(0, Math.min(...left));
}

/** A group has no more than those that hold it. */
function leftAbove(mount: string, path: string, files: Files): number[] {
  const group = join(mount, path);
  const here = leftIn(group, files);
  const above = path === '/' || path === '' ? [] : leftAbove(mount, dirname(path), files);
  return here === undefined ? above : [here, ...above];
}

function leftIn(group: string, { limit, used, reclaimable }: Files): number | undefined {
  const most = read(join(group, limit)).trim();
  // Without a limit it says `max`, or in the first version as many pages as a number holds.
  if (!/^\d+$/.test(most) || Number(most) > Number.MAX_SAFE_INTEGER) return undefined;
  const again = new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(read(join(group, 'memory.stat')))?.[1] ?? 0;
  return Number(most) - Number(read(join(group, used))) + Number(again);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
