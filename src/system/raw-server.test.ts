import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RawConnection } from './raw-connection.ts';
import { RawServer, type RawServerOptions } from './raw-server.ts';

let server: RawServer | undefined;
const sockets: net.Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
});

function start(options: RawServerOptions): RawServer {
  server = RawServer.start(options);
  if (!server) throw new Error('needs Linux and koffi');
  return server;
}

function connect(port: number, host = '127.0.0.1'): net.Socket {
  const socket = net.connect({ host, port });
  sockets.push(socket.on('error', () => {}));
  return socket;
}

/** What a client sees until the connection is over. */
async function seen(socket: net.Socket): Promise<{ reads: string[]; end: string }> {
  const reads: string[] = [];
  let end = 'fin';
  socket.on('data', (bytes) => reads.push(String(bytes)));
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    end = cause.code ?? 'error';
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return { reads, end };
}

const answers = (act: (connection: RawConnection) => unknown) => ({
  serve: (connection: RawConnection) => {
    connection.onBytes = () => void act(connection);
  },
});

describe('a raw server', () => {
  it.each(['127.0.0.1', '::1'])('reads and answers on %s', async (host) => {
    const heard: string[] = [];
    const { port } = start({
      host,
      serve: (connection) => {
        connection.onBytes = async (bytes) => {
          heard.push(String(bytes));
          await connection.send('there');
          connection.close();
        };
      },
    });
    const socket = connect(port, host);
    socket.write('hello');
    expect(await seen(socket)).toEqual({ reads: ['there'], end: 'fin' });
    expect(heard).toEqual(['hello']);
  });

  it('resets where a socket of Node would close', async () => {
    const { port } = start(
      answers(async (connection) => {
        await connection.send('half');
        await sleep(50);
        connection.reset();
      }),
    );
    const socket = connect(port);
    socket.write('x');
    expect(await seen(socket)).toEqual({ reads: ['half'], end: 'ECONNRESET' });
  });

  it('says that nothing more comes, and goes on reading', async () => {
    let heard = '';
    const { port } = start({
      serve: (connection) => {
        connection.onBytes = (bytes) => {
          heard += String(bytes);
          connection.finish();
          if (heard === 'firstlast') connection.close();
        };
      },
    });
    const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    sockets.push(socket);
    socket.write('first');
    socket.resume();
    await once(socket, 'end');
    socket.end('last');
    await once(socket, 'close');
    while (heard !== 'firstlast') await sleep(2);
  });

  it('cuts what it sends where it is told to', async () => {
    const { port } = start(
      answers(async (connection) => {
        await connection.drip('abcdef', 2, 20);
        connection.close();
      }),
    );
    const socket = connect(port);
    socket.write('x');
    // A busy client may read two segments at once; none is ever cut elsewhere.
    const { reads } = await seen(socket);
    expect(reads.join('')).toBe('abcdef');
    for (const read of reads) expect(read.length % 2).toBe(0);
  });

  it('sends what is larger than any buffer', async () => {
    const { port } = start(
      answers(async (connection) => {
        await connection.send(Buffer.alloc(30_000_000, 1));
        connection.close();
      }),
    );
    const socket = connect(port);
    socket.write('x');
    let length = 0;
    socket.on('data', (bytes) => {
      length += bytes.length;
    });
    await once(socket, 'close');
    expect(length).toBe(30_000_000);
  });

  it('lets a writer wait at a window of zero until it reads', async () => {
    let heard = 0;
    const accepted: RawConnection[] = [];
    const { port } = start({
      receiveBuffer: 4096,
      reads: false,
      serve: (connection) => {
        accepted.push(connection);
        connection.onBytes = (bytes) => {
          heard += bytes.length;
        };
      },
    });
    const socket = connect(port);
    socket.write(Buffer.alloc(20_000_000));
    await sleep(300);
    expect(socket.writableLength).toBeGreaterThan(0);
    const [connection] = accepted;
    if (connection) connection.reads = true;
    await once(socket, 'drain');
    while (heard < 20_000_000) await sleep(5);
  });

  it('leaves connections outside a full backlog', async () => {
    const { port, accepted } = start({ backlog: 0 });
    const inside = connect(port);
    await once(inside, 'connect');
    const outside = connect(port);
    const first = await Promise.race([once(outside, 'connect'), sleep(400, 'waits')]);
    expect(first).toBe('waits');
    expect(accepted).toBe(0);
  });

  it('survives peers that go away', async () => {
    let ends = 0;
    const { port, connections } = start({
      serve: (connection) => {
        connection.onEnd = () => ends++;
        void connection.drip('x'.repeat(1000), 10, 2);
      },
    });
    const gone = connect(port);
    await once(gone, 'data');
    gone.resetAndDestroy();
    const left = connect(port);
    await once(left, 'data');
    left.end();
    while (ends < 2) await sleep(2);
    expect([...connections].filter(({ open }) => open).length).toBeLessThanOrEqual(1);
  });
});
