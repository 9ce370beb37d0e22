import { ProtocolError } from '../../core/stream.ts';

/** What a head says about the bytes after it. */
export interface ResponseFraming {
  readonly status: number;
  /** Length of the body, or how its end is told. */
  readonly body: number | 'chunked' | 'until-close';
  readonly keepAlive: boolean;
}

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: |$)/;

/** Reads status and framing (RFC 9112 §6.3) of the head in `bytes[0, length)`. */
export function readHead(bytes: Uint8Array, length: number): ResponseFraming {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1').split(/\r?\n/);
  const [first = '', ...rest] = lines;
  const match = statusLine.exec(first);
  if (!match) throw new ProtocolError(`bad status line "${first.slice(0, 60)}"`);
  const status = Number(match[2]);
  const fields = framingFields(rest);
  const body = bodyLength(status, fields);
  refuseEncoded(status, fields.encodings);
  const persistent = match[1] === '1' ? !fields.connection.includes('close') : fields.connection.includes('keep-alive');
  return { status, body, keepAlive: persistent && body !== 'until-close' };
}

interface FramingFields {
  readonly lengths: string[];
  readonly codings: string[];
  readonly encodings: string[];
  readonly connection: string[];
}

function framingFields(lines: readonly string[]): FramingFields {
  const fields: FramingFields = { lengths: [], codings: [], encodings: [], connection: [] };
  const wanted = new Map([
    ['content-length', fields.lengths],
    ['transfer-encoding', fields.codings],
    ['content-encoding', fields.encodings],
    ['connection', fields.connection],
  ]);
  for (const line of lines) {
    // A folded line continues a field that framing does not depend on.
    if (line === '' || line[0] === ' ' || line[0] === '\t') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw new ProtocolError(`header line without a name "${line.slice(0, 60)}"`);
    const list = wanted.get(line.slice(0, colon).trim().toLowerCase());
    if (!list) continue;
    for (const part of line.slice(colon + 1).split(',')) list.push(part.trim().toLowerCase());
  }
  return fields;
}

/** No request asks for compression, and times of compressed events would not be those of their tokens. */
export function refuseEncoded(status: number, encodings: readonly string[]): void {
  const encoding = encodings.map((name) => name.trim()).find((name) => name !== '' && name !== 'identity');
  // A refusal is told by its status, whatever its body is.
  if (encoding === undefined || status < 200 || status >= 300) return;
  throw new ProtocolError(`the body is compressed (content-encoding: ${encoding}), which was not asked for`);
}

function bodyLength(status: number, { lengths, codings }: FramingFields): ResponseFraming['body'] {
  if (status < 200 || status === 204 || status === 304) return 0;
  if (codings.length > 0) return codings.at(-1) === 'chunked' ? 'chunked' : 'until-close';
  const [length] = lengths;
  if (length === undefined) return 'until-close';
  if (lengths.some((other) => other !== length)) throw new ProtocolError('two different content-length fields');
  const value = Number(length);
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(value)) throw new ProtocolError(`content-length is "${length}"`);
  return value;
}
