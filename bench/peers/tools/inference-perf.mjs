import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPython } from '../install.mjs';
import { stampsIn } from '../join.mjs';
import { model } from '../work.mjs';
import { resultIn, startedBy } from './settings-file.mjs';

const version = '0.7.0';

/** Its own short prompts: the generated ones of a chosen length are for completions only. */
const settings = ({ url, folder, streams, requests, tokenizer }) => ({
  api: { type: 'chat', streaming: true },
  data: { type: 'mock' },
  load: {
    type: 'concurrent',
    stages: [{ num_requests: requests, concurrency_level: streams }],
    // Its default of 100 would keep half of the streams closed.
    worker_max_concurrency: streams,
  },
  server: { type: 'vllm', model_name: model, base_url: url, ignore_eos: true },
  tokenizer: { pretrained_model_name_or_path: tokenizer },
  report: { request_lifecycle: { summary: true, per_request: true } },
  storage: { local_storage: { path: join(folder, 'reports') } },
});

export const inferencePerf = {
  name: 'inference-perf',
  version,
  mostStreams: 800,
  install: (scratch, say) => installPython({ name: 'inference-perf', version, python: 11 }, scratch, say),

  command: startedBy({ program: 'inference-perf', args: ['--config_file'], settings }),

  read({ folder }) {
    const requests = JSON.parse(readFileSync(resultIn(folder, 'per_request_lifecycle_metrics.json'), 'utf8'));
    return { streams: requests.filter(({ error }) => !error).map(streamOf) };
  },
};

/** Seconds on the monotonic clock. */
function streamOf({ start_time, info }) {
  const { chunk_times, response_chunks } = info.response_metrics;
  const at = chunk_times.map((seconds) => seconds * 1e9);
  const sentAt = start_time * 1e9;
  const text = response_chunks.map((chunk) => JSON.parse(chunk).choices[0]?.delta.content ?? '').join('');
  return { sentAt, ttft: at[0] - sentAt, at, stamps: stampsIn(text) };
}
