import { maxTokenCharacters, SealedToken } from '../src/core/concealed.js';
import type { Log } from '../src/core/ports.js';

/** The token in an attribute as the provider gave it back: `null` where it is empty, or holds something else. */
export function toStoredToken(
  value: unknown,
  { attribute, log }: { readonly attribute: string; readonly log: Log },
): SealedToken | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && value.length <= maxTokenCharacters) return new SealedToken(value);
  log.warn('the attribute holds something else than a token', { attribute });
  return null;
}
