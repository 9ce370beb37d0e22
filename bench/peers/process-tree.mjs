// A program run to its end: wall time, processor time and memory of it and all that it started. Linux.
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { start } from '../../scripts/child.mjs';

const pageBytes = 4096;
const ticksPerSecond = 100;
const lookEvery = 200;

/** Seconds of processor time of all children that have ended, with what they had waited for. */
function childrenSeconds() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** Parents of all processes. */
function parents() {
  const found = new Map();
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      found.set(Number(pid), Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]));
    } catch {
      // It ended in between.
    }
  }
  return found;
}

function family(root) {
  const parentOf = parents();
  const members = new Set([root]);
  for (let size = 0; size < members.size; ) {
    size = members.size;
    for (const [pid, parent] of parentOf) if (members.has(parent)) members.add(pid);
  }
  return members;
}

/** Bytes held: pages of each process alone, and the largest set of pages shared with others once. */
function memoryOf(members) {
  let own = 0;
  let shared = 0;
  for (const pid of members) {
    try {
      const [, resident, common] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number);
      own += resident - common;
      shared = Math.max(shared, common);
    } catch {
      // It ended in between.
    }
  }
  return (own + shared) * pageBytes;
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}

/**
 * Runs it; `startedAt` is on the machine's monotonic clock, nanoseconds. `stall` is the longest time
 * for which this process, which only looks on, did not run though it wanted to.
 */
export async function measure({ command, args, env, cwd }, { logPath, timeoutSeconds }) {
  const before = childrenSeconds();
  const startedAt = Number(process.hrtime.bigint());
  const log = createWriteStream(logPath);
  const child = start(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let memory = 0;
  let looked = startedAt;
  let stall = 0;
  const watching = setInterval(() => {
    const now = Number(process.hrtime.bigint());
    stall = Math.max(stall, now - looked - lookEvery * 1e6);
    looked = now;
    memory = Math.max(memory, memoryOf(family(child.pid)));
  }, lookEvery);
  const limit = setTimeout(() => {
    for (const pid of family(child.pid)) kill(pid);
  }, timeoutSeconds * 1000);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve(exit ?? signal));
  }).finally(() => {
    clearInterval(watching);
    clearTimeout(limit);
    log.end();
  });
  const endedAt = Number(process.hrtime.bigint());
  return { code, startedAt, wall: endedAt - startedAt, cpu: (childrenSeconds() - before) * 1e9, memory, stall };
}
