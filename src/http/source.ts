import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import { toSource } from '../core/limits/source.js';

const sources = new WeakMap<IncomingMessage, string>();

/**
 * Determines a request's source.
 * @param proxyHops - trusted reverse proxies that set `X-Forwarded-For`
 */
export function noteSource(request: IncomingMessage, proxyHops: number): string {
  const source = toSource(proxyAddr(request, (_address, hop) => hop < proxyHops));
  sources.set(request, source);
  return source;
}

/** Returns the source of a request; without `noteSource`, the sender's address. */
export const sourceOf = (request: IncomingMessage): string =>
  sources.get(request) ?? toSource(request.socket.remoteAddress);
