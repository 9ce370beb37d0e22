import { registry } from '../core/registry.ts';
import type { RunMetric } from './metric.ts';
import { errorRate } from './run/error-rate.ts';
import { firstTokenInTime } from './run/first-token-in-time.ts';
import { fluidRate } from './run/fluid-rate.ts';
import { fluidShare } from './run/fluid-share.ts';
import { goodputRequests } from './run/goodput-requests.ts';
import { goodputTokens } from './run/goodput-tokens.ts';
import { inputThroughput } from './run/input-throughput.ts';
import { inputThroughputUncached } from './run/input-throughput-uncached.ts';
import { outputThroughput } from './run/output-throughput.ts';
import { pooledMissRate } from './run/pooled-miss-rate.ts';
import { rebufferShare } from './run/rebuffer-share.ts';
import { requestThroughput } from './run/request-throughput.ts';
import { smoothGoodput } from './run/smooth-goodput.ts';
import { tbtThroughput } from './run/tbt-throughput.ts';
import { tpotThroughput } from './run/tpot-throughput.ts';

/** Every metric with one value per run. */
export const runMetrics = registry<RunMetric>('metric', [
  fluidShare,
  fluidRate,
  pooledMissRate,
  firstTokenInTime,
  errorRate,
  goodputRequests,
  goodputTokens,
  smoothGoodput,
  rebufferShare,
  outputThroughput,
  inputThroughput,
  inputThroughputUncached,
  requestThroughput,
  tpotThroughput,
  tbtThroughput,
]);
