import type { z } from 'zod';
import type { Random } from '../../core/random.ts';
import type { Nanoseconds } from '../../core/units.ts';

export type ArrivalOptions = Readonly<Record<string, unknown>>;

/** A process that decides when requests arrive, whatever the server does. */
export interface ArrivalDefinition {
  readonly kind: string;
  /** One line for `--help` and the plan's schema. */
  readonly summary: string;
  readonly options: z.ZodObject;
  /** Options every test of the seam uses. */
  readonly example: ArrivalOptions;
  /** The option that a bare value after `kind:` sets, as in `kind:VALUE`. */
  readonly positional?: string;
  /** Whether a duration alone ends it. If not, the plan must say how many requests. */
  readonly endsByDuration: boolean;
  /** Mean arrivals per second; absent where it has no meaning. */
  rate(options: ArrivalOptions): number | undefined;
  /** Endless gaps between arrivals; the first counts from the start of the run. */
  gaps(options: ArrivalOptions, random: Random): Iterator<Nanoseconds>;
}

interface TypedArrival<Options extends z.ZodObject> {
  readonly kind: string;
  readonly summary: string;
  readonly options: Options;
  readonly example: z.output<Options>;
  readonly positional?: string & keyof z.output<Options>;
  readonly endsByDuration: boolean;
  readonly rate: (options: z.output<Options>) => number | undefined;
  readonly gaps: (options: z.output<Options>, random: Random) => Iterator<Nanoseconds>;
}

/** Keeps the options' type inside one definition; outside, a plan's options have passed the same schema. */
export function defineArrival<Options extends z.ZodObject>(arrival: TypedArrival<Options>): ArrivalDefinition {
  return {
    ...arrival,
    rate: (options) => arrival.rate(options as z.output<Options>),
    gaps: (options, random) => arrival.gaps(options as z.output<Options>, random),
  };
}
