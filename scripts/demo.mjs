import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { show } from './child.mjs';
import { startEmbeddedEngine } from './embedded-engine.mjs';
import { ensureInstalled } from './install.mjs';
import { startLlama } from './llama-server.mjs';
import { commandLine } from './repository.mjs';

/**
 * `npm run demo`: installs, builds, starts an engine on this machine, benchmarks it for about
 * 20 seconds and stops everything it started. What it does not know goes to `metron run`:
 * `npm run demo -- --rate 8 --duration 10s`.
 */
const say = (line) => console.log(`demo: ${line}`);

/** What can be served, and how much load suits it. */
const engines = {
  embedded: {
    what: 'the embedded engine (simulated)',
    start: startEmbeddedEngine,
    load: ['--rate', '4', '--duration', '20s'],
  },
  llama: {
    what: 'a real llama.cpp server with Gemma 3 270M',
    start: startLlama,
    load: ['--rate', '0.4', '--duration', '20s', '--prompt', '128', '--output', '64'],
  },
};

const { engine, rest } = readArguments(process.argv.slice(2));
try {
  await ensureInstalled();
  say('building …');
  await build();
  process.exitCode = await benchmark();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

async function benchmark() {
  say(`starting ${engine.what} …`);
  const server = await engine.start({ say });
  try {
    say(`serving at ${server.url}; open-loop Poisson load begins`);
    return await show(process.execPath, [
      commandLine,
      'run',
      ...['--url', server.url, '--model', server.model, '--arrivals', 'poisson', ...engine.load],
      ...rest,
    ]);
  } finally {
    await server.stop();
    say('stopped everything it started');
  }
}

function readArguments(given) {
  const { values, tokens } = parseArgs({
    args: given,
    options: { engine: { type: 'string', default: 'embedded' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const chosen = engines[values.engine];
  if (chosen === undefined) {
    console.error(`no engine "${values.engine}"; there are: ${Object.keys(engines).join(', ')}`);
    process.exit(2);
  }
  const own = tokens.filter((token) => token.kind === 'option' && token.name === 'engine');
  const skipped = new Set(own.flatMap(({ index, inlineValue }) => (inlineValue ? [index] : [index, index + 1])));
  return { engine: chosen, rest: given.filter((_, index) => !skipped.has(index)) };
}
