import { httpAddressOf } from '../core/base/http-address.js';
import type { ConnectionGuards } from './connection.js';
import type { Config } from './schema.js';

export const issuerOf = ({
  publicUrl,
  host,
  port,
}: Pick<Config<ConnectionGuards>, 'publicUrl' | 'host' | 'port'>): string => publicUrl ?? httpAddressOf(host, port);
