import { z } from 'zod';
import { filesOf } from '../../config/data-files.js';
import type { KeptConfig } from '../../config/schema.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import { readPrivateFile } from '../../storage/files/durable-file.js';
import { createLocalSigner } from '../../storage/keys/local-signer.js';
import { openKeyService } from '../../storage/keys/open.js';

export const keySetGuard = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Reads the public keys of receipts, or `null`. It never creates keys, because the folder may be a wrong one. */
export async function readPublicKeys(
  config: KeptConfig,
  deps: Ports<'clock' | 'random' | 'log'>,
): Promise<readonly JsonObject[] | null> {
  const files = filesOf(config);
  if (config.keys.kind !== 'local') {
    const { signer } = await openKeyService(config.keys, { ...deps, files });
    return signer.publicKeys();
  }
  if ((await readPrivateFile(files.signingKeys, 'signing keys')) === null) return null;
  const signer = await createLocalSigner({ ...deps, file: files.signingKeys });
  return signer.publicKeys();
}
