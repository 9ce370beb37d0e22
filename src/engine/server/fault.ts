import type { Socket } from 'node:net';
import type { z } from 'zod';
import type { Random } from '../../core/random.ts';
import { ApiError } from './api-error.ts';
import { describeIssue } from './describe-issue.ts';
import type { Exchange, SendHead } from './exchange.ts';
import type { AnswerPlan } from './plan-answer.ts';
import type { CompletionCall } from './protocol.ts';
import type { PartSink, WireSink } from './stream-part.ts';

/** What a fault may know of the server when a request comes. */
export interface FaultScene {
  /** Requests in line. */
  readonly waiting: number;
  /** Since the engine started. */
  readonly seconds: number;
  /** Who asks: the Authorization header, or an empty text. */
  readonly tenant: string;
  /** What was kept under this name, or `make()`, kept from now on. */
  readonly recall: <Value>(name: string, make: () => Value) => Value;
}

/** Where a fault takes hold. What is absent goes on as usual. */
export interface FaultEffects {
  /** From its start on the engine accepts no connection for so long, and its backlog is full. */
  readonly fullBacklog?: { readonly seconds: number };
  /** Handles a new connection; nothing is read from it before `proceed` is called. */
  readonly connection?: (socket: Socket, proceed: () => void) => void;
  /** Refuses the request before the engine sees it. */
  readonly admit?: (scene: FaultScene) => ApiError | undefined;
  /** Before anything is answered. */
  readonly prepare?: (exchange: Exchange) => void;
  /** Changes what is understood to be asked, and what will be answered. */
  readonly call?: (call: CompletionCall) => CompletionCall;
  readonly plan?: (plan: AnswerPlan) => AnswerPlan;
  /** A client that goes away is not noticed. */
  readonly keepsRunning?: true;
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

/** Most faults befall a request; others a connection, before there is a request, or the socket that listens. */
export type FaultScope = 'request' | 'connection' | 'listener';

/** One way in which servers and networks misbehave. */
export interface Fault {
  readonly of: FaultScope;
  readonly kind: string;
  readonly summary: string;
  /** Names of the arguments, in the order in which they follow the name after colons. */
  readonly parameters: readonly string[];
  /** Throws `ApiError` 400 at arguments it cannot take. */
  effects(args: readonly string[], random: Random): FaultEffects;
}

interface FaultDefinition<Shape extends z.ZodRawShape> {
  readonly kind: string;
  readonly of?: FaultScope;
  readonly summary: string;
  /** The arguments: `name:first:second` in the order of the shape's keys. */
  readonly arguments: z.ZodObject<Shape>;
  effects(args: z.output<z.ZodObject<Shape>>, random: Random): FaultEffects;
}

export function defineFault<Shape extends z.ZodRawShape>(definition: FaultDefinition<Shape>): Fault {
  const parameters = Object.keys(definition.arguments.shape);
  const { kind, of = 'request', summary } = definition;
  return {
    kind,
    of,
    summary,
    parameters,
    effects(args, random) {
      if (args.length > parameters.length) {
        throw new ApiError(
          400,
          `fault ${usageOfFault(kind, parameters)} takes no more than ${parameters.length} arguments`,
        );
      }
      const named: Readonly<Record<string, string | undefined>> = Object.fromEntries(
        parameters.flatMap((name, i) => (args[i] ? [[name, args[i]]] : [])),
      );
      const parsed = definition.arguments.safeParse(named);
      if (parsed.success) return definition.effects(parsed.data, random);
      const problems = parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        return `${name}: ${describeIssue(issue, named[name])}`;
      });
      throw new ApiError(400, `fault ${usageOfFault(kind, parameters)}: ${problems.join('; ')}`);
    },
  };
}

/** `http-error[:status[:retryAfter]]` */
export const usageOfFault = (kind: string, parameters: readonly string[]): string =>
  kind + parameters.map((name) => `[:${name}`).join('') + ']'.repeat(parameters.length);
