import type { Preset } from './preset.ts';

/** The two families of objectives the paper sets its own against. */
export const latency: readonly Preset[] = [
  {
    kind: 'tbt-ttft',
    summary: 'P99 of the gaps between tokens at most 50 ms, P99 of the first token at most 1 s',
    conditions: ['tbt_p99<=50ms', 'ttft_p99<=1s'],
  },
  {
    kind: 'ttft-tpot',
    summary: 'first token within 1 s and 50 ms per token after it, together, for 90% of requests (DistServe)',
    conditions: ['ttft<=1s & tpot<=50ms @ 90%'],
  },
];
