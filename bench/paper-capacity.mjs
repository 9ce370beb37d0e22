// The capacity comparison and the pitfalls of arXiv 2407.07000, rerun in virtual time: the paper's values beside ours.
import { randomStream } from '../dist/core/random.js';
import { simulate } from '../dist/engine/virtual-driver.js';
import { defaultPolicy, fluidity, minimumDecodeDeadline, timelineOf } from '../dist/metrics/index.js';
import {
  arxivLike,
  highestRate,
  percentile,
  poissonLoad,
  shareGptLike,
  timesPerToken,
  tokenGaps,
} from './reference/load.mjs';

const seeds = [1, 2, 3, 4, 5];
const count = 1000;

// vLLM of mid-2024, whole prompts or chunks of 512 ("Sarathi-Serve" in the paper).
const base = { host: 'vllm-v0-2024', pipelineDepth: 0, maxModelLength: 16384, prefixCaching: false };
const engines = {
  vLLM: { ...base, scheduler: 'vllm-v0' },
  Sarathi: { ...base, scheduler: 'sarathi', maxBatchedTokens: 512, maxSequences: 256 },
};
/** The engines, and Sarathi on kernels that take `factor` times longer for iterations with a chunk. */
const enginesWith = (factor) => ({
  ...engines,
  [`Sarathi, chunks × ${factor}`]: { ...engines.Sarathi, chunkFactor: factor },
});
const llama = { model: 'llama3-8b', gpu: 'h100' };
const yi = { model: 'yi-34b', gpu: 'h100', tensorParallel: 2 };

const traces = { arXiv: arxivLike, ShareGPT: shareGptLike };

const load = (rate, lengths, seed, requests = count) =>
  poissonLoad({
    rate,
    count: requests,
    lengths,
    arrivals: randomStream(seed, 'arrivals'),
    contents: randomStream(seed, 'contents'),
  });

/** First-token time of an isolated request on the baseline, by prompt length: what D_p is made of. */
function isolatedPrefill(model) {
  const known = new Map();
  return (promptTokens) => {
    let time = known.get(promptTokens);
    if (time === undefined) {
      const [{ chunks }] = simulate([{ scheduledAt: 0, promptTokens, outputTokens: 1 }], {
        ...engines.vLLM,
        ...model,
      }).records;
      time = chunks.at[0];
      known.set(promptTokens, time);
    }
    return time;
  };
}

const policy = (decodeDeadline, prefillDeadline) => ({
  ...defaultPolicy,
  decodeDeadline: decodeDeadline * 1e6,
  prefillDeadline: { kind: 'constant', deadline: prefillDeadline },
});

/** Fluidity-index of each record, first token's deadline by its prompt. */
const fluidities = (records, decodeDeadline, slack, prefill) =>
  records.map((record) => {
    const rules = policy(decodeDeadline, prefill(record.prompt.asked) + slack * 1e6);
    return fluidity(timelineOf(record, rules), rules).index ?? 1;
  });

/** Share of the requests that are fluid. */
const fluidShare = (indices) => indices.filter((index) => index >= 0.9).length / indices.length;

const prefill = isolatedPrefill(llama);
const slos = {
  'fluidity, slack 0.3 s': (records) => fluidShare(fluidities(records, 25, 300, prefill)) >= 0.99,
  'fluidity, slack 0.9 s': (records) => fluidShare(fluidities(records, 25, 900, prefill)) >= 0.99,
  'fluidity, no first token': (records) => fluidShare(fluidities(records, 25, 1e9, prefill)) >= 0.99,
  'P99 TBT ≤ 25 ms': (records) => percentile(tokenGaps(records), 0.99) <= 25,
  'P99 TPOT ≤ 25 ms': (records) => percentile(timesPerToken(records), 0.99) <= 25,
};
const published = {
  arXiv: { fluidity: [0.6, 0.62], TBT: [0.65, 0.34], TPOT: [0.66, 1.16] },
  ShareGPT: { fluidity: [4.0, 2.84], TBT: [1.1, 1.08], TPOT: [3.02, 2.84] },
};

const schedulingDelay = ({ records, facts }) =>
  percentile(
    records.map(({ scheduledAt }, i) => (facts[i].scheduledAt - scheduledAt) / 1e6),
    0.5,
  );

