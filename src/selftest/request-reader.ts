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
  #bytes: Buffer = Buffer.alloc(0);

  constructor(onRequest: (request: SourceRequest) => void) {
    this.#onRequest = onRequest;
  }

  push(bytes: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const end = this.#bytes.indexOf(headEnd);
      if (end < 0) return;
      const head = this.#bytes.toString('latin1', 0, end);
      const bodyAt = end + headEnd.length;
      const whole = bodyAt + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      if (this.#bytes.length < whole) return;
      const tokens = /"max_tokens":(\d+)/.exec(this.#bytes.toString('latin1', bodyAt, whole))?.[1];
      this.#bytes = this.#bytes.subarray(whole);
      this.#onRequest({
        id: Number(/\r\nx-request-id: *(\d+)/i.exec(head)?.[1] ?? 0),
        ...(tokens !== undefined && { tokens: Number(tokens) }),
        ...(head.startsWith('GET ') && { isGet: true }),
      });
    }
  }
}
