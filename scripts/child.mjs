import { spawn } from 'node:child_process';
import { repository } from './repository.mjs';

const running = new Set();
/** Children that share the terminal, and so get Ctrl-C themselves. */
const foreground = new Set();

/** No child outlives the script, whichever way the script ends. */
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
process.on('SIGTERM', () => process.exit(143));
process.on('SIGHUP', () => process.exit(129));
process.on('SIGINT', () => {
  // A child in the foreground decides what Ctrl-C means: a run, for one, drains and reports.
  if (foreground.size === 0) process.exit(130);
});

/** Starts a process that ends with this one. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { cwd: repository, ...options });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Runs a process to its end and keeps what it printed, both streams in order of arrival. */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const parts = [];
    child.stdout.on('data', (bytes) => parts.push(bytes));
    child.stderr.on('data', (bytes) => parts.push(bytes));
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code: code ?? 1, signal, output: Buffer.concat(parts).toString('utf8') }),
    );
  });
}

/** Runs a process that must succeed; what it printed is shown only if it did not. */
export async function run(command, args, options = {}) {
  const result = await capture(command, args, options);
  if (result.code === 0) return;
  throw new Error(`${[command, ...args].join(' ')}: exit ${result.code}\n${result.output}`);
}

/** Runs a process on this terminal and says how it ended. */
export async function show(command, args, options = {}) {
  const child = start(command, args, { stdio: 'inherit', ...options });
  foreground.add(child);
  try {
    return await exitCode(child);
  } finally {
    foreground.delete(child);
  }
}

/** Waits for a process to end. */
function exitCode(child) {
  return new Promise((resolve, reject) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Asks a process to end, insists after a while, and returns when it is gone. */
export async function stop(child, graceSeconds = 5) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = exitCode(child);
  child.stdin?.end();
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000);
  await gone;
  clearTimeout(insist);
}

/**
 * The first line of a process's output that is a JSON object: how our servers say where they
 * listen. What it prints after that is let go.
 */
export function firstJsonLine(child, { timeoutSeconds, what }) {
  return new Promise((resolve, reject) => {
    let pending = '';
    let complaints = '';
    const fail = (reason) => reject(new Error(`${what}: ${reason}\n${complaints}`));
    const timer = setTimeout(() => fail(`not ready after ${timeoutSeconds} s`), timeoutSeconds * 1000);
    child.stderr.on('data', (bytes) => {
      complaints = (complaints + bytes).slice(-4000);
    });
    child.stdout.on('data', function listen(bytes) {
      pending += bytes;
      const line = pending
        .split('\n')
        .slice(0, -1)
        .find((candidate) => candidate.startsWith('{') && candidate.endsWith('}'));
      if (line === undefined) return;
      clearTimeout(timer);
      child.stdout.off('data', listen).resume();
      resolve(JSON.parse(line));
    });
    child.once('error', (error) => fail(error.message));
    child.once('close', (code) => {
      clearTimeout(timer);
      fail(`ended before it was ready (exit ${code})`);
    });
  });
}
