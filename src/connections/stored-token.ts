import type { Log } from '../core/ports.js';
import { maxTokenCharacters, SealedToken } from '../core/secrets.js';

export function toStoredToken(
  value: unknown,
  { attribute, log }: { readonly attribute: string; readonly log: Log },
): SealedToken | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && value.length <= maxTokenCharacters) return new SealedToken(value);
  log.warn('the attribute holds something else than a token', { attribute });
  return null;
}
