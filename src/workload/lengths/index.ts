import { registry } from '../../core/registry.ts';
import { empirical } from './empirical.ts';
import { fixed } from './fixed.ts';
import { lognormal } from './lognormal.ts';
import { uniform } from './uniform.ts';

export const lengths = registry('length distribution', [fixed, uniform, lognormal, empirical]);

export type { LengthOptions } from './length.ts';
export { type LengthPair, pairsFromFile } from './pairs.ts';
