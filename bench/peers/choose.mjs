// Which tools take part, by what was typed.
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { aiperf } from './tools/aiperf.mjs';
import { guidellm } from './tools/guidellm.mjs';
import { inferencePerf } from './tools/inference-perf.mjs';
import { metron } from './tools/metron.mjs';
import { nodeFetch, openai } from './tools/node-clients.mjs';
import { veeksha } from './tools/veeksha.mjs';
import { vllmPython, vllmRust } from './tools/vllm.mjs';

export const usage = `npm run bench:peers -- [--only NAME,NAME] [--quick] [--streams N,N] [--vllm-bench PATH]
  [--vllm-bench-python] [--repeats N] [--scratch FOLDER] [--out FILE.md] [--keep]`;

/** Throws where an option is not known, lacks its value or has one that cannot be. */
export function parsePeerOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean' },
      streams: { type: 'string' },
      repeats: { type: 'string', default: '1' },
      'vllm-bench': { type: 'string' },
      'vllm-bench-python': { type: 'boolean' },
      scratch: { type: 'string', default: join(tmpdir(), 'metron-peers') },
      out: { type: 'string' },
      keep: { type: 'boolean' },
      'no-build': { type: 'boolean' },
    },
  });
  const repeats = Number(values.repeats);
  if (!Number.isInteger(repeats) || repeats < 1) throw new Error(`--repeats ${values.repeats}: a whole number from 1`);
  return { ...values, repeats };
}

/** In the order in which they run. Throws at a name that no tool has. */
export function chooseTools(options) {
  const tools = [metron, nodeFetch, openai, aiperf, guidellm, veeksha, inferencePerf];
  if (options['vllm-bench']) tools.splice(1, 0, vllmRust(resolve(options['vllm-bench'])));
  if (options['vllm-bench-python']) tools.push(vllmPython);
  if (options.only === undefined) return tools;
  const names = options.only.split(',');
  const unknown = names.filter((name) => !tools.some((tool) => tool.name === name));
  if (unknown.length === 0) return tools.filter(({ name }) => names.includes(name));
  throw new Error(`unknown: ${unknown.join(', ')}; known: ${tools.map(({ name }) => name).join(', ')}`);
}
