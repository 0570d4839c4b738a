import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Fetch } from '../core/ports.js';

/**
 * Networks that no public server has.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const notPublic: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
];

/** The public addresses of IPv6; addresses that contain an IPv4 address are not among them. */
const publicIpv6 = new BlockList();
publicIpv6.addSubnet('2000::', 3, 'ipv6');
const refused = new BlockList();
for (const [network, prefix, family] of notPublic) refused.addSubnet(network, prefix, family);
refused.addSubnet('2001::', 23, 'ipv6');
refused.addSubnet('2001:db8::', 32, 'ipv6');
refused.addSubnet('2002::', 16, 'ipv6');

/** Returns true if an address is reachable on the public internet. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !refused.check(address, 'ipv4');
  return isIP(address) === 6 && publicIpv6.check(address, 'ipv6') && !refused.check(address, 'ipv6');
}

/** Returns all addresses of a name. */
type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * Creates a fetch that connects to public addresses only, whatever a name resolves to at that moment. Otherwise, an
 * address that someone else chose could name this network or a cloud's metadata service.
 */
export function createPublicFetch(resolve: Resolve = (hostname) => lookup(hostname, { all: true })): Fetch {
  let opened: ReturnType<typeof open> | null = null;
  // Loaded on first use, because most servers fetch no such address.
  const open = async () => {
    const { Agent, fetch } = await import('undici');
    return { fetch, dispatcher: new Agent({ connect: { lookup: look } }) };
  };
  const look: LookupFunction = (hostname, _, callback) => {
    resolve(hostname).then(
      (found) => {
        const isHidden = found.length === 0 || found.some(({ address }) => !isPublicAddress(address));
        callback(isHidden ? new Error('not a public address') : null, isHidden ? [] : [...found]);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('no address'), []),
    );
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
