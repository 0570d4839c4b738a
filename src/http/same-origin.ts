import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request comes from a page of this server, as far as the browser tells: by `Sec-Fetch-Site`, and by `Origin` in a
 * browser that does not send that. What sends neither is no browser of today.
 * @param issuer - the public address of this server
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isSameOrigin(headers: IncomingHttpHeaders, issuer: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  return origin === undefined || origin === new URL(issuer).origin;
}
