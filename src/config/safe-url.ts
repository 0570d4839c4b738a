import { z } from 'zod';

/** Returns true if a host name, as `URL` writes it, is this machine. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/**
 * Returns true if browsers resolve a host to their own machine, which includes names below `localhost` (RFC 6761,
 * section 6.3).
 */
export const isLoopbackInBrowsers = (hostname: string): boolean =>
  isLoopback(hostname) || hostname.endsWith('.localhost');

const isSafe = (text: string): boolean => {
  // The text itself is checked, because `URL` drops white space, control characters and empty queries.
  if (!URL.canParse(text) || /[\s\p{Cc}?#]/u.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isPlain = username === '' && password === '';
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
};

/** An https URL, or http on this machine. It has no user, password, query or fragment, so that it can be printed. */
export const safeUrlGuard = z
  .string()
  .max(1024)
  .refine(
    isSafe,
    'expected an address that starts with https:// (http:// on this machine only), without user, query or fragment',
  );

/**
 * Returns true if a URL reads the same to all parsers: user name and password contain none of `@ / ? # [ ] \\` and no
 * white space. Otherwise, a part of the password would be taken for the host, and sent to a name server.
 */
export const hasEncodedPassword = (text: string): boolean =>
  /^[a-z]+:\/\/(?:[^\s@/?#[\]\\]*@)?(?:[^\s@:/?#[\]\\]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:\/[^\s@?#\\]*)?$/i.test(text);

export const encodedPassword =
  'write @ / ? # [ ] in a user name or password as %40 %2F %3F %23 %5B %5D, and nothing behind the address';

/** An origin in lower case, without default port and trailing slash. */
export const originGuard = safeUrlGuard
  .refine(
    (text) => !URL.canParse(text) || new URL(text).pathname === '/',
    'expected an address without a path, for example https://face.example.com',
  )
  .transform((text) => new URL(text).origin);
