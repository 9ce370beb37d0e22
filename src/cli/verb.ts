import type { Command } from 'commander';
import type { ExitCode } from '../core/errors.ts';

/** One command-line verb: its words, its flags and what it does. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as commander writes them, for example `<run>`. */
  readonly arguments?: string;
  /** Lines shown under `--help`, each a command that works. */
  readonly examples: readonly string[];
  readonly flags: readonly Flag[];
  main(positional: readonly string[], flags: Flags, command: Command): Promise<ExitCode>;
}

export interface Flag {
  /** As commander writes it: `--rate <number>`. */
  readonly flag: string;
  readonly help: string;
  /** Several uses add up to a list. */
  readonly repeatable?: boolean;
  /** The setting of a plan that it sets; help groups flags by its first word. */
  readonly path?: string;
  /** Heading in the help, where `path` gives none. */
  readonly group?: string;
}

export type Flags = Readonly<Record<string, unknown>>;

export const jsonFlag: Flag = { flag: '--json', help: 'print JSON for machines, nothing else' };
