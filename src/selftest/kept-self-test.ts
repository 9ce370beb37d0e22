import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir, hostname, uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { microseconds } from '../core/units.ts';
import { type SelfTestResult, selfTest } from './self-test.ts';

/** When a self-test runs: before every run, once per host, boot and version, or never. */
export const selfTestModes = ['always', 'cached', 'off'] as const;
export type SelfTestMode = (typeof selfTestModes)[number];

interface Kept {
  readonly key: string;
  readonly result: SelfTestResult;
}

/** A worse result says that the machine was busy at the time, which it need not be next time. */
const keptUpTo = microseconds(500);

export interface SelfTestOptions {
  /** Of metron: another one may stamp otherwise. */
  readonly version: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Measures; the built-in self-test if absent. */
  readonly measure?: () => Promise<SelfTestResult>;
  /** Told before something is measured. */
  readonly onMeasure?: () => void;
}

/** This machine's own error: measured now, or kept from before. */
export async function selfTestBy(mode: SelfTestMode, options: SelfTestOptions): Promise<SelfTestResult | undefined> {
  if (mode === 'off') return undefined;
  const { environment = process.env, measure = selfTest, onMeasure } = options;
  const kept = mode === 'cached' ? await keptSelfTest(options) : undefined;
  if (kept) return kept;
  onMeasure?.();
  const result = await measure();
  const key = await machineKey(options.version);
  if (result.error.p99 <= keptUpTo) await keep(cacheFile(environment), { key, result });
  return result;
}

/** What was found on this machine since it started, if anything was. */
export async function keptSelfTest(
  options: Pick<SelfTestOptions, 'version' | 'environment'>,
): Promise<SelfTestResult | undefined> {
  const kept = await read(cacheFile(options.environment ?? process.env));
  return kept?.key === (await machineKey(options.version)) ? kept?.result : undefined;
}

function cacheFile({ XDG_CACHE_HOME: cache }: Readonly<Record<string, string | undefined>>): string {
  return join(cache || join(homedir(), '.cache'), 'metron', 'self-test.json');
}

async function machineKey(version: string): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined);
  // Elsewhere the time of the boot, to the minute, since both clocks it is read from drift.
  const boot = bootId?.trim() ?? String(Math.round((Date.now() / 1000 - uptime()) / 60));
  return [hostname(), boot, version, process.version].join(' ');
}

async function read(file: string): Promise<Kept | undefined> {
  try {
    const kept = JSON.parse(await readFile(file, 'utf8')) as Partial<Kept>;
    const { key, result } = kept;
    return key !== undefined && typeof result?.error?.p99 === 'number' ? { key, result } : undefined;
  } catch {
    return undefined;
  }
}

/** A cache that cannot be written costs two seconds next time, nothing else. */
async function keep(file: string, kept: Kept): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(kept));
  } catch {
    return;
  }
}
