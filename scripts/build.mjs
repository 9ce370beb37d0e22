import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { ensureInstalled } from './install.mjs';
import { commandLine, repository, tool } from './repository.mjs';

/** Compiles the package into `dist`, and bundles there what a run starts and the report's page. */
export async function build() {
  await run(process.execPath, [tool('typescript/bin/tsc'), '-p', 'tsconfig.build.json']);
  await run(process.execPath, [join(repository, 'scripts', 'build-node.mjs')]);
  await run(process.execPath, [join(repository, 'scripts', 'build-web.mjs')]);
  if (existsSync(commandLine)) chmodSync(commandLine, 0o755);
}

if (process.argv[1] === import.meta.filename) {
  await ensureInstalled();
  await build();
}
