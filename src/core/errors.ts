/** Why the program ended, as the shell sees it. The first that applies of 2, 5, 4, 3, 1 wins. */
export const exitCodes = {
  ok: 0,
  sloFailed: 1,
  badInput: 2,
  targetFailed: 3,
  invalidMeasurement: 4,
  internal: 5,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export interface MetronErrorOptions {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/**
 * A failure of the program, not of a request: one clear sentence, a hint, an exit code.
 * A request's failure is data (`Outcome`), never an exception.
 */
export class MetronError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: string, message: string, options: MetronErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MetronError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodes.badInput;
  }
}
