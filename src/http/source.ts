import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import { toSource } from '../core/networks.js';

const sources = new WeakMap<IncomingMessage, string>();

/**
 * Determines and remembers the address a request comes from.
 * @param proxyHops - number of trusted reverse proxies that set `X-Forwarded-For`
 */
export function noteSource(request: IncomingMessage, proxyHops: number): string {
  const source = toSource(proxyAddr(request, (_address, hop) => hop < proxyHops));
  sources.set(request, source);
  return source;
}

export const sourceOf = (request: IncomingMessage): string =>
  sources.get(request) ?? toSource(request.socket.remoteAddress);
