import { constants, existsSync } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { diskFailure } from './disk-failure.ts';

/** Makes a folder and those above it. One by one: Node's `recursive` never returns where the file system makes no folders. */
export async function makeFolders(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw diskFailure('create', path, cause);
    await makeFolders(dirname(path));
    await makeFolders(path);
  }
}

/** Refuses, before anything is sent, a folder that could not be made or written to afterwards. */
export async function expectWritable(folder: string): Promise<void> {
  let place = resolve(folder);
  while (!existsSync(place)) place = dirname(place);
  try {
    await access(place, constants.W_OK);
  } catch (cause) {
    throw diskFailure(place === resolve(folder) ? 'write to' : 'create', folder, cause);
  }
}
