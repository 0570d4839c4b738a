import { isIP } from 'node:net';
import { isLoopbackInBrowsers } from '../../config/safe-url.js';

/**
 * Whether a browser may be sent back to an address with the answer of a face check. It must be written as browsers write it, so
 * that what an administrator reads is where the browser goes; it names one host of a domain, and holds no wildcard.
 * @param isSandbox - where nobody is real, a program on the developer's own machine may be the one
 */
export function isRedirectUri(text: string, isSandbox: boolean): boolean {
  if (text.length > 1024 || !/^[\x21-\x7e]+$/.test(text) || /[*#\\]/.test(text) || !URL.canParse(text)) return false;
  const { href, protocol, hostname, username, password } = new URL(text);
  if (href !== text || username !== '' || password !== '' || text.includes('@')) return false;
  if (isLoopbackInBrowsers(hostname)) return isSandbox && (protocol === 'https:' || protocol === 'http:');
  const isDomain = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(hostname);
  return protocol === 'https:' && isDomain;
}
