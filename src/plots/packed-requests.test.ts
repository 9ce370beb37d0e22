import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../test/browser/runs.ts';
import { ByteReader, ByteWriter } from './packed-bytes.ts';
import { packedSize, packRequests, unpackRequests } from './packed-requests.ts';

describe('whole numbers in bytes', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(
        fc.array(fc.maxSafeNat()),
        fc.array(fc.integer()),
        fc.array(fc.option(fc.nat(), { nil: undefined })),
        (a, b, c) => {
          const writer = new ByteWriter();
          for (const value of a) writer.unsigned(value);
          for (const value of b) writer.signed(value);
          for (const value of c) writer.optional(value);
          const reader = new ByteReader(writer.base64());
          expect(a.map(() => reader.unsigned())).toEqual(a);
          expect(b.map(() => reader.signed())).toEqual(b);
          expect(c.map(() => reader.optional())).toEqual(c);
          expect(reader.done).toBe(true);
        },
      ),
    );
  });

  it('that end too early are an error', () => {
    expect(() => new ByteReader(btoa('\x80')).unsigned()).toThrow('middle of a number');
  });
});

describe('packed requests', () => {
  it('keep outcome, counts and every chunk that held tokens, to 10 µs', () => {
    const { records } = runs.bad();
    const back = unpackRequests(packRequests(records));
    expect(back.length).toBe(records.length);
    records.forEach((record, i) => {
      const copy = back[i]!;
      expect(copy.id).toBe(record.id);
      expect(copy.phase).toBe(record.phase);
      expect(copy.outcome.status).toBe(record.outcome.status);
      expect(copy.output.total).toBe(record.output.total);
      expect(copy.prompt.reported).toBe(record.prompt.reported);
      expect(Array.from(copy.chunks.tokens)).toEqual(Array.from(record.chunks.tokens));
      const off = (a: number | undefined, b: number | undefined): number => Math.abs((a ?? 0) - (b ?? 0));
      expect(off(copy.scheduledAt, record.scheduledAt)).toBeLessThanOrEqual(5000);
      expect(off(copy.sentAt, record.sentAt)).toBeLessThanOrEqual(10_000);
      expect(off(copy.endedAt, record.endedAt)).toBeLessThanOrEqual(10_000);
      const chunks = Array.from(record.chunks.at, (at, j) => off(at, copy.chunks.at[j]));
      expect(Math.max(0, ...chunks)).toBeLessThanOrEqual(10_000);
    });
  });

  it('leave out what a failed server said', () => {
    const packed = packRequests(runs.bad().records);
    expect(JSON.stringify(packed.outcomes)).not.toContain('busy');
  });

  it('take about two bytes a token', () => {
    const record = runs.good().records[0]!;
    expect(packedSize(record) / record.chunks.at.length).toBeLessThan(2.3);
  });
});
