import { isIP } from 'node:net';
import type { Fetch } from '../core/ports.js';
import { createConnector, type Resolve, resolveAll } from './connector.js';
import { isPublicAddress } from './public-address.js';

/**
 * Creates a fetch that connects to public addresses only, whatever a name resolves to at that moment. Otherwise, an
 * address that someone else chose could name this network or a cloud's metadata service. A forward proxy receives the
 * checked address, because a name could resolve to another one there.
 */
export function createPublicFetch(resolve: Resolve = resolveAll): Fetch {
  let opened: ReturnType<typeof open> | null = null;
  // Loaded on first use, because most servers fetch no such address.
  const open = async () => {
    const { Agent, fetch } = await import('undici');
    return { fetch, dispatcher: new Agent({ connect: createConnector({}, { resolve, isAllowed: isPublicAddress }) }) };
  };
  return async (url, init) => {
    const { hostname } = new URL(url);
    // Addresses are connected to without a look-up.
    const address = hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !isPublicAddress(address)) throw new TypeError('not a public address');
    const { method = 'GET', redirect = 'error', signal = null } = init;
    const headers = Object.fromEntries(new Headers(init.headers));
    opened ??= open();
    const { fetch, dispatcher } = await opened;
    return fetch(url, { method, headers, redirect, signal, dispatcher });
  };
}
