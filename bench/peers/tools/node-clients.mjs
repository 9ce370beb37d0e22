import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNpm } from '../install.mjs';
import { stampsIn } from '../join.mjs';

const program = fileURLToPath(new URL('../node-client.mjs', import.meta.url));
const sdk = { name: 'openai', version: '6.49.0' };

const through = (kind) => ({
  command({ url, folder, streams, requests, tokens, place }) {
    const args = [program, kind, url, streams, requests, tokens, join(folder, 'answers.json'), place.folder ?? ''];
    return { command: process.execPath, args: args.map(String) };
  },
  read({ folder }) {
    const answers = JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8'));
    return {
      streams: answers.map(({ sentAt, at, text }) => ({
        sentAt,
        ttft: at[0] - sentAt,
        at,
        stamps: stampsIn(text.join('')),
      })),
    };
  },
});

/** The official SDK in Node. */
export const openai = {
  name: 'openai',
  label: 'openai SDK (Node)',
  version: sdk.version,
  mostStreams: 800,
  install: (scratch, say) => installNpm(sdk, scratch, say),
  ...through('openai'),
};

/** What comes with Node. */
export const nodeFetch = {
  name: 'fetch',
  label: 'fetch (Node)',
  version: process.version,
  mostStreams: 800,
  install: async () => ({}),
  ...through('fetch'),
};
