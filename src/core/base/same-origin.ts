import type { IncomingHttpHeaders } from 'node:http';

/**
 * Returns true if this server's own page sent the request, by `Sec-Fetch-Site` or, in older browsers, `Origin`.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isSameOrigin(headers: IncomingHttpHeaders, issuer: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  return origin === undefined || origin === new URL(issuer).origin;
}
