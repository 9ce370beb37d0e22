import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPython } from '../install.mjs';
import { resultIn, startedBy } from './settings-file.mjs';

const version = '0.2.2';
const exactly = (value) => ({ type: 'fixed', value });

const settings = ({ url, folder, streams, requests, tokens, tokenizer }) => ({
  seed: 1,
  output_dir: join(folder, 'output'),
  traffic_scheduler: { type: 'concurrent', target_concurrent_sessions: streams, rampup_seconds: 0 },
  session_generator: {
    type: 'synthetic',
    session_graph: { type: 'single_request' },
    channels: [{ type: 'text', body_length_generator: exactly(16) }],
    output_spec: { text: { output_length_generator: exactly(tokens) } },
  },
  client: {
    type: 'openai_chat_completions',
    api_base: `${url}/v1`,
    api_key: 'none',
    // The name of the model is where it looks for a tokenizer.
    model: tokenizer,
    max_tokens_param: 'max_tokens',
  },
  runtime: { max_sessions: requests, benchmark_timeout: 200 },
  trace_recorder: { enabled: false },
  evaluators: [{ type: 'performance', target_channels: ['text'] }],
});

export const veeksha = {
  name: 'veeksha',
  label: 'Veeksha',
  version,
  mostStreams: 800,
  install: (scratch, say) => installPython({ name: 'veeksha', version, python: 12 }, scratch, say),

  command: startedBy({
    program: 'veeksha.benchmark',
    args: ['--benchmark-config-from-file'],
    settings,
    env: { WANDB_MODE: 'disabled', MPLBACKEND: 'agg' },
  }),

  read({ folder }) {
    const lines = readFileSync(resultIn(folder, 'request_level_metrics.jsonl'), 'utf8').trim().split('\n');
    return { streams: lines.map((line) => streamOf(JSON.parse(line))) };
  },
};

/** Seconds; without texts its answers are laid beside the source's in the order of their starts. */
const streamOf = ({ client_picked_up_at, ttfc, tbc }) => ({
  order: client_picked_up_at,
  ttft: ttfc * 1e9,
  gaps: tbc.map((gap) => gap * 1e9),
});
