import { registry } from '../core/registry.ts';
import type { PooledMetric, RequestMetric } from './metric.ts';
import { abovePrefillCurve } from './request/above-prefill-curve.ts';
import { chunkGap } from './request/chunk-gap.ts';
import { deadlineMissRate } from './request/deadline-miss-rate.ts';
import { decodeRate } from './request/decode-rate.ts';
import { e2e } from './request/e2e.ts';
import { e2eScheduled } from './request/e2e-scheduled.ts';
import { e2eSent } from './request/e2e-sent.ts';
import { firstStallPosition } from './request/first-stall-position.ts';
import { fluidityIndex } from './request/fluidity.ts';
import { longestGap } from './request/longest-gap.ts';
import { longestStall } from './request/longest-stall.ts';
import { maxLateness } from './request/max-lateness.ts';
import { minimumDeadline } from './request/minimum-decode-deadline.ts';
import { normalizedLatency } from './request/normalized-latency.ts';
import { outputTokens } from './request/output-tokens.ts';
import { playbackStalled } from './request/playback-stalled.ts';
import { playbackStalls } from './request/playback-stalls.ts';
import { promptTokens } from './request/prompt-tokens.ts';
import { qoe } from './request/qoe.ts';
import { rebufferRatio } from './request/rebuffer-ratio.ts';
import { requiredStartupDelay } from './request/required-startup-delay.ts';
import { sendLateness } from './request/send-lateness.ts';
import { slackBanked } from './request/slack-banked.ts';
import { tbt } from './request/tbt.ts';
import { tokensPerChunk } from './request/tokens-per-chunk.ts';
import { tpot } from './request/tpot.ts';
import { ttfb } from './request/ttfb.ts';
import { ttft } from './request/ttft.ts';
import { ttftScheduled } from './request/ttft-scheduled.ts';
import { ttftSent } from './request/ttft-sent.ts';
import { ttftVisible } from './request/ttft-visible.ts';

/** Every metric with a distribution: one value per request, per token or per chunk. */
export const requestMetrics = registry<RequestMetric | PooledMetric>('metric', [
  fluidityIndex,
  deadlineMissRate,
  longestStall,
  maxLateness,
  firstStallPosition,
  slackBanked,
  minimumDeadline,
  ttft,
  ttftVisible,
  ttftScheduled,
  ttftSent,
  ttfb,
  abovePrefillCurve,
  tbt,
  chunkGap,
  longestGap,
  tpot,
  decodeRate,
  e2e,
  e2eScheduled,
  e2eSent,
  normalizedLatency,
  qoe,
  playbackStalls,
  playbackStalled,
  rebufferRatio,
  requiredStartupDelay,
  tokensPerChunk,
  outputTokens,
  promptTokens,
  sendLateness,
]);
