import type { Setup } from '../connections/setup.js';
import { FaceError } from '../errors.js';

export function requirePublicUrl({ config: { publicUrl } }: Setup): string {
  if (publicUrl !== null) return publicUrl;
  const reason = 'expected the address where the provider reaches this server';
  throw new FaceError('config_invalid', { problems: [{ path: 'publicUrl', reason }] });
}
