import { z } from 'zod';
import { defineFault } from '../fault.ts';
import { writeInPieces } from '../write-in-pieces.ts';

export const byteByByte = defineFault({
  kind: 'byte-by-byte',
  summary: 'sends every byte of every event in a write of its own',
  arguments: z.object({}),
  effects: () => ({
    wire: (next, exchange) =>
      writeInPieces(next, exchange, (bytes) => Array.from({ length: bytes.length - 1 }, (_, i) => i + 1)),
  }),
});
