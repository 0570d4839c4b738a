import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { makeOnce } from '../core/base/make-once.js';
import type { Fetch } from '../core/ports.js';
import type { AddressRule, Resolve } from './connector.js';
import { findProxy } from './forward-proxy.js';
import { isPublicAddress } from './public-address.js';

/** Creates a fetch over the connector, which is loaded on first use, because many servers do not need it. */
function createConnectedFetch(rule: AddressRule | null): Fetch {
  const open = makeOnce(async () => {
    const [{ Agent, fetch }, { createConnector }] = await Promise.all([import('undici'), import('./connector.js')]);
    return { fetch, dispatcher: new Agent({ connect: createConnector({ rejectUnauthorized: true }, rule) }) };
  });
  return async (url, init) => {
    const { fetch, dispatcher } = await open();
    // The classes of Node.js differ from those of the package.
    const { method, headers, body, redirect, signal } = new Request(url, init);
    const bytes = body === null ? null : await new Response(body).arrayBuffer();
    return fetch(url, { method, headers: Object.fromEntries(headers), body: bytes, redirect, signal, dispatcher });
  };
}

/** Creates a fetch that uses the forward proxy of the environment, and `direct` for other addresses. */
export function createProxiedFetch(direct: Fetch): Fetch {
  const proxied = createConnectedFetch(null);
  return async (url, init) => (findProxy(new URL(url)) === null ? direct : proxied)(url, init);
}

/**
 * Creates a fetch that connects to public addresses only, whatever a name resolves to at that moment. Otherwise, an
 * address that someone else chose could name this network or a cloud's metadata service. A forward proxy receives the
 * checked address, because a name could resolve to another one there.
 */
export function createPublicFetch(resolve: Resolve = (hostname) => lookup(hostname, { all: true })): Fetch {
  const send = createConnectedFetch({ resolve, isAllowed: isPublicAddress });
  return async (url, init) => {
    // Addresses are connected to without a look-up.
    const address = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) !== 0 && !isPublicAddress(address)) throw new TypeError('not a public address');
    return send(url, { redirect: 'error', ...init });
  };
}
