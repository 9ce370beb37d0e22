/** No socket: the system refuses it at once. */
export const noDescriptor = -1;

const times = 500;
const body = new Uint8Array(64);

/** Walks the way of a request without a socket, often enough for V8 to compile it before the first one leaves. */
export function rehearse(walk: (request: number, body: Uint8Array) => void): void {
  for (let request = 0; request < times; request++) walk(request, body);
}
