/** A network that callers are counted by, and how many times what one address may do it may. */
export interface Network {
  readonly name: string;
  readonly share: number;
}

/** As `toSource` names an IPv6 address: its first four groups. */
const ipv6Source = /^([\da-f]{1,4}):([\da-f]{1,4}):([\da-f]{1,4}):([\da-f]{1,4})::\/64$/;

/**
 * The network a source is in, as wide as is kept of it: of an IPv4 address the first 24 bits, of an IPv6 network the first 48. It
 * tells a company or a town apart from others, and not one person from their neighbours.
 * @param source - as `toSource` names it
 * @returns `null`: it is no address
 */
export function keptNetworkOf(source: string): string | null {
  const [, first = '', second = '', third = ''] = ipv6Source.exec(source) ?? [];
  if (first !== '') return `${first}:${second}:${third}::/48`;
  const [, start = ''] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source) ?? [];
  return start === '' ? null : `${start}.0/24`;
}

/**
 * The networks that a source is counted by, the widest first. A provider hands out a /64, a /56 or a /48 to one customer
 * (RFC 6177), so whoever has a /48 has 65,536 networks of 64 bits: together they may four times what one may. Of IPv4 it is
 * the one address.
 * @param source - as `toSource` names it
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
