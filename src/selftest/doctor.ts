import type { HostFacts } from '../core/manifest.ts';
import { microseconds, milliseconds, type Nanoseconds, seconds } from '../core/units.ts';
import { hostFacts } from '../recording/host-facts.ts';
import { napper } from '../system/nap.ts';
import { type HostLimits, hostLimits } from './host-limits.ts';
import { type Finding, machineFindings } from './machine-findings.ts';
import { otherWork } from './other-work.ts';
import { type SelfTestResult, selfTest } from './self-test.ts';

/** Why a load is none that this machine can measure; `source`: the source could not send it. */
export type StepLimit = 'error' | 'use' | 'lost' | 'source';

/** One load of the climb to the highest that this machine can measure. */
export interface Step extends SelfTestResult {
  readonly asked: number;
  /** Absent: measurable. */
  readonly limit?: StepLimit;
}

export interface Diagnosis {
  readonly host: HostFacts;
  readonly limits: HostLimits;
  readonly selfTest: SelfTestResult;
  readonly steps: readonly Step[];
  /** Tokens a second that one receiving thread measures with a P99 error under 1 ms and under 70 % use; 0 if none. */
  readonly measurable: number;
  readonly findings: readonly Finding[];
}

const firstRate = 5000;
const lastRate = 160_000;
const streams = 1000;
export const worstError = milliseconds(1);
export const mostUse = 0.7;
/** A source that falls behind its own schedule by more is no measure any more. */
const sourceKeepsUp = 0.9;
/** Streams start and end one after the other: the mean over all is below the rate while all of them run. */
const rampLoss = 0.8;

/** What this machine can measure, and what stands in the way of more. */
export async function diagnose(onStep: (text: string) => void = () => {}): Promise<Diagnosis> {
  const others = await otherWork();
  onStep('self-test, 2 seconds …');
  const standard = await selfTest();
  const steps = await climb(onStep);
  const host = hostFacts();
  const limits = hostLimits();
  const wakeUp = wakeUpDelay();
  const machine = { host, limits, path: standard.path, otherWork: others, ...(wakeUp !== undefined && { wakeUp }) };
  const carried = steps.filter(({ limit }) => limit === undefined).map(({ asked }) => asked);
  return {
    host,
    limits,
    selfTest: standard,
    steps,
    measurable: Math.max(0, ...carried),
    findings: machineFindings(machine),
  };
}

/** Doubles the load until one cannot be measured; one that cannot is tried twice, since machines stall for moments. */
async function climb(onStep: (text: string) => void): Promise<Step[]> {
  const steps: Step[] = [];
  for (let asked = firstRate; asked <= lastRate; asked *= 2) {
    onStep(`${asked.toLocaleString('en')} tokens/s …`);
    let step = await measure(asked);
    if (step.limit !== undefined) step = await measure(asked);
    steps.push(step);
    if (step.limit !== undefined) break;
  }
  return steps;
}

async function measure(asked: number): Promise<Step> {
  const result = await selfTest({ streams, tokensPerSecond: asked, length: seconds(1.5) });
  const limit = limitOf(asked, result);
  return { ...result, asked, ...(limit && { limit }) };
}

function limitOf(asked: number, { error, utilisation, lost, tokensPerSecond }: SelfTestResult): StepLimit | undefined {
  if (lost > 0) return 'lost';
  if (error.p99 > worstError) return 'error';
  if (utilisation > mostUse) return 'use';
  return tokensPerSecond < asked * sourceKeepsUp * rampLoss ? 'source' : undefined;
}

/** The median by which a sleep of 0.3 ms ends late; a sleepy processor needs tens of microseconds. */
function wakeUpDelay(): Nanoseconds | undefined {
  const nap = napper();
  if (!nap) return undefined;
  const asked = microseconds(300);
  const late = Array.from({ length: 200 }, () => {
    const before = performance.now();
    nap(asked);
    return (performance.now() - before) * 1e6 - asked;
  }).sort((a, b) => a - b);
  return Math.round(late[100] ?? 0) as Nanoseconds;
}
