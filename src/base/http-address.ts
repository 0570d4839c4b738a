/** Returns the URL of a host or IP address; */
export const httpAddressOf = (host: string, port: number): string =>
  `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
