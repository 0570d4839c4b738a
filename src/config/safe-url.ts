import { z } from 'zod';

/** Whether a host name or address, as `URL` gives it, is this machine itself. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);

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

/** Such an address of a whole host, as everybody else writes it: in lower case, without the usual port and a slash at the end. */
export const originGuard = safeUrlGuard
  .refine((text) => !URL.canParse(text) || new URL(text).pathname === '/', 'expected an address without a path')
  .transform((text) => new URL(text).origin);
