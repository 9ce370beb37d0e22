import { exitCodes, MetronError, type MetronErrorOptions } from '../../core/errors.ts';
import { endCauses } from '../../core/tape.ts';
import { noHttp2 } from '../transport/http2-connection.ts';
import type { TransportTarget } from '../transport/transport.ts';
import { type Reply, speaksNothingElse } from './request-once.ts';

/** The target as a sentence names it: no query, no credentials. */
export const placeOf = ({ url }: TransportTarget): string => `${url.protocol}//${url.host}${url.pathname}`;

const failed = (code: string, message: string, options: MetronErrorOptions = {}): MetronError =>
  new MetronError(code, message, { exitCode: exitCodes.targetFailed, ...options });

/** Why no complete HTTP response came; undefined if one did. */
export function explainConnection(target: TransportTarget, reply: Reply, patience: string): MetronError | undefined {
  const place = placeOf(target);
  if (reply.timedOut) return silent(place, reply, patience);
  switch (reply.cause) {
    case endCauses.connectFailed:
      return unreachable(target, reply.detail);
    case endCauses.tlsFailed:
      return untrusted(target, reply);
    case endCauses.protocol:
      return failed('NOT_HTTP', `${place} does not answer as HTTP does: ${reply.detail}`, hintScheme(target));
    case endCauses.fin:
    case endCauses.reset:
      return reply.status === undefined
        ? failed('TARGET_CLOSED', `${place} closed the connection without an answer`, hintScheme(target))
        : failed('TARGET_BROKE_OFF', `${place} closed the connection in the middle of its answer`, {
            hint: "the server's log should say why",
          });
    default:
      return undefined;
  }
}

function silent(place: string, reply: Reply, patience: string): MetronError {
  if (reply.sentAt === undefined) {
    return failed('TARGET_UNREACHABLE', `no connection to ${place} within ${patience}`, {
      hint: 'check host and port, and that no firewall drops the packets',
    });
  }
  const what = reply.status === undefined ? 'no answer from' : 'no complete answer from';
  return failed('TARGET_SILENT', `${what} ${place} within ${patience}`, {
    hint: 'is the server overloaded or still loading? --wait-ready 5m waits for it',
  });
}

const connectHints: Readonly<Record<string, (host: string) => [message: string, hint: string]>> = {
  ECONNREFUSED: (host) => [
    `nothing listens at ${host} (connection refused)`,
    'is the server running? --wait-ready 5m waits until it is',
  ],
  ENOTFOUND: (host) => [`the host of ${host} is not known`, 'check the spelling of --url'],
  EAI_AGAIN: (host) => [`the host of ${host} could not be looked up`, 'is there a name server and a network?'],
  ETIMEDOUT: (host) => [`${host} does not accept the connection in time`, 'check host, port and firewall'],
  EHOSTUNREACH: (host) => [`no route leads to ${host}`, 'check the address and the network'],
  ENETUNREACH: (host) => [`no route leads to ${host}`, 'check the address and the network'],
};

function unreachable({ url, proxy }: TransportTarget, detail: string): MetronError {
  if (proxy && (detail.startsWith('proxy ') || url.protocol === 'http:')) {
    const what = detail.replace(/^proxy /, '');
    return failed('PROXY_FAILED', `the proxy ${proxy.host} leads to nothing: ${what}`, {
      hint: 'name the host in NO_PROXY, or go without a proxy with --proxy none',
    });
  }
  const explain = connectHints[detail];
  const [message, hint] = explain ? explain(url.host) : [`no connection to ${url.host}: ${detail}`, 'check --url'];
  return failed('TARGET_UNREACHABLE', message, { hint });
}

function untrusted({ url }: TransportTarget, { cause, detail, http }: Reply): MetronError {
  if (detail === noHttp2 || speaksNothingElse({ cause, detail })) {
    return failed('TARGET_TLS', `${url.host} does not speak HTTP/${http}`, {
      hint: 'leave the version to it: --http auto',
    });
  }
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED/.test(detail)) {
    return failed('TARGET_TLS', `the certificate of ${url.host} is not signed by an authority known here (${detail})`, {
      hint: 'give the authority with --ca FILE, or accept any certificate with --insecure',
    });
  }
  if (/CERT_|ALTNAME/.test(detail)) {
    return failed('TARGET_TLS', `the certificate of ${url.host} does not hold (${detail})`, {
      hint: 'is it expired, or made for another name? --insecure accepts it for a test',
    });
  }
  return failed('TARGET_TLS', `the TLS handshake with ${url.host} failed (${detail})`, {
    hint: 'does the server speak TLS on this port? try http:// in --url',
  });
}

function hintScheme({ url }: TransportTarget): MetronErrorOptions {
  return url.protocol === 'http:'
    ? { hint: 'does the server want https:// in --url?' }
    : { hint: 'is this the port of the HTTP API?' };
}
