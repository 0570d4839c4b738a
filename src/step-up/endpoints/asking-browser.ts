import type { AskingBrowser } from '../record.js';

/*
 * Describes the browser that started a hand-off, for the person with the phone. The description proves nothing, because
 * an attacker can forge the user agent and choose a network.
 */

const browsers = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\b(?:OPR|OPiOS)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|CriOS)\//],
  ['Safari', /\bVersion\/[\d.]+ (?:Mobile\/\w+ )?Safari\//],
] as const;

const systems = [
  ['Windows', /\bWindows NT\b/],
  ['Android', /\bAndroid\b/],
  ['iOS', /\b(?:iPhone|iPad|iPod)\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['macOS', /\bMacintosh\b/],
  ['Linux', /\bLinux\b/],
] as const;

/** Characters of the user agent that are read. Real user agents are shorter. */
const readCharacters = 512;

type Family = readonly [name: string, shape: RegExp];

const nameIn = (families: readonly Family[], text: string): string | null =>
  families.find(([, shape]) => shape.test(text))?.[0] ?? null;

/**
 * Returns browser and system from `User-Agent`, and the network.
 * @param call.source - IPv4 address or IPv6 network
 */
export function describeBrowser({
  userAgent,
  source,
}: {
  readonly userAgent: string | null;
  readonly source: string;
}): AskingBrowser {
  const text = (userAgent ?? '').slice(0, readCharacters);
  return { browser: nameIn(browsers, text), system: nameIn(systems, text), network: toNetwork(source) };
}

/** Returns a /24 or /48 network, which identifies no one. */
function toNetwork(source: string): string | null {
  const [, ipv4] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source) ?? [];
  if (ipv4 !== undefined) return `${ipv4}.0/24`;
  const [groups = '', ...rest] = source.split('::');
  if (rest.length !== 1 || !/^[\da-f:]+$/.test(groups)) return null;
  const [first, second = '0', third = '0'] = groups.split(':');
  return `${first}:${second}:${third}::/48`;
}
