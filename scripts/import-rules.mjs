import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from './child.mjs';
import { repository, tool } from './repository.mjs';

/**
 * Checks the import directions of `.dependency-cruiser.cjs` in the folder it is run in.
 * dependency-cruiser succeeds when it understood no file at all (a compiler too new for it, say),
 * so seeing no module is a failure here.
 */
const folders = ['src', 'web'].filter((folder) => existsSync(folder));
const { output, code } = await capture(
  process.execPath,
  [
    tool('dependency-cruiser/bin/dependency-cruise.mjs'),
    '--config',
    join(repository, '.dependency-cruiser.cjs'),
    '--output-type',
    'json',
    ...(folders.length > 0 ? folders : ['src']),
  ],
  { cwd: process.cwd() },
);

const summary = parseSummary(output);
for (const { from, to, rule } of summary.violations) console.log(`${from} → ${to}: breaks ${rule.name}`);
console.log(`${summary.totalCruised} modules, ${summary.violations.length} violations`);
process.exitCode = summary.totalCruised > 0 && summary.violations.length === 0 ? 0 : 1;

function parseSummary(text) {
  try {
    return JSON.parse(text).summary;
  } catch {
    console.log(`dependency-cruiser did not answer (exit ${code})\n${text}`);
    process.exit(1);
  }
}
