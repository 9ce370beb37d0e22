import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { repository } from './repository.mjs';

/**
 * Installs the locked packages if they are missing or not the locked ones, so that every script
 * works in a fresh clone. It uses nothing but Node: it runs before there is anything else.
 *
 * `npm ci`, never `npm install`: the npm that comes with Node 20.19 crashes on the latter here.
 * Install scripts are not needed by any of the packages, so none is run.
 */
export async function ensureInstalled() {
  requireNode(20, 19);
  if (isInstalled()) return;
  console.log('installing the locked packages (npm ci) …');
  const { command, prefix } = npm();
  await run(command, [...prefix, 'ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund']);
}

function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  console.error(`metron needs Node ${major}.${minor} or newer; this is ${process.versions.node}.`);
  process.exit(2);
}

/** npm keeps what it installed in `node_modules/.package-lock.json`: same versions, same tree. */
function isInstalled() {
  const installedLock = join(repository, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = readLock(installedLock);
  return Object.entries(readLock(join(repository, 'package-lock.json'))).every(
    ([path, wanted]) =>
      path === '' || (installed[path]?.version ?? (wanted.optional ? wanted.version : undefined)) === wanted.version,
  );
}

function readLock(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** The npm that runs this script, by its file, or the one on the path. */
export function npm() {
  const running = process.env.npm_execpath;
  if (running?.endsWith('npm-cli.js')) return { command: process.execPath, prefix: [running] };
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', prefix: [] };
}
