import { z } from 'zod';

/** Characters that are not visible and often copied with an address. Joiners are not among them: they change a name. */
const invisible = /[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** An atom of RFC 6531: the characters of RFC 5322, and all others beyond ASCII that are visible. */
const atom = "(?:[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]|[^\\x00-\\x7f\\p{C}\\p{Z}])+";
const localPart = new RegExp(`^${atom}(?:\\.${atom})*$`, 'u');
const domainName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const longestLocalBytes = 64;
const longestBytes = 254;

/**
 * Parses an e-mail address (RFC 6531), alone, behind `mailto:`, or in angle brackets behind a display name.
 * @returns the address without the rest, in NFC; `null` if there is none, or several
 */
export function parseEmail(text: string): string | null {
  const plain = text.replace(invisible, '').normalize('NFC').trim();
  const bracketed = /^(?:"(?:[^"\\]|\\.)*"\s*|[^<>"]*)<([^<>]*)>$/u.exec(plain)?.[1] ?? plain;
  const address = readMailto(bracketed.trim());
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const domain = address.slice(at + 1);
  const ascii = toAscii(domain);
  if (!localPart.test(local) || !domainName.test(ascii)) return null;
  const localBytes = new TextEncoder().encode(local).length;
  return localBytes > longestLocalBytes || localBytes + 1 + ascii.length > longestBytes ? null : address;
}

/** Returns a domain in lower case and Punycode, or an empty text if it is none. */
const toAscii = (domain: string): string =>
  !/[\p{C}\p{Z}%/?#:@\\]/u.test(domain) && URL.canParse(`http://${domain}`) ? new URL(`http://${domain}`).hostname : '';

function readMailto(text: string): string {
  const [, encoded] = /^mailto:([^?]*)/i.exec(text) ?? [];
  if (encoded === undefined) return text;
  try {
    return decodeURIComponent(encoded).normalize('NFC');
  } catch {
    return '';
  }
}

/**
 * Returns a form in which two spellings of one address are equal: case, Unicode form, domain in Unicode or ASCII. Full
 * case folding would also join different mailboxes, such as `straße` and `strasse`.
 */
export function toEmailKey(text: string): string {
  const address = parseEmail(text);
  if (address === null) return text.normalize('NFC').toLowerCase();
  const domainAt = address.lastIndexOf('@') + 1;
  return address.slice(0, domainAt).toLowerCase() + toAscii(address.slice(domainAt));
}

/** Returns an address that a directory states, or `null` if the text is more than an address: it is not interpreted. */
export function readPlainEmail(text: string | null): string | null {
  const address = text === null ? null : parseEmail(text);
  return address !== null && address === text?.normalize('NFC') ? address : null;
}

/** An e-mail address, as `parseEmail` returns it. */
export const emailGuard = z
  .string()
  .max(320)
  .transform((text, issues): string => {
    const address = parseEmail(text);
    if (address !== null) return address;
    issues.addIssue('expected an e-mail address');
    return z.NEVER;
  })
  .meta({ format: 'email' });
