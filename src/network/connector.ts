import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { findProxy, openTunnel, toError } from './forward-proxy.js';

/** Returns all addresses of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Addresses to which a connector may connect. This server then resolves names also for a forward proxy. */
export interface AddressRule {
  readonly resolve: Resolve;
  readonly isAllowed: (address: string) => boolean;
}

/** @throws Error if the rule does not allow one of the addresses */
async function resolveAllowed(hostname: string, { resolve, isAllowed }: AddressRule): Promise<LookupAddress[]> {
  const found = await resolve(hostname);
  if (found.length === 0 || !found.every(({ address }) => isAllowed(address))) throw new Error('not a public address');
  return [...found];
}

/** Creates a connector of undici that connects directly or through the company's forward proxy. */
export function createConnector(
  options: buildConnector.BuildOptions,
  rule: AddressRule | null = null,
): buildConnector.connector {
  const toLookup =
    (own: AddressRule): LookupFunction =>
    (hostname, _, callback) =>
      void resolveAllowed(hostname, own).then(
        (found) => callback(null, found),
        (error: unknown) => callback(toError(error), []),
      );
  const connect = buildConnector(rule === null ? options : { ...options, lookup: toLookup(rule) });
  const tunnel = async (proxy: URL, hostname: string, port: number) => {
    if (rule === null || isIP(hostname) !== 0) return openTunnel(proxy, hostname, port);
    const [first] = await resolveAllowed(hostname, rule);
    return openTunnel(proxy, first?.address ?? hostname, port);
  };
  return (asked, callback) => {
    const { protocol, hostname, port } = asked;
    const proxy = findProxy({ protocol, hostname, port });
    if (proxy === null) return connect(asked, callback);
    tunnel(proxy, hostname, Number(port) || (protocol === 'https:' ? 443 : 80)).then(
      (socket) =>
        protocol === 'https:' ? connect({ ...asked, httpSocket: socket }, callback) : callback(null, socket),
      (error: unknown) => callback(toError(error), null),
    );
  };
}
