import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { metron, type Running } from './command-line.ts';

let engine: Running | undefined;
afterEach(async () => {
  engine?.child.kill();
  await engine?.ended;
});

const nicenessAt = 18;

/** Of a thread; its name, which may hold blanks, ends with the last bracket. */
function nicenessOf(process: number, thread: string): number {
  const stat = readFileSync(`/proc/${process}/task/${thread}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[nicenessAt - 2]);
}

describe.runIf(process.platform === 'linux')('the threads of an engine', () => {
  it('give way to the one that serves', async () => {
    engine = metron(['engine', '--port', '0']);
    await engine.says('listening on');
    const { pid = 0 } = engine.child;
    const threads = readdirSync(`/proc/${pid}/task`).filter((thread) => thread !== `${pid}`);
    expect(nicenessOf(pid, `${pid}`)).toBe(0);
    expect(threads.filter((thread) => nicenessOf(pid, thread) === 19).length).toBeGreaterThanOrEqual(4);
  });
});
