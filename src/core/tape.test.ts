import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { payloadOf, TapeReader, TapeWriter, tapeFlags, tapeKinds } from './tape.ts';

function pair(segmentBytes: number) {
  const recycled: SharedArrayBuffer[] = [];
  const reader = new TapeReader((segment) => recycled.push(segment));
  const writer = new TapeWriter((segment) => reader.addSegment(segment), segmentBytes);
  return { reader, writer, recycled };
}

describe('tape', () => {
  it('gives back what was written, in order, across segments', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 60 }),
        fc.integer({ min: 512, max: 2048 }),
        fc.boolean(),
        (payloads, segmentBytes, drainOften) => {
          const { reader, writer, recycled } = pair(segmentBytes & ~7);
          const seen: { request: number; at: number; text: string }[] = [];
          const collect = () =>
            reader.drain((entry) => {
              const { request, at, kind, userAt, extra } = entry;
              expect(kind).toBe(tapeKinds.body);
              expect(userAt).toBe(at + 1);
              expect(extra).toBe(7);
              seen.push({ request, at, text: Buffer.from(payloadOf(entry)).toString('hex') });
            });
          payloads.forEach((payload, i) => {
            writer.writeBytes(tapeKinds.body, i, i * 1e12, i * 1e12 + 1, payload, 0, payload.length, 7);
            if (drainOften) {
              collect();
              for (const segment of recycled.splice(0)) writer.recycle(segment);
            }
          });
          collect();
          expect(seen).toEqual(
            payloads.map((payload, i) => ({ request: i, at: i * 1e12, text: Buffer.from(payload).toString('hex') })),
          );
        },
      ),
    );
  });

  it('gives back what one request wrote in one go and in order, where that is asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 80 }),
        fc.integer({ min: 512, max: 8192 }),
        fc.integer({ min: 1, max: 20 }),
        (requests, segmentBytes, drainEvery) => {
          const { reader, writer } = pair(segmentBytes & ~7);
          const seen: { request: number; at: number }[] = [];
          const collect = () => {
            const from = seen.length;
            const count = reader.drainByRequest(({ request, at }) => seen.push({ request, at }));
            expect(seen.length - from).toBe(count);
          };
          // Large ids, as canaries have them.
          const idOf = (request: number): number => request + (request % 2) * 0x3fff_ff00;
          requests.forEach((request, i) => {
            writer.write(tapeKinds.written, idOf(request), i, i);
            if (i % drainEvery === 0) collect();
          });
          collect();
          const written = requests.map((request, at) => ({ request: idOf(request), at }));
          const byRequest = (a: { request: number; at: number }, b: { request: number; at: number }): number =>
            a.request - b.request;
          expect(seen.toSorted(byRequest)).toEqual(written.toSorted(byRequest));
        },
      ),
    );
  });

  it('brings together what lies in one segment', () => {
    const { reader, writer } = pair(4096);
    for (const request of [2, 1, 2, 3, 1, 2]) writer.write(tapeKinds.written, request, request, request);
    const seen: number[] = [];
    reader.drainByRequest(({ request }) => seen.push(request));
    expect(seen).toEqual([2, 2, 2, 1, 1, 3]);
  });

  it('gives way at least after every 16 entries that it visits', () => {
    const { reader, writer } = pair(64 * 1024);
    for (let i = 0; i < 1000; i++) writer.write(tapeKinds.written, i % 7, i, i);
    let visited = 0;
    let most = 0;
    reader.drainByRequest(
      () => {
        visited++;
        most = Math.max(most, visited);
      },
      () => {
        visited = 0;
      },
    );
    expect(most).toBe(16);
  });

  it('copies any piece of one buffer that is read into again and again', () => {
    const { reader, writer } = pair(4096);
    const buffer = new Uint8Array(600);
    const texts: string[] = [];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 550 }), fc.nat(50), (payload, start) => {
        buffer.set(payload, start);
        writer.writeBytes(tapeKinds.body, 1, 0, 0, buffer, start, start + payload.length);
        reader.drain((entry) => texts.push(Buffer.from(payloadOf(entry)).toString('hex')));
        expect(texts.pop()).toBe(Buffer.from(payload).toString('hex'));
      }),
    );
  });

  it('splits what no segment can hold and says that it came in one read', () => {
    const { reader, writer } = pair(512);
    const payload = Uint8Array.from({ length: 2000 }, (_, i) => i & 255);
    writer.writeBytes(tapeKinds.body, 3, 10, 10, payload, 0, payload.length);
    const pieces: number[][] = [];
    const flags: number[] = [];
    reader.drain((entry) => {
      pieces.push([...payloadOf(entry)]);
      flags.push(entry.flags);
    });
    expect(pieces.flat()).toEqual([...payload]);
    expect(flags[0]).toBe(0);
    expect(flags.slice(1).every((flag) => flag === tapeFlags.sameRead)).toBe(true);
  });

  it('shows what is held back when nobody holds it any more, with the times it was given meanwhile', () => {
    const { reader, writer } = pair(4096);
    const times = (): [number, number][] => {
      const seen: [number, number][] = [];
      reader.drain(({ at, userAt }) => seen.push([at, userAt]));
      return seen;
    };
    writer.write(tapeKinds.sent, 1, 5, 5);
    writer.hold();
    writer.write(tapeKinds.body, 1, 10, 11);
    expect(times()).toEqual([[5, 5]]);
    writer.hold();
    writer.write(tapeKinds.body, 2, 20, 21);
    writer.show((at, userAt) => (at === 20 ? userAt + 100 : at));
    expect(times()).toEqual([]);
    writer.show((at) => (at === 10 ? 12 : at));
    expect(times()).toEqual([
      [12, 11],
      [121, 21],
    ]);
    writer.write(tapeKinds.end, 1, 30, 30);
    expect(times()).toEqual([[30, 30]]);
  });

  it('what is held back when its segment is full is shown as it is', () => {
    const { reader, writer } = pair(512);
    const payload = new Uint8Array(64);
    writer.hold();
    for (let i = 0; i < 12; i++) writer.writeBytes(tapeKinds.body, i, 1, 2, payload, 0, payload.length);
    const before = new Map<number, number>();
    reader.drain(({ request, at }) => before.set(request, at));
    expect(before.size).toBeGreaterThan(0);
    writer.show(() => 3);
    const after = new Map<number, number>();
    reader.drain(({ request, at }) => after.set(request, at));
    expect([...before.keys(), ...after.keys()]).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect([...before.values()].every((at) => at === 1)).toBe(true);
    expect([...after.values()].every((at) => at === 3)).toBe(true);
  });

  it('what was committed can be read although the writer never seals its segment', () => {
    const { reader, writer } = pair(4096);
    writer.write(tapeKinds.sent, 1, 5, 5);
    const kinds: number[] = [];
    expect(reader.drain(({ kind }) => kinds.push(kind))).toBe(1);
    expect(reader.drain(() => {})).toBe(0);
    expect(kinds).toEqual([tapeKinds.sent]);
  });
});
