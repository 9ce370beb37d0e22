import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scoreFromFlags, scorePolicy } from '../config/index.ts';
import type { ScorePolicy } from '../metrics/index.ts';
import type { Flags } from './verb.ts';

/** The policy of a stored run, changed by flags. A run whose plan is lost is scored with the defaults. */
export const storedPolicy = (folder: string, flags: Flags): ScorePolicy =>
  scorePolicy(scoreFromFlags(flags, storedScore(folder)));

function storedScore(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')) as { score?: unknown }).score;
  } catch {
    return undefined;
  }
}
