/** A network for rate limits. `share` is its limit as a multiple of a single address's limit. */
export interface Network {
  readonly name: string;
  readonly share: number;
}

/** The first four groups of an IPv6 address. */
const ipv6Source = /^([\da-f]{1,4}):([\da-f]{1,4}):([\da-f]{1,4}):([\da-f]{1,4})::\/64$/;

/**
 * Shortens a source to 24 bits of IPv4 or 48 bits of IPv6, which distinguishes towns but not neighbors.
 * @param source - from `toSource`
 * @returns `null` if the source is not an address
 */
export function keptNetworkOf(source: string): string | null {
  const [, first = '', second = '', third = ''] = ipv6Source.exec(source) ?? [];
  if (first !== '') return `${first}:${second}:${third}::/48`;
  const [, start = ''] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source) ?? [];
  return start === '' ? null : `${start}.0/24`;
}

/**
 * Returns a source's networks, widest first. Providers assign a /64, /56 or /48 to a customer (RFC 6177). All /64 of a
 * /48 together have four times the limit of one /64.
 * @param source - from `toSource`
 */
export function networksOf(source: string): readonly Network[] {
  const [, first = '', second = '', third = '', fourth = ''] = ipv6Source.exec(source) ?? [];
  if (first === '') return [{ name: source, share: 1 }];
  const site = `${first}:${second}:${third}`;
  const upperHalf = (Number.parseInt(fourth, 16) & 0xff00).toString(16);
  return [
    { name: `${site}::/48`, share: 4 },
    { name: `${site}:${upperHalf}::/56`, share: 2 },
    { name: source, share: 1 },
  ];
}
