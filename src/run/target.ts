import { type ProtocolDefinition, protocols, proxyFor } from '../clients/index.ts';
import type { Plan } from '../config/index.ts';
import { MetronError } from '../core/errors.ts';
import type { TargetSetup } from '../instrument/messages.ts';
import { authorize, type Environment, readCertificates } from './secrets.ts';

export interface PreparedTarget {
  readonly setup: TargetSetup;
  readonly protocol: ProtocolDefinition;
  readonly secrets: readonly string[];
}

/** Where and how requests go: the endpoint, headers with their secrets, certificates, proxy. */
export function prepareTarget({ target }: Plan, env: Environment): PreparedTarget {
  const protocol = protocols.get(target.protocol);
  const url = endpoint(target.url, protocol.path);
  const { headers, secrets } = authorize(target.headers, target.apiKeyEnv, env);
  const proxy =
    target.proxy === 'none' ? undefined : target.proxy === 'env' ? proxyFor(url, env) : new URL(target.proxy);
  const { ca, insecure } = target.tls;
  if (target.http === '2' && proxy && url.protocol === 'http:') {
    throw new MetronError('BAD_PROXY', 'HTTP/2 without TLS does not go through a proxy', {
      hint: 'give an https:// URL, or go without a proxy with --proxy none',
    });
  }
  return {
    protocol,
    secrets,
    setup: {
      url: url.href,
      headers,
      tls: { ...(ca !== undefined && { ca: readCertificates(ca) }), insecure },
      ...(proxy && { proxy: proxy.href }),
      ...(target.http !== 'auto' && { http: target.http }),
    },
  };
}

/** The protocol's path is appended to the base URL, unless the URL ends with it already. */
function endpoint(base: string, path: string): URL {
  const url = new URL(base);
  const trimmed = url.pathname.replace(/\/+$/, '');
  url.pathname = trimmed.endsWith(path) ? trimmed : trimmed + path;
  return url;
}
