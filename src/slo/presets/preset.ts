import type { Definition } from '../../core/registry.ts';
import type { ScorePolicy } from '../../metrics/index.ts';

/** A published objective by name. */
export interface Preset extends Definition {
  readonly summary: string;
  readonly conditions: readonly string[];
  readonly policy?: Partial<ScorePolicy>;
}
