import { registry } from '../../core/registry.ts';
import { constant } from './constant.ts';
import { gamma } from './gamma.ts';
import { oneShot } from './one-shot.ts';
import { poisson } from './poisson.ts';

/** The first is the default. */
export const arrivals = registry('arrival process', [poisson, gamma, constant, oneShot]);

export type { ArrivalOptions } from './arrival.ts';
