import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder this clone lives in. */
export const repository = fileURLToPath(new URL('..', import.meta.url));

/** What scripts install or keep for the next time: may be deleted at any moment. */
export const cacheFolder = join(repository, '.cache');

/** The built command line. */
export const commandLine = join(repository, 'dist', 'cli', 'main.js');

/** A tool from `node_modules` as arguments for Node itself: no shell, no `npx`, the same on every platform. */
export function tool(path) {
  return join(repository, 'node_modules', path);
}
