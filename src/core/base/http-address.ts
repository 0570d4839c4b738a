/** Returns the URL of a host and port, with an IPv6 address in brackets (RFC 3986, section 3.2.2). */
export const httpAddressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
