/** What the record needs of a response's head. */
export interface ResponseHead {
  readonly httpStatus: number;
  readonly contentType: string;
  /** The wait the server asks for before the next try. */
  readonly retryAfterSeconds?: number;
}

/** Reads the raw head of a response, status line and headers. `now` is wall-clock time in milliseconds. */
export function parseResponseHead(raw: string, httpStatus: number, now: () => number = Date.now): ResponseHead {
  const headers = parseHeaders(raw);
  const retryAfterSeconds = retryAfter(headers, now);
  return {
    httpStatus,
    contentType: headers.get('content-type')?.toLowerCase() ?? '',
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** Header fields by lower-case name; of a repeated field the first. */
function parseHeaders(raw: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of raw.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return headers;
}

/** Seconds (whole or not), an HTTP date, or the `retry-after-ms` some vendors send. */
function retryAfter(headers: ReadonlyMap<string, string>, now: () => number): number | undefined {
  const exact = decimal(headers.get('retry-after-ms'));
  if (exact !== undefined) return exact / 1000;
  const value = headers.get('retry-after');
  if (value === undefined) return undefined;
  const wait = decimal(value);
  if (wait !== undefined) return wait;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return undefined;
  // The server's own clock where it tells it: ours may be off.
  const served = Date.parse(headers.get('date') ?? '');
  return Math.max(0, (until - (Number.isNaN(served) ? now() : served)) / 1000);
}

function decimal(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
