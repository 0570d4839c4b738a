import { z } from 'zod';

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

export const namedBrowser = z.object({ browser: z.string().nullable(), system: z.string().nullable() });
export type NamedBrowser = Readonly<z.output<typeof namedBrowser>>;

/** Network and browser of a request. */
export interface RequestOrigin {
  readonly userAgent: string | null;
  /** The /24 or /48 network. */
  readonly network: string | null;
}

/** Returns the browser and the system that a user agent claims. `null` if unknown. */
export function nameBrowser(userAgent: string | null): NamedBrowser {
  const text = (userAgent ?? '').slice(0, readCharacters);
  return { browser: nameIn(browsers, text), system: nameIn(systems, text) };
}
