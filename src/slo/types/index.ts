import { registry } from '../../core/registry.ts';
import { errorRate } from './error-rate.ts';
import { joint } from './joint.ts';
import { percentile } from './percentile.ts';
import type { SloType } from './type.ts';

/** The first whose form a text has reads it. */
export const sloTypes = registry<SloType>('kind of objective', [errorRate, percentile, joint]);
