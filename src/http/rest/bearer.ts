import type { Request } from 'express';
import { Credential } from '../../core/secrets.js';

/**
 * Returns the unverified bearer credential, or `null`.
 * @see https://www.rfc-editor.org/rfc/rfc6750 (section 2.1)
 */
export function readBearer(request: Request): Credential | null {
  const [, text] = /^Bearer ([\w.~+/-]{1,256}=*)$/i.exec(request.get('authorization') ?? '') ?? [];
  return text === undefined ? null : new Credential(text);
}
