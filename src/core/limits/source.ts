import { z } from 'zod';

/** Matches an address with a port, which some proxies add: `203.0.113.7:50001`, `[2001:db8::7]:50001`. */
const withPort = /^(?:(\d+\.\d+\.\d+\.\d+):\d{1,5}|\[([^\]]+)\](?::\d{1,5})?)$/;

const ipv6Guard = z.ipv6();

const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * Returns the rate limit key of an address: IPv4, or the first 64 bits of IPv6, because a customer controls at least
 * that network (RFC 4291, section 2.5.4; RFC 6177).
 */
export function toSource(address: string | undefined): string {
  const [, ipv4, ipv6] = withPort.exec(address ?? '') ?? [];
  const [text = ''] = (ipv4 ?? ipv6 ?? address ?? '').split('%');
  const mapped = mappedIpv4.exec(text)?.[1];
  if (mapped !== undefined || !ipv6Guard.safeParse(text).success) return mapped ?? text;
  const [before = '', after] = text.toLowerCase().split('::');
  const groups = before.split(':').filter((group) => group !== '');
  const tail = (after ?? '').split(':').filter((group) => group !== '');
  const missing = Array.from({ length: Math.max(0, 8 - groups.length - tail.length) }, () => '0');
  const network = [...groups, ...missing, ...tail].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
