import type { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import type { Exchange, SendHead } from './exchange.ts';
import type { PartSink, WireSink } from './stream-part.ts';

/** Where a fault takes hold. What is absent goes on as usual. */
export interface FaultEffects {
  /** Answers in place of the engine, which never sees the request. */
  readonly answer?: (exchange: Exchange) => void;
  /** A stream was asked for, and the answer comes whole. */
  readonly whole?: true;
  readonly sendHead?: SendHead;
  /** Changes the parts of the answer on their way to becoming events. */
  readonly parts?: (next: PartSink, exchange: Exchange) => PartSink;
  /** Changes the bytes of the events on their way to the socket. */
  readonly wire?: (next: WireSink, exchange: Exchange) => WireSink;
}

/** One way in which servers and networks misbehave. */
export interface Fault {
  readonly kind: string;
  readonly summary: string;
  /** Names of the arguments, in the order in which they follow the name after colons. */
  readonly parameters: readonly string[];
  /** Throws `ApiError` 400 at arguments it cannot take. */
  effects(args: readonly string[], random: Random): FaultEffects;
}

interface FaultDefinition<Shape extends z.ZodRawShape> {
  readonly kind: string;
  readonly summary: string;
  /** The arguments: `name:first:second` in the order of the shape's keys. */
  readonly arguments: z.ZodObject<Shape>;
  effects(args: z.output<z.ZodObject<Shape>>, random: Random): FaultEffects;
}

export function defineFault<Shape extends z.ZodRawShape>(definition: FaultDefinition<Shape>): Fault {
  const parameters = Object.keys(definition.arguments.shape);
  const { kind, summary } = definition;
  return {
    kind,
    summary,
    parameters,
    effects(args, random) {
      if (args.length > parameters.length) {
        throw new ApiError(
          400,
          `fault ${usageOfFault(kind, parameters)} takes no more than ${parameters.length} arguments`,
        );
      }
      const named = Object.fromEntries(parameters.flatMap((name, i) => (args[i] ? [[name, args[i]]] : [])));
      const parsed = definition.arguments.safeParse(named);
      if (parsed.success) return definition.effects(parsed.data, random);
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new ApiError(400, `fault ${usageOfFault(kind, parameters)}: ${problems.join('; ')}`);
    },
  };
}

/** `http-error[:status[:retryAfter]]` */
export const usageOfFault = (kind: string, parameters: readonly string[]): string =>
  kind + parameters.map((name) => `[:${name}`).join('') + ']'.repeat(parameters.length);
