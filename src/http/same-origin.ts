import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns true for a request from this server's own page, by `Sec-Fetch-Site`, or `Origin` in older browsers.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isSameOrigin(headers: IncomingHttpHeaders, issuer: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  return origin === undefined || origin === new URL(issuer).origin;
}
