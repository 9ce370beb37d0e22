import { spawn, spawnSync } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readRun } from 'metron';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { metron, onlyRun, scratch } from './command-line.ts';
import { endsWithoutRecorder, firstRecords, goesOnWithoutWorker, prepared } from './grief.ts';
import { mildEngine } from './mild-engine.ts';

const url = mildEngine();

const target = (): string[] => ['--url', url(), '--model', 'sim', '--prompt', '40', '--selftest', 'off'];

describe('a receiving worker that comes to grief in mid-run', () => {
  it.each([
    ['exits', 'process.exit(7)', /it ended with code 7/],
    ['throws', "throw new Error('grief')", /it threw Error/],
  ])('that %s: the run goes on, what was lost is reported, the verdict is invalid', async (_, what, why) => {
    await goesOnWithoutWorker(target(), what, why);
  });
});

describe('a recorder that comes to grief in mid-run', () => {
  it.each([
    ['exits', 'process.exit(7)', 'ended with code 7'],
    ['throws', "throw new Error('grief')", 'threw Error'],
  ])('that %s: the run ends with a clear error, and score works on what is there', async (_, what, why) => {
    await endsWithoutRecorder(target(), what, why);
  });
});

describe('a process that dies natively in mid-run', () => {
  it.each([
    ['by a signal that it does not survive', undefined],
    ['by an abort of its main thread', 'isMainThread'],
    ['by an abort of a receiving worker', '!isMainThread && workerData?.load'],
  ])('%s: score works on what is there and says that the run was cut', async (_, where) => {
    const { env, happen } = prepared(where ?? 'false', 'process.kill(process.pid, "SIGABRT")');
    const runs = scratch('died');
    const args = ['run', ...target(), '--output', '12', '--rate', '20', '--duration', '600s', '--runs', runs];
    const running = metron(args, env);
    await firstRecords(runs);
    if (where === undefined) running.child.kill('SIGSEGV');
    else happen();
    expect((await running.ended).code).toBe(null);

    const folder = onlyRun(runs);
    const { code, out, err } = await metron(['score', folder, '--decode-deadline', '25ms']).ended;
    expect(code).toBe(0);
    expect(err).toContain('cut');
    expect(out).toContain('D_d 25 ms');
    const { records } = await readRun(folder);
    expect(records.some(({ outcome }) => outcome.status === 'completed')).toBe(true);
  });
});

describe('what does not fit this machine is refused before anything is sent, with the number needed', () => {
  const commandLine = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  let connections = 0;
  const server = net.createServer(() => connections++);
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => server.close());

  /** Runs with so few file descriptors, and in a network of its own if something is to be done in one first. */
  function limited(
    files: number,
    load: readonly string[],
    inNetwork?: string,
  ): Promise<{ code: number | null; err: string }> {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const args = [commandLine, 'run', '--url', url, '--model', 'm', ...load];
    const shell = [
      'sh',
      '-c',
      `${inNetwork ?? ':'} && ulimit -n ${files} && exec "$0" "$@"`,
      process.execPath,
      ...args,
    ];
    const [command = '', ...rest] = inNetwork === undefined ? shell : ['unshare', '-rn', ...shell];
    const child = spawn(command, rest);
    let err = '';
    child.stderr.on('data', (bytes) => {
      err += String(bytes);
    });
    return new Promise((resolve) => child.on('close', (code) => resolve({ code, err })));
  }

  it.each([
    ['users of a closed loop', ['--users', '150', '--duration', '1s'], 250],
    ['what an open loop may have open at once', ['--arrivals', 'constant', '--rate', '200', '--duration', '10s'], 501],
  ])('files: %s', async (_, load, needed) => {
    const { code, err } = await limited(240, load);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`needs ${needed} file descriptors`) });
    expect(err).toContain(`ulimit -n ${needed}`);
    expect(connections).toBe(0);
  });

  const fewPorts = 'echo 40000 40099 > /proc/sys/net/ipv4/ip_local_port_range';

  it('ports: users of a closed loop', async ({ skip }) => {
    const { status } = spawnSync('unshare', ['-rn', 'sh', '-c', fewPorts]);
    skip(status !== 0, 'needs Linux and the right to a network namespace with a port range of its own');
    const { code, err } = await limited(1000, ['--users', '150', '--duration', '1s'], fewPorts);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('needs 150 connections at once') });
    expect(err).toContain('this machine has 100 ports');
    expect(connections).toBe(0);
  });

  it('memory: answers that are longer than the machine can remember', async () => {
    const tokens = 1e7;
    const users = Math.ceil((2 * totalmem()) / (24 * tokens));
    const load = ['--users', `${users}`, '--requests', `${users}`, '--prompt', '20', '--output', `${tokens}`];
    const { code, err } = await limited(users + 200, load);
    const needed = Math.ceil((users * (16 * 1024 + 24 * tokens)) / 2 ** 20);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`needs about ${needed} MiB`) });
    expect(err).toMatch(/and \d+ MiB are free/);
    expect(connections).toBe(0);
  });
});
