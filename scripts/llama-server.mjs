import { join } from 'node:path';
import { firstJsonLine, start, stop } from './child.mjs';
import { installLlama } from './llama-install.mjs';
import { repository } from './repository.mjs';

const modelName = 'gemma-3-270m';

/**
 * Starts a real llama.cpp server with a small real model on a free loopback port, ready and warm; it answers
 * as many requests at once as it has slots.
 * It ends with this process: on `stop`, on Ctrl-C, and when this process is killed, since the
 * server watches the pipe that only this process holds open.
 */
export async function startLlama({ say, slots = 4 }) {
  const { python, model } = await installLlama({ say });
  const child = start(python, [join(repository, 'scripts', 'llama_server.py'), model, modelName, String(slots)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its own group: Ctrl-C reaches the benchmark, which drains what the server still answers.
    detached: process.platform !== 'win32',
  });
  const { url } = await firstJsonLine(child, { timeoutSeconds: 120, what: 'llama.cpp server' });
  await warm(url);
  return { url, model: modelName, stop: () => stop(child) };
}

/** The weights are mapped when they are first read, so the first answers are slow in a way no later one is. */
async function warm(url) {
  for (const words of [20, 200]) {
    const response = await fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: modelName,
        max_tokens: 32,
        messages: [{ role: 'user', content: 'Once more about the quiet river. '.repeat(words / 6) }],
      }),
      signal: AbortSignal.timeout(120_000),
    });
    if (!response.ok) throw new Error(`llama.cpp answered ${response.status}: ${await response.text()}`);
    await response.text();
  }
}
