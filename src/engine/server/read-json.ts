import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

const largestBody = 64 * 1024 * 1024;

/** The JSON body of a request; throws `ApiError` where there is none. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length;
      if (length > largestBody) throw new ApiError(413, `the body is over ${largestBody} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    // The client went away in the middle of its request; nobody reads this answer.
    throw error instanceof ApiError ? error : new ApiError(400, 'the body was cut off');
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    throw new ApiError(400, `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
