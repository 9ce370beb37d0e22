import { keepTime } from '../../system/keep-time.ts';
import type { EngineCore } from '../core.ts';
import type { EngineOptionsInput } from './options.ts';
import { type RunningEngine, startEngine } from './start-engine.ts';
import { timingWarnings } from './timing-warnings.ts';

export interface ServeEngineOptions {
  readonly engine?: EngineOptionsInput;
  readonly core?: EngineCore;
  /** One JSON line instead of the sentence when ready. */
  readonly json?: boolean;
  /** Ends when stdin closes or the parent process is gone, so that a demo leaves no orphan. */
  readonly exitWithParent?: boolean;
  readonly print?: (line: string) => void;
  readonly warn?: (line: string) => void;
}

const uncalibrated =
  'note: this GPU is known by its datasheet alone (uncalibrated): expect 13 to 16 % error; --calibrate fits it to a server';

const watchMilliseconds = 5000;

/**
 * Serves an engine until this process is told to end (SIGTERM, SIGINT, the parent's going). Says
 * where it listens in one line, and says so when its writes are late.
 */
export async function serveEngine(options: ServeEngineOptions = {}): Promise<void> {
  const print = options.print ?? ((line) => void process.stdout.write(`${line}\n`));
  const warn = options.warn ?? ((line) => void process.stderr.write(`${line}\n`));
  keepTime();
  const engine = await startEngine(options.engine, options.core);
  const { url, port, provenance } = engine;
  const ended = endOfService(options.exitWithParent ?? false);
  print(
    options.json
      ? JSON.stringify({ url, port, pid: process.pid, ...(provenance && { provenance }) })
      : `listening on ${url}`,
  );
  if (provenance === 'uncalibrated') warn(uncalibrated);
  const watch = watchTiming(engine, warn);
  await ended;
  clearInterval(watch);
  await engine.close();
  // An open stdin would keep the process alive.
  if (options.exitWithParent) process.stdin.destroy();
}

/** Says once of each bound that it is not kept. */
function watchTiming(engine: RunningEngine, warn: (line: string) => void): NodeJS.Timeout {
  const warned = new Set<string>();
  let waited = engine.stats().coreWaitSeconds;
  const watch = setInterval(() => {
    const stats = engine.stats();
    const latest = (stats.coreWaitSeconds ?? 0) - (waited ?? 0);
    waited = stats.coreWaitSeconds;
    const coreWaitShare = latest / (watchMilliseconds / 1e3);
    for (const { bound, warning } of timingWarnings({ ...stats, coreWaitShare })) {
      if (!warned.has(bound)) warn(warning);
      warned.add(bound);
    }
  }, watchMilliseconds);
  watch.unref();
  return watch;
}

function endOfService(exitWithParent: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    process.once('disconnect', resolve);
    if (!exitWithParent) return;
    process.stdin.once('end', resolve);
    process.stdin.once('error', resolve);
    process.stdin.resume();
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) resolve();
    }, 1000).unref();
  });
}
