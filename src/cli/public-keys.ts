import type { Clock, Log, Random } from '../core/ports.js';
import type { JsonObject } from '../json.js';
import { readPrivateFile } from '../keys/durable-file.js';
import { createLocalSigner } from '../keys/local-signer.js';

/**
 * The public halves of the keys that sign receipts; `null` where there are none. None are made: in the wrong folder they
 * would be the wrong ones.
 * @throws FaceError `config_invalid`: readable by others, or not a key file
 */
export async function readPublicKeys(
  file: string,
  deps: { readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<readonly JsonObject[] | null> {
  if ((await readPrivateFile(file, 'signing keys')) === null) return null;
  const signer = await createLocalSigner({ file, ...deps });
  return signer.publicKeys();
}
