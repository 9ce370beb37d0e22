import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type PlanFlag, planFlags, planFromFlags, scorePolicy } from '../config/index.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import type { Flags } from './verb.ts';

/** The flags that change how a run is scored, and nothing about how it was made. */
export const scoreFlags: readonly PlanFlag[] = planFlags.filter(({ path }) => path.startsWith('score.'));

/** A run whose plan is lost is scored with the defaults. */
const planless = { url: 'http://unknown.invalid', model: 'unknown', rate: '1' };

/** The policy of a stored run, changed by flags. */
export function storedPolicy(folder: string, flags: Flags): ScorePolicy {
  const path = join(folder, 'plan.json');
  const plan = existsSync(path) ? planFromFlags(flags, path) : planFromFlags({ ...planless, ...flags });
  return scorePolicy(plan.score);
}
