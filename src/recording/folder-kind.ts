import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MetronError } from '../core/errors.ts';
import { runFiles } from './run-folder.ts';

/** What metron keeps in folders: the file that tells one kind from the others, and where one comes from. */
const kinds = {
  run: {
    file: runFiles.records,
    called: 'a run',
    hint: 'give a folder that `metron run` wrote, such as runs/<time>_<name>',
    use: (folder: string) => `metron report ${folder} shows it`,
  },
  sweep: {
    file: 'grid.json',
    called: 'a sweep',
    hint: 'give a folder that `metron sweep` wrote, such as runs/<time>_<name>-sweep',
    use: (folder: string) =>
      `its runs lie in ${join(folder, 'cells')}; metron sweep --resume ${folder} goes on with it`,
  },
  capacity: {
    file: 'search.json',
    called: 'a capacity search',
    hint: 'give a folder that `metron capacity` wrote, such as runs/<time>_<name>-capacity',
    use: (folder: string) =>
      `its runs lie in ${join(folder, 'probes')}; metron capacity --resume ${folder} goes on with it`,
  },
  turns: {
    file: 'compare.json',
    called: 'a live comparison',
    hint: 'give a folder that `metron compare http://… http://…` wrote, such as runs/<time>_<name>-compare',
    use: (folder: string) =>
      `its runs lie in ${join(folder, 'rounds')}; metron compare --resume ${folder} goes on with it`,
  },
  comparison: {
    file: 'comparison.json',
    called: 'a comparison',
    hint: 'give a folder that `metron compare` wrote',
    use: (folder: string) => `its page is ${join(folder, 'comparison.html')}; give the folders of the runs themselves`,
  },
} as const;

export type FolderKind = keyof typeof kinds;

/** Name of the file by which a folder of this kind is known. */
export const markOf = (kind: FolderKind): string => kinds[kind].file;

/** What a folder holds; undefined where it is nothing that metron wrote. A live comparison holds its result too. */
export const folderKind = (folder: string): FolderKind | undefined =>
  (Object.keys(kinds) as FolderKind[]).find((kind) => existsSync(join(folder, kinds[kind].file)));

/** What is wrong with a folder that should be one of `wanted`: it is not there, a file, of another kind or foreign. */
export function notSuchFolder(code: string, folder: string, wanted: FolderKind, cause?: unknown): MetronError {
  const { called, file, hint } = kinds[wanted];
  const found = statSync(folder, { throwIfNoEntry: false });
  if (!found) return new MetronError(code, `there is no folder ${folder}`, { hint, cause });
  if (!found.isDirectory()) {
    return new MetronError(code, `${folder} is a file, not the folder of ${called}`, { hint, cause });
  }
  const other = folderKind(folder);
  if (other !== undefined && other !== wanted) {
    const { called: instead, use } = kinds[other];
    return new MetronError(code, `${folder} is the folder of ${instead}, not of ${called}`, {
      hint: use(folder),
      cause,
    });
  }
  return new MetronError(code, `${folder} is not the folder of ${called}: it has no ${file}`, { hint, cause });
}

/** The JSON by which a folder of this kind is known. */
export function readMark(code: string, folder: string, wanted: FolderKind, name: string = kinds[wanted].file): unknown {
  const path = join(folder, name);
  if (!existsSync(path)) {
    if (folderKind(folder) !== wanted) throw notSuchFolder(code, folder, wanted);
    throw new MetronError(code, `${folder} has no ${name}`, { hint: kinds[wanted].hint });
  }
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new MetronError(code, `${path} cannot be read`, {
      hint: 'it was damaged after it had been written; without it the folder cannot be gone on with',
      cause,
    });
  }
}
