import { BlockList, isIP } from 'node:net';

/** Networks by name, each a list of addresses and CIDR ranges (RFC 4632, RFC 4291). */
export type NamedNetworks = Readonly<Record<string, readonly string[]>>;

interface Range {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Longest IPv6 prefix. A customer controls a /64, so addresses are compared by that network. */
const longestIpv6Bits = 64;

/** Parses an address or a range. `null` if it is none, or if it is narrower than the /64 of IPv6. */
export function parseRange(text: string): Range | null {
  const [address = '', bitsText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes('%')) return null;
  if (bitsText !== undefined && !/^\d{1,3}$/.test(bitsText)) return null;
  const isIpv4 = version === 4;
  const bits = bitsText === undefined ? (isIpv4 ? 32 : 128) : Number(bitsText);
  if (bits > (isIpv4 ? 32 : longestIpv6Bits)) return null;
  return { address, bits, family: isIpv4 ? 'ipv4' : 'ipv6' };
}

/**
 * Creates a function that looks an address up.
 * @returns names of the networks that contain the address, as `toSource` returns it
 */
export function createFindNetworks(networks: NamedNetworks): (source: string) => ReadonlySet<string> {
  const lists = Object.entries(networks).map(([name, texts]) => {
    const list = new BlockList();
    for (const range of texts.map(parseRange)) {
      if (range !== null) list.addSubnet(range.address, range.bits, range.family);
    }
    return { name, list };
  });
  return (source) => {
    const [address = ''] = source.split('/');
    const version = isIP(address);
    if (version === 0) return new Set();
    const family = version === 4 ? 'ipv4' : 'ipv6';
    return new Set(lists.filter(({ list }) => list.check(address, family)).map(({ name }) => name));
  };
}
