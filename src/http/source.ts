import type { IncomingMessage } from 'node:http';
import proxyAddr from 'proxy-addr';
import { toSource } from '../core/limits/source.js';

const sources = new WeakMap<IncomingMessage, string>();

/**
 * Finds whom a request is counted with, for all who ask later.
 * @param proxyHops - how many reverse proxies stand before this server and name the caller in `X-Forwarded-For`
 */
export function noteSource(request: IncomingMessage, proxyHops: number): string {
  const source = toSource(proxyAddr(request, (_address, hop) => hop < proxyHops));
  sources.set(request, source);
  return source;
}

/** Whom a request is counted with: whoever sent it, where nobody has looked for proxies. */
export const sourceOf = (request: IncomingMessage): string =>
  sources.get(request) ?? toSource(request.socket.remoteAddress);
