/**
 * Trials in virtual time never wait for anything real: without a pause between them the worker would not
 * answer its runner for minutes, which then gives it up.
 */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
