import net from 'node:net';
import { MetronError } from '../../core/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for `url`: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY covers
 * the host; lower-case names win, as in curl. This machine itself is never reached through a proxy.
 */
export function proxyFor(url: URL, env: Environment): URL | undefined {
  const variable = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const value = read(env, variable);
  if (value === '' || isLoopback(url.hostname) || isExempt(url, read(env, 'no_proxy'))) return undefined;
  const withScheme = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (!proxy || !/^https?:$/.test(proxy.protocol)) {
    throw new MetronError('BAD_PROXY', `${variable.toUpperCase()} does not name an HTTP proxy`, {
      hint: 'give a URL such as http://proxy:3128, or go without a proxy with --proxy none',
    });
  }
  return proxy;
}

const read = (env: Environment, name: string): string => (env[name] || env[name.toUpperCase()] || '').trim();

function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

/** Comma- or space-separated: host names with their subdomains, addresses, ranges, each with or without port; `*` is all. */
function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      if (entry.includes('/')) return isInRange(host, entry);
      const [, name = '', asked] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(net.isIPv6(entry) ? `[${entry}]` : entry) ?? [];
      if (asked !== undefined && asked !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || (net.isIP(host) === 0 && host.endsWith(`.${domain}`));
    });
}

function isInRange(host: string, range: string): boolean {
  const [base = '', bits = ''] = range.split('/');
  const version = net.isIP(host);
  const most = version === 4 ? 32 : 128;
  if (version === 0 || net.isIP(base) !== version || !/^\d+$/.test(bits) || Number(bits) > most) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new net.BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(host, family);
}
