import { z } from 'zod';

/** Whether a host name or address, as `URL` gives it, is this machine itself. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

/** Whether a browser finds a host on its own machine: browsers ask no DNS for names below `localhost` (RFC 6761, section 6.3). */
export const isLoopbackInBrowsers = (hostname: string): boolean =>
  isLoopback(hostname) || hostname.endsWith('.localhost');

const isSafe = (text: string): boolean => {
  // `URL` passes over white space, and over the signs of an empty query and fragment: what is put after them is lost.
  if (!URL.canParse(text) || /[\s?#]/.test(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  const isPlain = username === '' && password === '';
  return isPlain && (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)));
};

/**
 * An address that credentials or photos travel to: https, or http on this machine, as in the clear they may go nowhere
 * else; without user, password, query and fragment, so that it can be printed.
 */
export const safeUrlGuard = z
  .string()
  .max(1024)
  .refine(
    isSafe,
    'expected an address that starts with https:// (http:// on this machine only), without user, query or fragment',
  );

/** The address of a whole host, as browsers write it: in lower case, without the default port and a slash at the end. */
export const originGuard = safeUrlGuard
  .refine(
    (text) => !URL.canParse(text) || new URL(text).pathname === '/',
    'expected an address without a path, for example https://face.example.com: give the service a host name of its own',
  )
  .transform((text) => new URL(text).origin);
