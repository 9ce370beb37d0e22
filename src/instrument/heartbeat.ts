/** A number in shared memory that a thread changes as long as its loop turns. */
export type Heartbeat = Int32Array<SharedArrayBuffer>;

const everyMs = 250;

export const newHeartbeat = (): Heartbeat => new Int32Array(new SharedArrayBuffer(4));

/** To be called in the midst of work that may keep the loop from turning for seconds. */
export function beat(heartbeat: Heartbeat): void {
  heartbeat[0] = ((heartbeat[0] ?? 0) + 1) | 0;
}

/** The first beat, and all others that the thread's loop comes to. */
export function keepBeating(heartbeat: Heartbeat): void {
  beat(heartbeat);
  setInterval(() => beat(heartbeat), everyMs).unref();
}
