import { z } from 'zod';
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

/** Matches an address with a port, which some proxies add: `203.0.113.7:50001`, `[2001:db8::7]:50001`. */
const withPort = /^(?:(\d+\.\d+\.\d+\.\d+):\d{1,5}|\[([^\]]+)\](?::\d{1,5})?)$/;

export const ipv6Guard = z.ipv6();

const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Addresses that contain an IPv4 address: IPv4-mapped (RFC 4291, section 2.5.5.2) and NAT64 (RFC 6052, section 2.1). */
const withIpv4 = [
  [0, 0, 0, 0, 0, 0xffff],
  [0x64, 0xff9b, 0, 0, 0, 0],
].map((prefix) => prefix.join());

/** Returns the eight groups of an IPv6 address. The last two may be written as an IPv4 address. */
export function toGroups(text: string): readonly number[] {
  const [before = [], after = []] = text.split('::').map((side) =>
    side
      .split(':')
      .filter((group) => group !== '')
      .flatMap((group) => {
        if (!group.includes('.')) return [Number.parseInt(group, 16)];
        const [first = 0, second = 0, third = 0, fourth = 0] = group.split('.').map(Number);
        return [first * 256 + second, third * 256 + fourth];
      }),
  );
  const missing = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: missing }, () => 0), ...after];
}

/**
 * Returns the rate limit key of an address: IPv4, also if an IPv6 address contains it, or the first 64 bits of IPv6, because a customer controls at least
 * that network (RFC 4291, section 2.5.4; RFC 6177).
 */
export function toSource(address: string | undefined): string {
  const [, ipv4, ipv6] = withPort.exec(address ?? '') ?? [];
  const [text = ''] = (ipv4 ?? ipv6 ?? address ?? '').split('%');
  const mapped = mappedIpv4.exec(text)?.[1];
  // The parser of IPv6 throws and catches an error for other text, which takes a tenth of a hook's time.
  if (mapped !== undefined || !text.includes(':') || !ipv6Guard.safeParse(text).success) return mapped ?? text;
  const groups = toGroups(text);
  const ipv4Bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 255]);
  if (withIpv4.includes(groups.slice(0, 6).join())) return ipv4Bytes.join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}
