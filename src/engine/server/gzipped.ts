import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { WireSink } from './stream-part.ts';

/** Magic number, deflate, no flags, no time, fastest, unknown system. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255);
/** An empty last block. */
const lastBlock = Uint8Array.of(3, 0);

/** One gzip member over the whole stream, at a byte boundary after each event so that a client can read it at once. */
export function gzipped(next: WireSink): WireSink {
  let checksum = 0;
  let length = 0;
  let started = false;
  return {
    write: (payload, marks) => {
      const bytes = Buffer.from(payload);
      checksum = crc32(bytes, checksum);
      length = (length + bytes.length) % 2 ** 32;
      const block = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
      next.write(started ? block : Buffer.concat([header, block]), marks);
      started = true;
    },
    end: () => {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(checksum, 0);
      trailer.writeUInt32LE(length, 4);
      next.write(Buffer.concat([started ? lastBlock : Buffer.concat([header, lastBlock]), trailer]), []);
      next.end();
    },
  };
}
