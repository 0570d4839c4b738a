import { httpAddressOf } from '../base/http-address.js';
import type { ConnectionGuards } from './connection.js';
import type { Config } from './schema.js';

/** The address in whose name statements are signed, without a slash at the end. */
export const issuerOf = ({
  publicUrl,
  host,
  port,
}: Pick<Config<ConnectionGuards>, 'publicUrl' | 'host' | 'port'>): string => publicUrl ?? httpAddressOf(host, port);
