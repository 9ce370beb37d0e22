/** How a run is told to end early. Once: stop sending, drain, report. Twice: write what there is and leave. */
export class RunControl {
  readonly #stop = new AbortController();
  readonly #leave = new AbortController();

  get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  get leaveSignal(): AbortSignal {
    return this.#leave.signal;
  }

  /** Sends nothing more, waits for what is in flight within the plan's grace. */
  stop(): void {
    this.#stop.abort();
  }

  /** Ends everything at once; what was recorded stays. */
  leave(): void {
    this.#stop.abort();
    this.#leave.abort();
  }
}

/** Resolves when the signal fires; at once if it already has. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
