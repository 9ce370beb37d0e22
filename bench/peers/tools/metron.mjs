import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { commandLine, repository } from '../../../scripts/repository.mjs';
import { model } from '../work.mjs';

const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));

/** metron itself, as a user runs it. */
export const metron = {
  name: 'metron',
  version,
  mostStreams: 1600,
  install: async () => ({}),

  command({ url, folder, streams, requests, tokens }) {
    const options = {
      url: `${url}/v1`,
      model,
      users: streams,
      'ramp-steps': 1,
      requests,
      prompt: 16,
      output: tokens,
      runs: folder,
      selftest: 'cached',
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return { command: process.execPath, args: [commandLine, 'run', ...args, '--json'] };
  },

  async read({ folder, log }) {
    const run = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith(`_${model}`)),
    );
    const manifest = JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8'));
    const origin = manifest.instrument.origin_ns;
    // A request that looks at the server comes before those of the run, under the same number as the first.
    const sent = new Map(log.map(({ request, sentAt }) => [request, sentAt]));
    const streams = [];
    for await (const line of createInterface({ input: createReadStream(join(run, 'records.jsonl')) })) {
      const record = JSON.parse(line);
      if (record.outcome.status !== 'completed') continue;
      streams.push(streamOf(record, origin, sent.get(record.id)));
    }
    return { streams };
  },
};

function streamOf({ sent_ns, chunks }, origin, sentAt) {
  const at = [];
  let time = origin;
  chunks.at_delta_ns.forEach((delta, i) => {
    time += delta;
    if (chunks.kind[i] === 'c') at.push(time);
  });
  return { sentAt: origin + sent_ns, ttft: at[0] - origin - sent_ns, at, stamps: sentAt && [...sentAt] };
}
