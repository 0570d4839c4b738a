import { isIP } from 'node:net';
import { isLoopbackInBrowsers } from '../../config/safe-url.js';

/**
 * Returns true for a valid redirect URI that is written as browsers write it, so that administrators see the real
 * target.
 * @param isSandbox - true to allow loopback addresses
 */
export function isRedirectUri(text: string, isSandbox: boolean): boolean {
  if (text.length > 1024 || !/^[\x21-\x7e]+$/.test(text) || /[*#\\]/.test(text) || !URL.canParse(text)) return false;
  const { href, protocol, hostname, username, password } = new URL(text);
  if (href !== text || username !== '' || password !== '' || text.includes('@')) return false;
  if (isLoopbackInBrowsers(hostname)) return isSandbox && (protocol === 'https:' || protocol === 'http:');
  const isDomain = isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(hostname);
  return protocol === 'https:' && isDomain;
}
