import { firstJsonLine, start, stop } from './child.mjs';
import { commandLine } from './repository.mjs';

const model = 'metron-sim';

/** Starts the engine that metron brings, in a process of its own on a free loopback port. It ends with this one. */
export async function startEmbeddedEngine() {
  const child = start(
    process.execPath,
    [commandLine, ...['engine', '--port', '0', '--model', model, '--until-stdin-closes', '--json']],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own group: Ctrl-C reaches the benchmark, which drains what the engine still answers.
      detached: process.platform !== 'win32',
    },
  );
  const { url } = await firstJsonLine(child, { timeoutSeconds: 30, what: 'embedded engine' });
  return { url, model, stop: () => stop(child) };
}
