import type { Credential } from '../core/concealed.js';
import { hasDigest } from '../core/digest.js';
import { FaceError } from '../errors.js';
import type { ApiDeps } from './deps.js';
import type { Administrator } from './rights.js';

const owner: Administrator = { name: 'owner', role: 'owner' };

/**
 * Whose administrator's key this is.
 * @throws FaceError `caller_untrusted`
 */
export async function authenticateAdministrator(
  credential: Credential,
  { adminKeyDigest }: Pick<ApiDeps, 'adminKeyDigest'>,
): Promise<Administrator> {
  if (credential.use((text) => hasDigest(text, adminKeyDigest))) return owner;
  throw new FaceError('caller_untrusted');
}
