import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { chooseTools, parsePeerOptions, usage } from '../bench/peers/choose.mjs';
import { compete } from '../bench/peers/compete.mjs';
import { Skipped, writeTokenizer } from '../bench/peers/install.mjs';
import { recordedRows } from '../bench/peers/recorded.mjs';
import { markdown, plot, targetLines, targets } from '../bench/peers/table.mjs';
import { sizes } from '../bench/peers/work.mjs';
import { build } from './build.mjs';
import { ensureInstalled } from './install.mjs';

/**
 * `npm run bench:peers`: other load generators, two plain clients and metron against one stamped
 * source with the same work; what they report beside what was sent (docs/peers.md).
 */
const begun = Date.now();
const say = (text) => console.log(`[${((Date.now() - begun) / 1000).toFixed(0).padStart(4)} s] ${text}`);
const { options, tools } = asked();
await ensureInstalled();
if (!options['no-build']) await build();

const scratch = resolve(options.scratch);
mkdirSync(scratch, { recursive: true });
const results = mkdtempSync(join(scratch, 'run-'));
const shared = { scratch, results, tokenizer: writeTokenizer(join(scratch, 'tokenizer')), say };
const size = options.quick ? sizes.quick : sizes.full;
const streams = options.streams?.split(',').map(Number) ?? size.streams;
const { rows, skipped, versions } = await runAll();
const answered = new Set(rows.map(({ name }) => name));
const standIns = options.quick || options.only ? [] : ['vllm-bench', 'vllm-python', 'aiperf', 'guidellm'];
for (const name of standIns) if (!answered.has(name)) rows.push(...recordedRows(name));

console.log(`\n${markdown(rows)}\n\n${plot(rows)}\n`);
const judged = options.quick ? [] : targetLines(targets(rows));
for (const line of judged) console.log(line);
for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`);
if (options.out) writeFileSync(options.out, report());
if (options.keep) console.log(`what the tools wrote: ${results}`);
else rmSync(results, { recursive: true, force: true });
say(`done: ${((Date.now() - begun) / 60_000).toFixed(1)} minutes in all`);

function asked() {
  try {
    const options = parsePeerOptions(process.argv.slice(2));
    return { options, tools: chooseTools(options) };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

/** One tool after the other, so that none disturbs another; a tool that fails is named, and the rest goes on. */
async function runAll() {
  const rows = [];
  const skipped = [];
  const versions = [];
  for (const tool of tools) {
    try {
      const place = await tool.install(scratch, say);
      versions.push(`${tool.label ?? tool.name} ${place.version ?? tool.version}`);
      const loads = streams.filter((count) => count <= tool.mostStreams);
      rows.push(...(await compete(tool, { ...shared, place, loads, size, repeats: options.repeats })));
    } catch (error) {
      if (!(error instanceof Skipped)) throw error;
      say(`${tool.name} is skipped: ${error.message}`);
      skipped.push({ name: tool.name, reason: error.message });
    }
  }
  return { rows, skipped, versions };
}

function report() {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const command = ['npm run bench:peers', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])];
  const cores = cpus();
  return [
    `\`${command.join(' ')}\`, ${new Date().toISOString().slice(0, 10)}, metron ${version}, Node ${process.version}, ` +
      `${cores.length} × ${cores[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}.`,
    `Versions: ${versions.join(', ')}.`,
    markdown(rows),
    ['```', plot(rows), '```'].join('\n'),
    ['```', ...judged, '```'].join('\n'),
    ...skipped.map(({ name, reason }) => `Skipped: ${name}: ${reason}`),
    '',
  ].join('\n\n');
}
