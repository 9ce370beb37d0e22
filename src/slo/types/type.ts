import type { Definition } from '../../core/registry.ts';
import type { Condition } from '../slo.ts';

/** One form of condition. */
export interface SloType extends Definition {
  readonly summary: string;
  readonly example: string;
  /** The condition, or undefined if the text has another form. */
  parse(text: string): Condition | undefined;
}
