import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { at, closeAll, closing, serve, status } from '../../../test/clients/completions-api.ts';
import { rawServer } from '../../../test/clients/raw-server.ts';
import { exitCodes, type MetronError } from '../../core/errors.ts';
import { milliseconds, seconds } from '../../core/units.ts';
import { waitReady } from './wait-ready.ts';

vi.setConfig({ testTimeout: 30_000 });
afterEach(closeAll);

describe('waitReady', () => {
  it('waits while the server loads', async () => {
    let asked = 0;
    const { target, bodies } = await serve((body, response, request) => {
      asked++;
      status(asked < 3 ? 503 : 400, {})(body, response, request);
    });
    await waitReady(target, seconds(30));
    expect(asked).toBe(3);
    expect(bodies[0]).toEqual({});
  });

  it('waits until somebody listens', async () => {
    const gone = await rawServer(() => {});
    await gone.close();
    const waiting = waitReady(at(gone.port), seconds(30));
    const server = createServer((_, response) => response.writeHead(422).end());
    setTimeout(() => server.listen(gone.port, '127.0.0.1'), 50);
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    await expect(waiting).resolves.toBeUndefined();
  });

  it('gives up with the last thing it saw', async () => {
    const { target } = await serve(status(503, {}));
    const error = await waitReady(target, milliseconds(50)).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'TARGET_NOT_READY', exitCode: exitCodes.targetFailed });
    expect((error as MetronError).message).toMatch(/it answers 503/);
  });
});
