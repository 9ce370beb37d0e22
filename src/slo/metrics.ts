import { registry } from '../core/registry.ts';
import { type PooledMetric, type RequestMetric, requestMetrics } from '../metrics/index.ts';
import { schedulingDelay } from './scheduling-delay.ts';

/** What a condition can speak about: every metric with a distribution. */
export const sloMetrics = registry<RequestMetric | PooledMetric>('metric', [...requestMetrics.all, schedulingDelay]);
