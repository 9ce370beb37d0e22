import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../core/stream.ts';
import { ResponseParser } from './response-parser.ts';

interface Parsed {
  status?: number;
  head?: string;
  body: string;
  done: boolean;
  keepAlive: boolean;
  /** What came after the response. */
  rest: string;
}

function parse(pieces: readonly Buffer[], thenClose = false): Parsed {
  const result: Parsed = { body: '', done: false, keepAlive: false, rest: '' };
  const parser = new ResponseParser({
    onHead(status, bytes, start, end) {
      result.status = status;
      result.head = Buffer.from(bytes).toString('latin1', start, end);
    },
    onBody(bytes, start, end) {
      expect(end).toBeGreaterThan(start);
      result.body += Buffer.from(bytes).toString('latin1', start, end);
    },
  });
  for (const piece of pieces) {
    const read = parser.push(piece, 0, piece.length);
    result.rest += piece.toString('latin1', read);
  }
  result.done = thenClose ? parser.finish() : parser.done;
  result.keepAlive = parser.keepAlive;
  return result;
}

const whole = (wire: string, thenClose = false): Parsed => parse([Buffer.from(wire, 'latin1')], thenClose);

const good: Record<string, { wire: string; body: string; status?: number; keepAlive?: boolean; rest?: string }> = {
  counted: { wire: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', body: 'hello' },
  'counted and empty': { wire: 'HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n', body: '' },
  chunked: {
    wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n',
    body: 'hello!',
  },
  'chunked, extensions and trailers': {
    wire: 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, Chunked\r\n\r\n0005 ; a="b"\r\nhello\r\nA\r\n0123456789\r\n0;x\r\nT: 1\r\nU: 2\r\n\r\n',
    body: 'hello0123456789',
  },
  'chunked, bare line feeds': { wire: 'HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n5\nhello\n0\n\n', body: 'hello' },
  'chunked beats counted': {
    wire: 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
    body: 'hello',
  },
  'an interim response first': {
    wire: 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    status: 201,
  },
  'no content': { wire: 'HTTP/1.1 204 No Content\r\n\r\n', body: '', status: 204 },
  'the wish to close': {
    wire: 'HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
    keepAlive: false,
  },
  'version 1.0': { wire: 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok', body: 'ok', keepAlive: false },
  'version 1.0 kept alive': {
    wire: 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok',
    body: 'ok',
  },
  'no reason phrase': { wire: 'HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n', body: '', status: 404 },
  'equal lengths twice': { wire: 'HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\ncontent-length: 2\r\n\r\nok', body: 'ok' },
  'a blank line before': { wire: '\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', body: 'ok' },
  'what follows': { wire: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1', body: 'ok', rest: 'HTTP/1.1' },
  'what follows chunks': {
    wire: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nX',
    body: 'ok',
    rest: 'X',
  },
};

const bad: Record<string, { wire: string; says: RegExp }> = {
  'another protocol': { wire: 'SSH-2.0-OpenSSH', says: /HTTP/ },
  'a bad status line': { wire: 'HTTP/1.1 twenty\r\n\r\n', says: /status line/ },
  'another version': { wire: 'HTTP/2.0 200 OK\r\n\r\n', says: /status line/ },
  'a header without a name': { wire: 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', says: /header line/ },
  'a length that is none': { wire: 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', says: /content-length/ },
  'a length beyond counting': {
    wire: 'HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n',
    says: /length/,
  },
  'two lengths': { wire: 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', says: /two different/ },
  'a chunk size that is none': {
    wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    says: /chunk size/,
  },
  'a chunk without size': { wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n', says: /chunk/ },
  'a space inside a size': { wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r5\r\n', says: /chunk size/ },
  'an absurd chunk size': {
    wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n',
    says: /absurd/,
  },
  'a chunk that is too long': {
    wire: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n',
    says: /longer than its size/,
  },
  'an endless head': { wire: `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(20_000)}`, says: /head larger/ },
  'an endless trailer': {
    wire: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(20_000)}`,
    says: /trailers larger/,
  },
  'an endless extension': {
    wire: `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
    says: /extension/,
  },
  'a compressed answer': {
    wire: 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi',
    says: /compressed \(content-encoding: gzip\)/,
  },
  'an unasked upgrade': { wire: 'HTTP/1.1 101 Switching Protocols\r\n\r\n', says: /switched/ },
};

it('reads a head that came before as if for the first time, and one that is nearly the same for what it is', () => {
  const names = Object.keys(good);
  const pick = fc.constantFrom(...names);
  fc.assert(
    fc.property(fc.array(fc.tuple(pick, fc.boolean()), { maxLength: 12 }), (order) => {
      for (const [name, inTwo] of order) {
        const { wire, body, status = 200 } = good[name]!;
        const bytes = Buffer.from(wire, 'latin1');
        const pieces = inTwo ? [bytes.subarray(0, 20), bytes.subarray(20)] : [bytes];
        const close = !/content-length|chunked|204/i.test(wire);
        expect(parse(pieces, close)).toMatchObject({ body, status });
      }
    }),
  );
  const counted = (length: number) => whole(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n123456789`);
  expect([4, 4, 5, 4].map((length) => counted(length).body)).toEqual(['1234', '1234', '12345', '1234']);
  expect(counted(4).head).toBe(counted(4).head);
});

describe('ResponseParser', () => {
  for (const [name, { wire, body, status = 200, keepAlive = true, rest = '' }] of Object.entries(good)) {
    it(`reads a response: ${name}`, () => {
      expect(whole(wire)).toMatchObject({ status, body, keepAlive, rest, done: true });
    });

    it(`reads it cut anywhere: ${name}`, () => {
      const bytes = Buffer.from(wire, 'latin1');
      const expected = whole(wire);
      for (let at = 0; at <= bytes.length; at++) {
        expect(parse([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected);
      }
      expect(parse([...bytes].map((byte) => Buffer.of(byte)))).toEqual(expected);
    });
  }

  for (const [name, { wire, says }] of Object.entries(bad)) {
    it(`refuses ${name}`, () => {
      expect(() => whole(wire)).toThrow(ProtocolError);
      expect(() => whole(wire)).toThrow(says);
      expect(() => parse([...Buffer.from(wire, 'latin1')].map((byte) => Buffer.of(byte)))).toThrow(says);
    });
  }

  it('reads a compressed refusal for its status, and encodings that change nothing', () => {
    const refusal = 'HTTP/1.1 503 Busy\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi';
    expect(whole(refusal)).toMatchObject({ status: 503, done: true });
    const same = 'HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 2\r\n\r\nhi';
    expect(whole(same)).toMatchObject({ status: 200, body: 'hi', done: true });
  });

  it('ends a body without length with the connection, and only that one', () => {
    const wire = 'HTTP/1.1 200 OK\r\n\r\nhello';
    expect(whole(wire)).toMatchObject({ body: 'hello', done: false });
    expect(whole(wire, true)).toMatchObject({ body: 'hello', done: true, keepAlive: false });
    expect(whole('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello', true)).toMatchObject({ done: false });
    expect(whole('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', true)).toMatchObject({
      done: false,
    });
  });

  it('keeps the head as it came', () => {
    const head = 'HTTP/1.1 200 OK\r\nX-Name: \xe9\r\nContent-Length: 0\r\n\r\n';
    expect(whole(head).head).toBe(head);
  });

  it('reads one response after another', () => {
    const bodies: string[] = [];
    const parser = new ResponseParser({
      onHead: () => bodies.push(''),
      onBody: (bytes, start, end) => bodies.push(`${bodies.pop()}${Buffer.from(bytes).toString('latin1', start, end)}`),
    });
    const wire = Buffer.from(Object.values(good)[2]!.wire + Object.values(good)[0]!.wire);
    const first = parser.push(wire, 0, wire.length);
    expect(parser.done).toBe(true);
    parser.reset();
    expect(parser.untouched).toBe(true);
    expect(parser.push(wire, first, wire.length)).toBe(wire.length);
    expect(bodies).toEqual(['hello!', 'hello']);
  });

  it('de-frames any chunking of any body', () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(600), { maxLength: 12 }), (parts, cuts) => {
        const frames = parts.map((part) =>
          Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
        );
        const wire = Buffer.concat([
          Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
          ...frames,
          Buffer.from('0\r\n\r\n'),
        ]);
        const places = [0, ...cuts.map((cut) => Math.min(cut, wire.length)).sort((a, b) => a - b), wire.length];
        const parsed = parse(places.slice(1).map((end, i) => wire.subarray(places[i], end)));
        expect(parsed.body).toBe(Buffer.concat(parts).toString('latin1'));
        expect(parsed.done).toBe(true);
      }),
    );
  });
});
