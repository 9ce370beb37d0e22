// How busy other programs kept the machine during a measurement.
import { readFileSync } from 'node:fs';

/** Of /proc: nearly every Linux counts hundredths of a second. */
const ticksPerSecond = 100;
/** Fields of /proc/self/stat after the name: own user and system time, and those of children that have ended. */
const ownTimes = [11, 12, 13, 14];

function ticks() {
  try {
    const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8').split(/\s+/).slice(1).map(Number);
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    const own = ownTimes.reduce((sum, field) => sum + Number(fields[field]), 0);
    return { busy: user + nice + system + irq + softirq, own };
  } catch {
    return undefined;
  }
}

/** Starts to count; the function it returns says how many cores all other programs used since. Undefined where the system does not tell. */
export function watchOthers() {
  const before = ticks();
  const startedAt = performance.now();
  return () => {
    const after = ticks();
    if (!before || !after) return undefined;
    const seconds = (performance.now() - startedAt) / 1000;
    return Math.max(0, (after.busy - before.busy - (after.own - before.own)) / ticksPerSecond / seconds);
  };
}
