/** Where a server at a host or an IP address is reached; of IPv6 the address stands in brackets (RFC 3986, section 3.2.2). */
export const httpAddressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
