import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPython } from '../install.mjs';
import { stampsIn } from '../join.mjs';
import { model, prompts } from '../work.mjs';

const version = '0.8.1';

const settings = ({ url, folder, streams, requests, tokens, tokenizer }) => ({
  spec: {
    backend: { kind: 'openai_http', target: url, model, max_tokens: tokens },
    profile: { kind: 'concurrent', streams: [streams] },
    constraints: [{ kind: 'max_requests', count: requests }],
    tokenizer: { kind: 'huggingface_auto', model: tokenizer },
    data: [{ kind: 'json_file', path: join(folder, 'prompts.jsonl') }],
    outputs: [{ kind: 'json', path: join(folder, 'report.json') }],
  },
});

export const guidellm = {
  name: 'guidellm',
  label: 'GuideLLM',
  version,
  mostStreams: 800,
  install: (scratch, say) => installPython({ name: 'guidellm', version, python: 10 }, scratch, say),

  command(context) {
    const { folder, requests, place } = context;
    const path = join(folder, 'settings.json');
    writeFileSync(path, JSON.stringify(settings(context)));
    const lines = prompts(requests).map((prompt) => `${JSON.stringify({ prompt })}\n`);
    writeFileSync(join(folder, 'prompts.jsonl'), lines.join(''));
    return {
      command: join(place.bin, 'guidellm'),
      args: ['run', '--config', path, '--disable-progress'],
      env: { HF_HUB_OFFLINE: '1' },
    };
  },

  read({ folder }) {
    const [{ requests }] = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).benchmarks;
    return { streams: requests.successful.map(streamOf) };
  },
};

/** What to add to nanoseconds of the wall clock to have those of the monotonic one. */
const toMonotonic = Number(process.hrtime.bigint()) - (performance.timeOrigin + performance.now()) * 1e6;

/** Seconds on the wall clock. It keeps the times of the first and the last token, so only these are compared. */
function streamOf({ output, info: { timings } }) {
  const stamps = stampsIn(output ?? '');
  const time = (seconds) => seconds * 1e9 + toMonotonic;
  const at = [time(timings.first_token_iteration), time(timings.last_token_iteration)];
  const sentAt = time(timings.request_start);
  return { sentAt, ttft: at[0] - sentAt, at, gaps: [], stamps: [stamps.at(0), stamps.at(-1)].filter(Boolean) };
}
