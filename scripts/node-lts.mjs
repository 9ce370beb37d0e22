import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run, show } from './child.mjs';
import { ensureInstalled, npm } from './install.mjs';
import { cacheFolder, repository } from './repository.mjs';

/**
 * `npm run test:node-lts`: every check of `npm test` on the Node versions under long-term support,
 * or on those named: `npm run test:node-lts -- 24`.
 *
 * The npm package `node` brings no binary itself: its install script installs the package of this
 * platform, which does. That one is installed directly, so nothing but the registry is asked.
 */
const supported = ['24', '26'];
const asked = process.argv.slice(2);

await ensureInstalled();
for (const version of asked.length === 0 ? supported : asked) {
  const binary = await installNode(version);
  console.log(`== on Node ${version} (${binary})`);
  const code = await show(binary, [join(repository, 'scripts', 'test.mjs')], {
    env: { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH}` },
  });
  if (code !== 0) process.exitCode = 1;
}

async function installNode(version) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  const name = `${prefix}-${platform}-${process.arch}`;
  const folder = join(cacheFolder, `node-${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const { command, prefix: npmArguments } = npm();
  await run(command, [...npmArguments, 'install', '--no-save', '--no-audit', '--no-fund', `${name}@${version}`], {
    cwd: folder,
  });
  const installed = join(folder, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  return join(installed, bin.node);
}
