import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { installPython } from '../install.mjs';
import { stampsIn } from '../join.mjs';
import { model } from '../work.mjs';
import { resultIn } from './settings-file.mjs';

const version = '0.13.0';

export const aiperf = {
  name: 'aiperf',
  label: 'AIPerf',
  version,
  mostStreams: 800,
  install: (scratch, say) => installPython({ name: 'aiperf', version, python: 10 }, scratch, say),

  command({ url, folder, streams, requests, tokens, tokenizer, place }) {
    const options = {
      model,
      url,
      'endpoint-type': 'chat',
      tokenizer,
      'synthetic-input-tokens-mean': 16,
      'output-tokens-mean': tokens,
      concurrency: streams,
      'request-count': requests,
      'artifact-dir': join(folder, 'artifacts'),
      // Every chunk with its time; nothing else that it writes has them.
      'export-level': 'raw',
      'ui-type': 'none',
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    // Its offline variable makes it refuse a folder as a tokenizer, so it is not set.
    return { command: join(place.bin, 'aiperf'), args: ['profile', ...args, '--streaming'] };
  },

  async read({ folder }) {
    const streams = [];
    for await (const line of createInterface({ input: createReadStream(resultIn(folder, '_raw.jsonl')) })) {
      const record = JSON.parse(line);
      if (!record.error) streams.push(streamOf(record));
    }
    return { streams };
  },
};

/** Nanoseconds of the monotonic clock. A chunk may hold several events: then its time is the time of each. */
function streamOf({ start_perf_ns, responses }) {
  const at = [];
  const stamps = [];
  for (const { perf_ns, packets, text } of responses) {
    const content = text ?? (packets ?? []).map(({ value }) => value).join('\n');
    for (const stamp of stampsIn(content)) {
      at.push(perf_ns);
      stamps.push(stamp);
    }
  }
  return { sentAt: start_perf_ns, ttft: at[0] - start_perf_ns, at, stamps };
}
