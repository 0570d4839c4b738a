import { BlockList, isIP } from 'node:net';
import { toSource } from '../networks.js';

/** Networks by name, each a list of addresses and CIDR ranges (RFC 4632, RFC 4291). */
export type NamedNetworks = Readonly<Record<string, readonly string[]>>;

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Longest IPv6 prefix. A customer controls a /64, so addresses are compared by that network. */
const longestIpv6Bits = 64;

/**
 * Parses an address or a range. `null` if it is none, narrower than the /64 of IPv6, or IPv4 in the form of IPv6, which
 * `toSource` does not return.
 */
export function parseRange(text: string): Range | null {
  const [address = '', bitsText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return null;
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return null;
  const isIpv4 = version === 4;
  if (!isIpv4 && isIP(toSource(address)) === 4) return null;
  const bits = bitsText === undefined ? (isIpv4 ? 32 : 128) : Number(bitsText);
  if (bits > (isIpv4 ? 32 : longestIpv6Bits)) return null;
  return { address, bits, family: isIpv4 ? 'ipv4' : 'ipv6' };
}

/**
 * Creates a function that looks an address up.
 * @returns names of the networks that contain the address, as `toSource` returns it
 */
export function createFindNetworks(networks: NamedNetworks): (source: string) => ReadonlySet<string> {
  const named = Object.entries(networks).map(([name, texts]) => {
    // Apart, because a list that has `::/0` also contains every IPv4 address.
    const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
    for (const range of texts.map(parseRange)) {
      if (range !== null) lists[range.family].addSubnet(range.address, range.bits, range.family);
    }
    return { name, lists };
  });
  return (source) => {
    const [address = ''] = source.split('/');
    const version = isIP(address);
    if (version === 0) return new Set();
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return new Set(named.filter(({ lists }) => lists[family].check(address, family)).map(({ name }) => name));
  };
}
