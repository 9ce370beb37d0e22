import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SseReader } from './sse.ts';

interface Seen {
  data: string;
  bytes: number;
  type: string;
}

function read(pieces: readonly Uint8Array[]): Seen[] {
  const seen: Seen[] = [];
  const reader = new SseReader();
  const keep = (data: string, bytes: number, type: string) => seen.push({ data, bytes, type });
  for (const piece of pieces) reader.push(piece, keep);
  reader.end(keep);
  return seen;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const data = (text: string): string[] => read([bytesOf(text)]).map((event) => event.data);

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

const vectors: Record<string, { wire: string; data: string[] }> = {
  'line feeds': { wire: 'data: a\n\ndata: b\n\n', data: ['a', 'b'] },
  'carriage returns': { wire: 'data: a\r\rdata: b\r\r', data: ['a', 'b'] },
  'carriage return and line feed': { wire: 'data: a\r\n\r\ndata: b\r\n\r\n', data: ['a', 'b'] },
  'mixed terminators': { wire: 'data: a\r\n\ndata: b\r\r\ndata: c\n\rdata: d\n\n', data: ['a', 'b', 'c', 'd'] },
  'no space after the colon': { wire: 'data:a\n\ndata:  b\n\n', data: ['a', ' b'] },
  'several data lines': { wire: 'data: a\ndata: b\ndata\n\n', data: ['a\nb\n'] },
  'empty data': { wire: 'data\n\ndata:\n\n', data: ['', ''] },
  'a space is data': { wire: 'data:   \n\n', data: ['  '] },
  'only comments': { wire: ': ping\n\n:\n\n', data: [] },
  'comments between events': { wire: ': ping\n\ndata: a\n: more\n\n', data: ['a'] },
  'other fields': { wire: 'id: 7\nretry: 10\nevent: message\ndata: a\nunknown: x\nnocolon\n\n', data: ['a'] },
  'fields that only begin like data': { wire: 'dataset: x\ndat: y\ndata: a\n\n', data: ['a'] },
  'byte order mark': { wire: '\ufeffdata: a\n\n\ufeffdata: b\n\n', data: ['a'] },
  'byte order mark on a line of its own': { wire: '\ufeff\ndata: a\n\n', data: ['a'] },
  'a mark inside data stays': { wire: 'data: \ufeffa\n\n', data: ['\ufeffa'] },
  'no blank line at the end': { wire: 'data: a\n\ndata: b\n', data: ['a', 'b'] },
  'no terminator at the end': { wire: 'data: a\r\n\r\ndata: b', data: ['a', 'b'] },
  'data after the end mark': { wire: 'data: [DONE]\n\ndata: a\n\n', data: ['[DONE]', 'a'] },
  'code points of every length': { wire: 'data: aé漢🙂\n\ndata: 🙂🙂\n\n', data: ['aé漢🙂', '🙂🙂'] },
  'blank lines first': { wire: '\n\r\n\rdata: a\n\n', data: ['a'] },
};

describe('SseReader', () => {
  for (const [name, { wire, data: expected }] of Object.entries(vectors)) {
    it(`reads ${name}`, () => expect(data(wire)).toEqual(expected));

    it(`reads ${name} whatever the two reads`, () => {
      const bytes = bytesOf(wire);
      const whole = read([bytes]);
      for (let at = 0; at <= bytes.length; at++) expect(read(cut(bytes, [at]))).toEqual(whole);
      expect(read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
    });
  }

  it('gives the same events for any stream cut anywhere', () => {
    const part = fc.constantFrom(
      'data: ',
      'data:',
      ': ping',
      'event: x',
      'é🙂',
      'a',
      ' ',
      '\n',
      '\r',
      '\r\n',
      '\ufeff',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), fc.array(fc.nat(400)), (parts, cuts) => {
        const bytes = bytesOf(parts.join(''));
        const places = cuts.map((place) => Math.min(place, bytes.length));
        expect(read(cut(bytes, places))).toEqual(read([bytes]));
      }),
      { numRuns: 500 },
    );
  });

  it('delivers an event with the first byte of its blank line, never later', () => {
    for (const terminator of ['\n', '\r', '\r\n']) {
      const seen: string[] = [];
      const reader = new SseReader();
      reader.push(bytesOf(`data: a${terminator}`), (text) => seen.push(text));
      expect(seen).toEqual([]);
      reader.push(bytesOf(terminator.slice(0, 1)), (text) => seen.push(text));
      expect(seen).toEqual(['a']);
      reader.push(bytesOf(`${terminator.slice(1)}data: b${terminator}${terminator}`), (text) => seen.push(text));
      expect(seen).toEqual(['a', 'b']);
    }
  });

  it('survives a comment that comes alone in a read', () => {
    const pieces = ['data: a\n\n', ': ping\n\n', 'data: b\n\n', ': ping', '\n\n', 'data: c\n\n'].map(bytesOf);
    expect(read(pieces).map((event) => event.data)).toEqual(['a', 'b', 'c']);
  });

  it('keeps a space at a read boundary', () => {
    expect(read(['data: a ', 'b\n\n'].map(bytesOf)).map((event) => event.data)).toEqual(['a b']);
    expect(read(['data: a', ' b \n', '\n'].map(bytesOf)).map((event) => event.data)).toEqual(['a b ']);
  });

  it('counts every byte of an event, blank line included', () => {
    expect(read([bytesOf('data: a\n\n')])[0]?.bytes).toBe(9);
    expect(read([bytesOf('event: e\r\ndata: a\r\n\r\n')])[0]?.bytes).toBe(21);
    expect(read([bytesOf('data: é\n\n: ping\n\ndata: b\n\n')]).map((event) => event.bytes)).toEqual([10, 9]);
  });

  it('names the type of an event', () => {
    const types = read([bytesOf('event: error\ndata: a\n\ndata: b\n\nevent:x\nevent\ndata: c\n\n')]).map((e) => e.type);
    expect(types).toEqual(['error', 'message', 'message']);
  });

  it('reads an event of a megabyte in small pieces', () => {
    const long = 'é'.repeat(500_000);
    const bytes = bytesOf(`data: ${long}\n\n`);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 1447) pieces.push(bytes.subarray(at, at + 1447));
    expect(read(pieces)).toEqual([{ data: long, bytes: bytes.length, type: 'message' }]);
  });

  it('reads from shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(64));
    const bytes = bytesOf('data: é\n\n');
    shared.set(bytes, 8);
    expect(read([shared.subarray(8, 8 + bytes.length)]).map((event) => event.data)).toEqual(['é']);
  });
});
