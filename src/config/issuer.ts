import type { ConnectionGuards } from './connection.js';
import type { Config } from './schema.js';

/** The address in whose name statements are signed, without a slash at the end. */
export const issuerOf = ({
  publicUrl,
  host,
  port,
}: Pick<Config<ConnectionGuards>, 'publicUrl' | 'host' | 'port'>): string =>
  publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
