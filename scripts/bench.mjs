import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { show } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { repository } from './repository.mjs';

/** `npm run bench`: every `bench/*.mjs` at its own default size, or those named: `npm run bench -- score`. */
await ensureInstalled();
await build();

const folder = join(repository, 'bench');
const asked = process.argv.slice(2);
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
