import type { Outcome, RequestFailure, TimeoutPhase } from '../core/record.ts';
import { type EndCause, endCauses } from '../core/tape.ts';

/** Why we asked the transport to close an exchange. */
export type AbortReason = TimeoutPhase | 'user' | 'run-end';

/** What is known of a response when its exchange ends. */
export interface ResponseFacts {
  /** Absent: no head arrived. */
  readonly httpStatus?: number;
  readonly retryAfterSeconds?: number;
  /** Of a response without success: the beginning of its body. */
  readonly errorBody?: string;
  readonly bodyBytes: number;
  readonly finishReason?: string;
  /** `data: [DONE]` was seen. */
  readonly done: boolean;
  /** A JSON body instead of a stream, or everything released at once. */
  readonly buffered: boolean;
  /** A JSON body, which needs no `[DONE]`. */
  readonly json: boolean;
  readonly hasTokens: boolean;
  readonly inBandError?: string;
  readonly protocolProblem?: string;
  readonly abortReason?: AbortReason;
}

export interface Ending {
  readonly cause: EndCause;
  readonly detail: string;
}

const failed = (failure: RequestFailure): Outcome => ({ status: 'failed', failure });

/** The one way in which a request ended (design: exactly one outcome each). */
export function outcomeOf(facts: ResponseFacts, ending: Ending): Outcome {
  if (facts.httpStatus === undefined) return withoutHead(facts, ending);
  if (facts.httpStatus < 200 || facts.httpStatus > 299) return refused(facts, facts.httpStatus);
  if (facts.inBandError !== undefined) return failed({ kind: 'in-band', message: facts.inBandError });
  if (facts.protocolProblem !== undefined) return failed({ kind: 'protocol', detail: facts.protocolProblem });
  const finished = facts.finishReason !== undefined || facts.done;
  if (finished || (facts.json && ending.cause === endCauses.complete)) return finishedWell(facts);
  return cutShort(facts, ending);
}

function withoutHead({ abortReason }: ResponseFacts, { cause, detail }: Ending): Outcome {
  switch (cause) {
    case endCauses.aborted:
      return aborted(abortReason);
    case endCauses.connectFailed:
      return /TIMEDOUT|TIMEOUT/.test(detail)
        ? { status: 'timeout', phase: 'connect' }
        : network(detail, 'ECONNREFUSED');
    case endCauses.tlsFailed:
      return network(detail, 'TLS');
    case endCauses.fin:
      return network(detail, 'CLOSED');
    case endCauses.reset:
      return network(detail, 'ECONNRESET');
    default:
      return failed({ kind: 'protocol', detail: detail || 'the response had no head' });
  }
}

/** Overload codes; 503 counts as one only if it says when to come back. */
const throttlingStatuses = new Set([429, 498, 529]);

function refused({ retryAfterSeconds, errorBody }: ResponseFacts, httpStatus: number): Outcome {
  const body = errorBody ? { body: errorBody } : {};
  if (throttlingStatuses.has(httpStatus) || (httpStatus === 503 && retryAfterSeconds !== undefined)) {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    return failed({ kind: 'throttled', httpStatus, ...wait, ...body });
  }
  return failed({ kind: 'http', httpStatus, ...body });
}

function finishedWell(facts: ResponseFacts): Outcome {
  if (!facts.hasTokens) return failed({ kind: 'empty' });
  return {
    status: 'completed',
    ...(facts.finishReason !== undefined && { finishReason: facts.finishReason }),
    ...(facts.buffered && { buffered: true }),
    ...(!facts.done && !facts.json && { withoutDone: true }),
  };
}

function cutShort(facts: ResponseFacts, { cause, detail }: Ending): Outcome {
  switch (cause) {
    case endCauses.aborted:
      return aborted(facts.abortReason);
    case endCauses.complete:
      return facts.hasTokens
        ? { status: 'truncated', cause: 'fin', detail: 'the response ended without finish_reason or [DONE]' }
        : failed({ kind: 'empty' });
    case endCauses.fin:
    case endCauses.reset: {
      const reset = cause === endCauses.reset;
      if (facts.bodyBytes === 0) return network(detail, reset ? 'ECONNRESET' : 'CLOSED');
      return { status: 'truncated', cause: reset ? 'reset' : 'fin', ...(detail && { detail }) };
    }
    default:
      return failed({ kind: 'protocol', detail: detail || 'the response is not HTTP' });
  }
}

/** Without a reason of ours the transport was closed under the request: the run had ended. */
function aborted(reason: AbortReason | undefined): Outcome {
  if (reason === undefined || reason === 'run-end') return { status: 'cancelled', reason: 'run-end' };
  if (reason === 'user') return { status: 'cancelled', reason };
  return { status: 'timeout', phase: reason };
}

/** A detail that begins with a system code is that code and a text. */
function network(detail: string, otherwise: string): Outcome {
  const [code] = /^[A-Z][A-Z0-9_]{2,}(?![a-z])/.exec(detail) ?? [];
  const text = code === undefined ? detail : detail.slice(code.length).replace(/^[\s:]+/, '');
  return failed({ kind: 'network', code: code ?? otherwise, ...(text && { detail: text }) });
}