function capacity(engine, lengths, meets) {
  const rates = seeds.map((seed) =>
    highestRate((rate) => {
      const run = simulate(load(rate, lengths, seed), { ...engine, ...llama });
      return meets(run.records) && schedulingDelay(run) <= 2000;
    }, 1),
  );
  return { median: percentile(rates, 0.5), low: Math.min(...rates), high: Math.max(...rates) };
}

console.log(
  `Capacity, requests/s: Llama-3-8B, one H100, ${count} requests a probe, median (range) of ${seeds.length} loads`,
);
for (const [trace, lengths] of Object.entries(traces))
  for (const [slo, meets] of Object.entries(slos)) {
    const paper = Object.entries(published[trace]).find(([name]) => slo.includes(name))?.[1];
    const ours = Object.values(enginesWith(1.5)).map((engine) => capacity(engine, lengths, meets));
    const shown = ours.map(({ median, low, high }) => `${median.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`);
    console.log(`| ${trace} | ${slo} | ${paper?.join(' / ') ?? ''} | ${shown.join(' / ')} |`);
  }

/** Everything the paper says about one operating point. */
function profile(model, engine, rate, lengths, requests) {
  const run = simulate(load(rate, lengths, 1, requests), { ...engine, ...model });
  const { records, facts } = run;
  const delays = records.map(({ scheduledAt }, i) => (facts[i].scheduledAt - scheduledAt) / 1e9);
  const normalized = records.map(({ scheduledAt, endedAt, output }) => (endedAt - scheduledAt) / 1e9 / output.total);
  const gaps = tokenGaps(records);
  const tpot = timesPerToken(records);
  const rules = { ...policy(25, 0), ignoreFirstToken: true };
  const minimum = records.map((record) => minimumDecodeDeadline(timelineOf(record, rules), rules) / 1e6);
  return { delays, normalized, gaps, tpot, minimum };
}

const digits = (value, places = 2) => value.toFixed(places);

for (const rate of [0.75, 1, 1.5]) {
  console.log(`\nYi-34B, two H100, arXiv at ${rate} req/s, 400 requests`);
  // The paper's figure 3c shows mixed iterations of 120–200 ms, where the kernels of today need about 55.
  for (const [name, engine] of Object.entries(enginesWith(2.5))) {
    const { delays, normalized, gaps, tpot, minimum } = profile(yi, engine, rate, arxivLike, 400);
    const mean = tpot.reduce((sum, value) => sum + value, 0) / tpot.length;
    console.log(
      [
        `| ${name}`,
        `waits > 25 s: ${digits((100 * delays.filter((delay) => delay > 25).length) / delays.length, 0)} %, longest ${digits(Math.max(...delays), 1)} s`,
        `normalized latency median ${digits(percentile(normalized, 0.5))}, max ${digits(Math.max(...normalized))} s/token`,
        `tokens/s by TPOT ${digits(1e3 / mean, 1)}, by P99 TBT ${digits(1e3 / percentile(gaps, 0.99), 1)}, fluid ${digits(1e3 / percentile(minimum, 0.99), 1)}`,
        `TBT P50 ${digits(percentile(gaps, 0.5), 0)}, P80 ${digits(percentile(gaps, 0.8), 0)}, P98 ${digits(percentile(gaps, 0.98), 0)}, P99 ${digits(percentile(gaps, 0.99), 0)}, max ${digits(percentile(gaps, 1), 0)} ms |`,
      ].join(' | '),
    );
  }
}

console.log('\nDeadlines missed at the fluidity capacity (slack 0.3 s), ShareGPT, Llama-3-8B');
for (const [name, engine] of Object.entries(engines)) {
  const { median } = capacity(engine, shareGptLike, slos['fluidity, slack 0.3 s']);
  const { records } = simulate(load(median, shareGptLike, 1), { ...engine, ...llama });
  const missed = fluidities(records, 25, 300, prefill).map((index) => 100 * (1 - index));
  console.log(
    `| ${name} at ${digits(median)} req/s | median ${digits(percentile(missed, 0.5), 1)} %, P90 ${digits(percentile(missed, 0.9), 1)} %, P99 ${digits(percentile(missed, 0.99), 1)} % |`,
  );
}
