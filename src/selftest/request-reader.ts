const headEnd = '\r\n\r\n';

export interface SourceRequest {
  readonly id: number;
  /** Tokens it asks for. */
  readonly tokens?: number;
  /** Asks what is there instead of for an answer: the list of models, a health check. */
  readonly isGet?: true;
}

/** Cuts what comes on a connection into requests. */
export class RequestReader {
  readonly #onRequest: (request: SourceRequest) => void;
  /** What is not used up, as it came: large bodies are put together once. */
  #parts: Buffer[] = [];
  #length = 0;
  /** Bytes without which the next request is not whole. */
  #needed = 0;

  constructor(onRequest: (request: SourceRequest) => void) {
    this.#onRequest = onRequest;
  }

  push(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#length < this.#needed) return;
    let rest = this.#parts.length === 1 ? bytes : Buffer.concat(this.#parts);
    for (let whole = this.#take(rest); whole > 0; whole = this.#take(rest)) rest = rest.subarray(whole);
    this.#parts = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }

  /** Bytes of the request at the beginning of these; 0 where it is not whole yet. */
  #take(bytes: Buffer): number {
    const end = bytes.indexOf(headEnd);
    this.#needed = 0;
    if (end < 0) return 0;
    const head = bytes.toString('latin1', 0, end);
    const bodyAt = end + headEnd.length;
    const whole = bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (bytes.length < whole) {
      this.#needed = whole;
      return 0;
    }
    const tokens = /"max_tokens":(\d+)/.exec(bytes.toString('latin1', bodyAt, whole))?.[1];
    this.#onRequest({
      id: Number(/\r\nx-request-id: *(\d+)/i.exec(head)?.[1] ?? 0),
      ...(tokens !== undefined && { tokens: Number(tokens) }),
      ...(head.startsWith('GET ') && { isGet: true }),
    });
    return whole;
  }
}
