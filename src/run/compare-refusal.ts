import type { DifferingKey } from '../analyses/comparison-compatibility.ts';
import { MetronError } from '../core/errors.ts';

/** Two that are to be compared, and what differs between them. */
export interface ToldApart {
  readonly baseline: string;
  readonly candidate: string;
  readonly differing: readonly DifferingKey[];
}

/** Refuses pairs whose difference would say nothing about the systems. */
export function refuseUnlike(pairs: readonly ToldApart[]): void {
  const lines = pairs.flatMap(({ baseline: one, candidate: other, differing }) =>
    differing
      .filter(({ forbids }) => forbids)
      .map(({ key, baseline, candidate }) => `${key}: ${baseline} in ${one}, ${candidate} in ${other}`),
  );
  if (lines.length === 0) return;
  throw new MetronError(
    'RUNS_UNLIKE',
    ['these had different workloads; a difference would say nothing about the systems', ...lines].join('\n  '),
    { hint: 'measure all with the same plan, or compare all the same with --force' },
  );
}
