import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Cores of this machine that programs use while we do nothing. */
export async function otherWork(milliseconds = 500): Promise<number> {
  const before = busyTime();
  const since = performance.now();
  await sleep(milliseconds);
  return Math.max(0, (busyTime() - before) / (performance.now() - since));
}

/** Milliseconds that all cores together were at work. */
const busyTime = (): number =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
