import type { DataFiles } from '../config/data-files.js';
import type { KeysConfig } from '../config/keys.js';
import type { Clock, Keys, Log, Random, Signer } from '../core/ports.js';
import { createLocalKeys } from './local.js';
import { createLocalSigner } from './local-signer.js';
import type { OidcKeys } from './oidc-key-set.js';
import { createOidcKeys } from './oidc-keys.js';

/** The key service as the server uses it. */
export interface KeyService {
  /** Seal tokens. */
  readonly keys: Keys;
  /** Signs receipts, audit heads and security events. */
  readonly signer: Signer;
  /** Sign ID tokens: made at the first call, as not every server has OpenID clients. */
  openOidcKeys(): Promise<OidcKeys>;
}

/**
 * The configured key service.
 * @param deps.files - where the key files are; their folder exists
 * @throws FaceError `config_invalid`, `key_service_unavailable`
 */
export async function openKeyService(
  config: KeysConfig,
  deps: { readonly files: DataFiles; readonly clock: Clock; readonly random: Random; readonly log: Log },
): Promise<KeyService> {
  const { files, random } = deps;
  switch (config.kind) {
    case 'local':
      return {
        keys: await createLocalKeys({ file: files.keys, random }),
        signer: await createLocalSigner({ file: files.signingKeys, ...deps }),
        openOidcKeys: () => createOidcKeys({ file: files.oidcKeys, ...deps }),
      };
  }
}
