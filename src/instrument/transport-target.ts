import type { TransportTarget } from '../clients/transport/transport.ts';
import type { TargetSetup } from './messages.ts';

/** What a thread was told of the target, as transports take it. */
export const transportTarget = ({ url, headers, tls, proxy, http }: TargetSetup): TransportTarget => ({
  url: new URL(url),
  headers,
  ...(tls && { tls }),
  ...(proxy && { proxy: new URL(proxy) }),
  ...(http && { http }),
});
