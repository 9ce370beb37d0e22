import type { z } from 'zod';
import type { Random } from '../../core/random.ts';

export type LengthOptions = Readonly<Record<string, unknown>>;

/** The content of a file the plan names; the caller resolves the name and words the failure. */
export type ReadText = (file: string) => string;

/** Draws one length in tokens, at least 1. */
export type DrawLength = (random: Random) => number;

/** A distribution of prompt or answer lengths. */
export interface LengthDefinition {
  readonly kind: string;
  /** One line for `--help` and the plan's schema. */
  readonly summary: string;
  readonly options: z.ZodObject;
  /** Options every test of the seam uses. */
  readonly example: LengthOptions;
  /** The option that a bare value after `kind:` sets, as in `kind:VALUE`. */
  readonly positional?: string;
  /** Options for a text that needs no kind, such as `512`; undefined if the text is none of ours. */
  shorthand?(text: string): LengthOptions | undefined;
  /** Options that stand alone: what they say is in a file moves into the plan, so that the plan repeats the run. */
  inline?(options: LengthOptions, read: ReadText): LengthOptions;
  /** Prepares the options once; the result draws as often as asked. */
  draw(options: LengthOptions): DrawLength;
}

interface TypedLength<Options extends z.ZodObject>
  extends Omit<LengthDefinition, 'options' | 'example' | 'inline' | 'draw'> {
  readonly options: Options;
  readonly example: z.output<Options>;
  readonly inlined?: (options: z.output<Options>, read: ReadText) => z.output<Options>;
  readonly drawn: (options: z.output<Options>) => DrawLength;
}

/** Keeps the options' type inside one definition; outside, a plan's options have passed the same schema. */
export function defineLength<Options extends z.ZodObject>(length: TypedLength<Options>): LengthDefinition {
  const { inlined, drawn, ...rest } = length;
  return {
    ...rest,
    ...(inlined && { inline: (options, read) => inlined(options as z.output<Options>, read) }),
    draw: (options) => drawn(options as z.output<Options>),
  };
}
