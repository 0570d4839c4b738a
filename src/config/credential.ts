import { z } from 'zod';
import { Credential } from '../core/secrets.js';

/** Marks a secret in the JSON Schema of the settings. */
export const secretMark = { writeOnly: true };

/** A secret of 1 to 16,384 characters. References such as `{"env": …}` are already resolved. */
export const credentialGuard = z
  .string()
  .min(1)
  .max(16_384)
  .transform((text) => new Credential(text))
  .meta(secretMark);

/**
 * A secret for a header: 1 to 4,096 printable ASCII characters without a space at either end (RFC 9110, section 5.5).
 */
export const headerCredentialGuard = z
  .string()
  .max(4096)
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'expected printable ASCII characters')
  .transform((text) => new Credential(text))
  .meta(secretMark);
