import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { show } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { repository } from './repository.mjs';

/**
 * `npm run bench`: every `bench/*.mjs` at its own default size, or those named: `npm run bench -- receive dispatch`.
 * `--repeats 5` and `--source ts|c|both` go to those that measure the instrument.
 */
const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: 'string' }, source: { type: 'string' } },
});
await ensureInstalled();
await build();

if (values.repeats) process.env.METRON_BENCH_REPEATS = values.repeats;
if (values.source) process.env.METRON_BENCH_SOURCE = values.source;
const folder = join(repository, 'bench');
const benches = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs'))
  .filter((file) => asked.length === 0 || asked.includes(file.replace(/\.mjs$/, '')))
  .sort();
if (benches.length === 0) {
  console.error(`no benchmark called ${asked.join(', ')} in bench/`);
  process.exit(2);
}
for (const file of benches) {
  console.log(`== bench/${file}`);
  const code = await show(process.execPath, [join(folder, file)]);
  if (code !== 0) process.exitCode = code;
}
