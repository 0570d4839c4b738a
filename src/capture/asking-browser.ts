import type { AskingBrowser } from '../core/step-up/record.js';

/*
 * What a person at a phone is told of the browser that asks for its camera. It is a help and no proof: whoever asks can say
 * what they like of their browser, and choose the network they come by.
 */

/** The first that fits; many browsers name others beside themselves. */
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

/** Longer than those of browsers. */
const readCharacters = 512;

type Family = readonly [name: string, shape: RegExp];

const nameIn = (families: readonly Family[], text: string): string | null =>
  families.find(([, shape]) => shape.test(text))?.[0] ?? null;

/**
 * The family of a browser and of its system by the header `User-Agent`, and its network.
 * @param call.source - as `toSource` has it: an IPv4 address, or an IPv6 network whose groups are written out
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

/** A /24 or a /48: enough to see that it is none of one's own, and not who exactly it is. */
function toNetwork(source: string): string | null {
  const [, ipv4] = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(source) ?? [];
  if (ipv4 !== undefined) return `${ipv4}.0/24`;
  const [groups = '', ...rest] = source.split('::');
  if (rest.length !== 1 || !/^[\da-f:]+$/.test(groups)) return null;
  const [first, second = '0', third = '0'] = groups.split(':');
  return `${first}:${second}:${third}::/48`;
}
