// The reference programs in C (`c/`), compiled into a temporary folder where there is a compiler.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const folderOfSources = join(import.meta.dirname, 'c');
const compilers = [process.env.CC, 'cc', 'gcc', 'clang'].filter(Boolean);
const flags = ['-std=c11', '-O2', '-Wall', '-Wextra', '-pthread'];

let compiled;

/** Paths of the two programs, with the compiler's name; or why there are none. */
export function cPrograms() {
  compiled ??= compile();
  return compiled;
}

async function compile() {
  const folder = mkdtempSync(join(tmpdir(), 'metron-reference-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  let missing = 'no C compiler';
  for (const compiler of compilers) {
    try {
      const warnings = await Promise.all(['stamped-source', 'reader'].map((name) => build(compiler, name, folder)));
      return {
        compiler,
        warnings: warnings.join(''),
        source: join(folder, 'stamped-source'),
        reader: join(folder, 'reader'),
      };
    } catch (cause) {
      if (cause.code !== 'ENOENT') missing = `${compiler} failed: ${cause.stderr?.split('\n')[0] ?? cause.message}`;
    }
  }
  return { missing };
}

async function build(compiler, name, folder) {
  const { stderr } = await run(compiler, [...flags, join(folderOfSources, `${name}.c`), '-o', join(folder, name)]);
  return stderr;
}

const words = (options) => Object.entries(options).map(([name, value]) => `${name}=${value}`);

/** The stamped source in C, with the options of the one in TypeScript. */
export async function startCSource({ tokens, gap, burst = 1, firstTokenAfter: first, phases }) {
  const { source, missing } = await cPrograms();
  if (missing) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'metron-source-'));
  const log = join(folder, 'log');
  const child = spawn(source, words({ tokens, gap, burst, first, phases, log }), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [port] = await Promise.race([once(createInterface(child.stdout), 'line'), ended]);
  const close = async () => {
    child.stdin.end();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    port: Number(port),
    async log() {
      child.stdin.end();
      await ended;
      const { buffer, byteOffset, length } = await readFile(log);
      return streamsOf(new Float64Array(buffer.slice(byteOffset, byteOffset + length)));
    },
    close,
  };
}

/** Request, time of reception, count, and so many times of sending; stream by stream. */
function streamsOf(values) {
  const streams = [];
  for (let at = 0; at < values.length; ) {
    const [request, receivedAt, count] = values.subarray(at, at + 3);
    streams.push({ request, receivedAt, sentAt: values.slice(at + 3, at + 3 + count) });
    at += 3 + count;
  }
  return streams;
}

/** What the client in C finds when it reads such a source under such a load; the words are those of `c/reader.c`. */
export async function readInC(source, load) {
  const from = await startCSource(source);
  try {
    const { reader } = await cPrograms();
    const { stdout } = await run(reader, words({ port: from.port, ...load }));
    return JSON.parse(stdout);
  } finally {
    await from.close();
  }
}
