// Figures of peers that were measured before and cannot be measured here: same work, one machine of
// 2 cores, loopback, a stamped source in C. Shown where the tool itself takes no part, always labelled.
import { statistics } from './join.mjs';

const micro = 1e3;
const milli = 1e6;
const spread = (p50, p99) => ({ p50, p99 });

/** By the name of the tool that stands in for itself when it runs. */
const recorded = {
  'vllm-bench': {
    label: 'vllm-bench (Rust)',
    marginalCpu: 10 * micro,
    loads: [
      { streams: 400, tokenGaps: spread(21 * micro, 152 * micro), ttftError: 9 * milli },
      {
        streams: 1600,
        tokenGaps: spread(14 * micro, 1081 * micro),
        ttftError: 20 * milli,
        rate: 76_000,
        memory: 196e6,
      },
    ],
  },
  'vllm-python': {
    label: 'vLLM bench serve 0.32 (Python)',
    marginalCpu: 28 * micro,
    loads: [
      { streams: 200, ttftMean: 367 * milli, gapsP99: 20.2 * milli, rate: 9400 },
      { streams: 400, ttftMean: 435 * milli, gapsP99: 20.5 * milli, rate: 18_600 },
      { streams: 800, ttftMean: 586 * milli, gapsP99: 33.3 * milli, rate: 36_100 },
    ],
  },
  aiperf: {
    label: 'AIPerf 0.13',
    marginalCpu: 74 * micro,
    loads: [
      { streams: 200, tokenTimes: spread(0.08 * milli, 21 * milli), rate: 8800 },
      { streams: 400, tokenTimes: spread(0.2 * milli, 269 * milli), rate: 16_400 },
      { streams: 800, tokenTimes: spread(37 * milli, 1313 * milli), rate: 28_300 },
    ],
  },
  guidellm: {
    label: 'GuideLLM 0.8.1',
    marginalCpu: 72 * micro,
    loads: [
      { streams: 200, ttftMean: 318 * milli, rate: 9100 },
      { streams: 400, ttftMean: 426 * milli, rate: 15_100 },
      { streams: 800, ttftMean: 578 * milli, rate: 21_200 },
    ],
  },
};

/** In the form of a measured row. */
export function recordedRows(name) {
  const { label, loads, marginalCpu } = recorded[name] ?? { loads: [] };
  return loads.map(({ ttftMean, gapsP99, ...load }, i) => ({
    name,
    label: `${label}, recorded`,
    recorded: true,
    ...load,
    ...(ttftMean !== undefined && { ttft: statistics([ttftMean]), ttftError: ttftMean - 310 * milli }),
    ...(gapsP99 !== undefined && { gapsReported: { p99: gapsP99 } }),
    ...(i === loads.length - 1 && { marginalCpu }),
  }));
}
