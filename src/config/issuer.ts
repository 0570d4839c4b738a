import { httpAddressOf } from '../base/http-address.js';
import type { ConnectionGuards } from './connection.js';
import type { Config } from './schema.js';

/** Returns the issuer of signed statements, without a trailing slash. */
export const issuerOf = ({
  publicUrl,
  host,
  port,
}: Pick<Config<ConnectionGuards>, 'publicUrl' | 'host' | 'port'>): string => publicUrl ?? httpAddressOf(host, port);
