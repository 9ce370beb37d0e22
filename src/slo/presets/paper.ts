import { milliseconds } from '../../core/units.ts';
import type { Preset } from './preset.ts';

const tiers = { 25: 'interactive', 50: 'medium', 100: 'low priority' } as const;

/** The paper's capacity objective (arXiv 2407.07000 §5): 99 % of requests miss at most a tenth of their deadlines. */
export const paper: readonly Preset[] = Object.entries(tiers).map(([deadline, tier]) => ({
  kind: `paper-${deadline}`,
  summary: `fluidity of at least 0.9 for 99% of requests at D_d ${deadline} ms (${tier})`,
  conditions: ['fluidity>=0.9@99%'],
  policy: { decodeDeadline: milliseconds(Number(deadline)), fluidFrom: 0.9, fluidShare: 0.99 },
}));
