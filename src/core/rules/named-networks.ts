import { z } from 'zod';
import { ipv6Guard, toGroups, toSource } from '../networks.js';

/** Networks by name, each a list of addresses and CIDR ranges (RFC 4632, RFC 4291). */
export type NamedNetworks = Readonly<Record<string, readonly string[]>>;

/** An IPv4 address, or the first 64 bits of IPv6, because a customer controls a /64. */
interface Address {
  readonly width: 32 | 64;
  readonly value: bigint;
}

interface Range extends Address {
  readonly bits: number;
}

const join = (numbers: readonly number[], bitsEach: number): bigint =>
  numbers.reduce((sum, each) => (sum << BigInt(bitsEach)) | BigInt(each), 0n);

const ipv4Guard = z.ipv4();
const prefixPattern = /^\d{1,3}$/;

/**
 * Parses an address or a range. `null` if it is none, narrower than the /64 of IPv6, or IPv4 in the form of IPv6, which
 * `toSource` does not return.
 */
export function parseRange(text: string): Range | null {
  const [address = '', bitsText, ...rest] = text.split('/');
  if (rest.length > 0 || (bitsText !== undefined && !prefixPattern.test(bitsText))) return null;
  const isIpv4 = ipv4Guard.safeParse(address).success;
  if (!isIpv4 && (!ipv6Guard.safeParse(address).success || !toSource(address).includes(':'))) return null;
  const found: Address = isIpv4
    ? { width: 32, value: join(address.split('.').map(Number), 8) }
    : { width: 64, value: join(toGroups(address).slice(0, 4), 16) };
  const bits = bitsText === undefined ? (isIpv4 ? 32 : 128) : Number(bitsText);
  return bits > found.width ? null : { ...found, bits };
}

const ipv4Source = /^\d{1,3}(?:\.\d{1,3}){3}$/;

function parseSource(source: string): Address | null {
  if (ipv4Source.test(source)) return { width: 32, value: join(source.split('.').map(Number), 8) };
  return source.endsWith('::/64') ? { width: 64, value: join(toGroups(source.slice(0, -3)).slice(0, 4), 16) } : null;
}

const isWithin = ({ width, value }: Address, range: Range): boolean =>
  range.width === width && (range.value ^ value) >> BigInt(width - range.bits) === 0n;

/**
 * Creates a function that looks an address up.
 * @returns names of the networks that contain the address, as `toSource` returns it. `null` for other text
 */
export function createFindNetworks(networks: NamedNetworks): (source: string) => ReadonlySet<string> | null {
  const named = Object.entries(networks).map(([name, texts]) => ({
    name,
    ranges: texts.map(parseRange).filter((range) => range !== null),
  }));
  return (source) => {
    const address = parseSource(source);
    if (address === null) return null;
    const isIn = (ranges: readonly Range[]): boolean => ranges.some((range) => isWithin(address, range));
    return new Set(named.filter(({ ranges }) => isIn(ranges)).map(({ name }) => name));
  };
}
