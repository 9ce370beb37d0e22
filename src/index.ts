/**
 * The library: the same as the command line. A plan goes in, a record comes out, and every number
 * is a pure function of the record.
 *
 * @example
 * import { resolvePlan, run } from 'metron';
 * const plan = resolvePlan({
 *   target: { url: 'http://localhost:8000/v1', model: 'llama-3.1-8b' },
 *   load: { closed: { users: 4 }, duration: '60s' },
 * });
 * const { summary, reportPath } = await run(plan);
 * console.log(summary.headline.fluidShare.value, reportPath);
 */
export type { CompareResult } from './analyses/comparison-result.ts';
export { loadPlan, type Plan, type PlanInput, planToJson, resolvePlan, scorePolicy } from './config/index.ts';
export { type ExitCode, exitCodes, MetronError } from './core/errors.ts';
export type { Manifest } from './core/manifest.ts';
export type { Chunks, Outcome, RequestRecord } from './core/record.ts';
export { milliseconds, type Nanoseconds, nanoseconds, type PerSecond, perSecond, seconds } from './core/units.ts';
export type { EngineOptionsInput } from './engine/server/options.ts';
export { type RunningEngine, startEngine } from './engine/server/start-engine.ts';
export * as metrics from './metrics/index.ts';
export { defaultPolicy, type ScorePolicy, type Summary } from './metrics/index.ts';
export { renderCsv } from './outputs/csv.ts';
export { readRun, type StoredRun } from './recording/read-run.ts';
export { audit } from './run/audit.ts';
export { type CapacityOutcome, type CapacityRequest, capacity } from './run/capacity.ts';
export { compare } from './run/compare.ts';
export { RunControl } from './run/control.ts';
export type { RunEvent } from './run/events.ts';
export { type ProfileResult, profile } from './run/profile.ts';
export { type AcrossRuns, type RepeatedResult, runRepeatedly } from './run/repeat.ts';
export { type RunOptions, type RunResult, run } from './run/run.ts';
export { report, type ScoreOptions, type ScoreResult, score } from './run/score.ts';
export { type SimulateOptions, type SimulateResult, simulate } from './run/simulate.ts';
export { type SweepOptions, sweep } from './run/sweep.ts';
