import type { Setup } from '../../adapters/setup.js';
import { FaceError } from '../errors.js';

/**
 * Where providers reach this server, without a slash at the end.
 * @throws FaceError `config_invalid` where the configuration does not say
 */
export function requirePublicUrl({ config: { publicUrl } }: Setup): string {
  if (publicUrl !== null) return publicUrl;
  const reason = 'expected the address where the provider reaches this server';
  throw new FaceError('config_invalid', { problems: [{ path: 'publicUrl', reason }] });
}
