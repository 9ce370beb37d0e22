// `vllm bench serve` in Python and its successor in Rust: the same options, the same file of results.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../../scripts/child.mjs';
import { installPython, Skipped } from '../install.mjs';
import { stampsIn } from '../join.mjs';
import { model, prompts } from '../work.mjs';

function options({ url, folder, streams, requests, tokens, tokenizer }) {
  const dataset = join(folder, 'prompts.jsonl');
  writeFileSync(
    dataset,
    prompts(requests)
      .map((prompt) => `${JSON.stringify({ prompt })}\n`)
      .join(''),
  );
  const named = {
    backend: 'openai-chat',
    'base-url': url,
    endpoint: '/v1/chat/completions',
    model,
    tokenizer,
    'dataset-name': 'custom',
    'dataset-path': dataset,
    'custom-output-len': tokens,
    'num-prompts': requests,
    'max-concurrency': streams,
    'result-dir': folder,
    'result-filename': 'result.json',
  };
  const args = Object.entries(named).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return [...args, '--save-result', '--save-detailed', '--disable-tqdm'];
}

/** The Rust tool counts its starts from an origin of its own, so they are not used. */
function read({ folder }) {
  const { ttfts, itls, generated_texts: texts } = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  const streams = ttfts.map((ttft, i) => streamOf(ttft, itls[i], stampsIn(texts[i] ?? '')));
  // A request that failed has no text, and zeros for times.
  return { streams: streams.filter(({ stamps }) => stamps.length > 0) };
}

/** From seconds. The last gap may be to a chunk that only counts tokens. */
const streamOf = (ttft, gaps, stamps) => ({
  ttft: ttft * 1e9,
  gaps: gaps.slice(0, Math.max(0, stamps.length - 1)).map((gap) => gap * 1e9),
  stamps,
});

const offline = { HF_HUB_OFFLINE: '1', TRANSFORMERS_OFFLINE: '1', NO_COLOR: '1' };

/** All of vLLM, for its load generator; installed only when asked for. */
export const vllmPython = {
  name: 'vllm-python',
  label: 'vLLM bench serve (Python)',
  version: '0.32.0',
  mostStreams: 800,
  install: (scratch, say) =>
    installPython({ name: 'vllm', extras: '[bench]', version: '0.32.0', python: 10 }, scratch, say),
  command: (context) => ({
    command: join(context.place.bin, 'vllm'),
    args: ['bench', 'serve', ...options(context)],
    env: offline,
  }),
  read,
};

/** A binary that the user has. */
export const vllmRust = (path) => ({
  name: 'vllm-bench',
  label: 'vllm-bench (Rust)',
  mostStreams: 1600,
  async install() {
    if (!existsSync(path)) throw new Skipped(`there is no ${path}`);
    const { code, output } = await capture(path, ['--version']).catch(({ message }) => ({ code: 1, output: message }));
    if (code !== 0) throw new Skipped(`${path} cannot be run: ${output.trim()}`);
    return { version: output.trim() };
  },
  command: (context) => ({ command: path, args: options(context), env: offline }),
  read,
});
