import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const commandLine = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves once standard error or output holds the text. */
  says(text: string): Promise<void>;
}

/** Starts the built command line as a user would. */
export function metron(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, [commandLine, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const check of waiting) check();
  };
  child.stdout.on('data', (bytes) => {
    out += String(bytes);
    heard();
  });
  child.stderr.on('data', (bytes) => {
    err += String(bytes);
    heard();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  return {
    child,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!out.includes(text) && !err.includes(text)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        void ended.then(() => reject(new Error(`ended without saying "${text}":\n${out}\n${err}`)));
        check();
      }),
  };
}

export const scratch = (name: string): string => mkdtempSync(join(tmpdir(), `metron-${name}-`));

/** The folder of the only run in a folder of runs. */
export function onlyRun(runs: string): string {
  const folders = readdirSync(runs).filter((name) => statSync(join(runs, name)).isDirectory());
  if (folders.length !== 1) throw new Error(`expected one run in ${runs}, found ${folders.join(', ') || 'none'}`);
  return join(runs, folders[0] ?? '');
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

/** Every file below a folder, as text. */
export function allText(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
}
