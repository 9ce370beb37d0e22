import { execFileSync } from 'node:child_process';
import { closeSync, constants, createReadStream, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordFromJson } from '../../src/recording/record-json.ts';
import { orderOf, recorderFor } from './bare-instrument.ts';
import { built } from './built.ts';

const { Instrument } = await built<typeof import('../../src/instrument/instrument.ts')>('instrument/instrument.js');

/** Their record is longer than what a pipe holds. */
const tokens = 10_000;
const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: ' word' } }] })}\n\n`;
const done = 'data: [DONE]\n\n';
/** Together more than may wait of a tape. */
const comments = Array.from({ length: 110 }, () => `: ${'nothing '.repeat(120)}\n`.repeat(2 ** 10));

let asked = 0;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of asked++ === 0 ? [event.repeat(tokens)] : [event, ...comments]) response.write(piece);
  response.end(done);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

it.runIf(process.platform === 'linux')(
  'a disk that takes nothing is told of in time, and nothing is lost',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'metron-backlog-'));
    const recordsPath = join(folder, 'records.jsonl');
    execFileSync('mkfifo', [recordsPath]);
    // A pipe that nobody reads takes nothing; opened for both, so that nobody waits for another to open it.
    const pipe = openSync(recordsPath, constants.O_RDWR);
    const { port } = server.address() as AddressInfo;
    const due = Float64Array.of(50e6, 1000e6);
    const instrument = new Instrument({
      workers: 1,
      target: { url: `http://127.0.0.1:${port}/`, headers: {} },
      load: { model: 'open' },
      freeMemory_bytes: 0,
      recorder: recorderFor({ recordsPath, due, tokens }),
    });
    try {
      await instrument.ready();
      for (const request of due.keys()) instrument.give(orderOf(request, due, '{}'));
      instrument.noMoreOrders();
      instrument.start(process.hrtime.bigint());
      await instrument.behind;
      const lines = createInterface({ input: createReadStream('', { fd: pipe, autoClose: false }) });
      const records = (async () => {
        const read = [];
        for await (const line of lines) if (read.push(recordFromJson(line)) === due.length) break;
        return read;
      })();
      await instrument.sentAll();
      await instrument.drained();
      const { backlog } = await instrument.close();
      expect(backlog).toBeGreaterThan(1);
      const [first, second] = (await records).sort((a, b) => a.id - b.id);
      expect(first?.outcome.status).toBe('completed');
      expect(first?.output.total).toBe(tokens);
      expect(second?.outcome.status).toBe('completed');
      expect(second?.output.total).toBe(1);
    } finally {
      await instrument.terminate();
      closeSync(pipe);
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
