import { findFirstSequence } from '../../audit/heads.js';
import { type DataFiles, fileExists } from '../../config/data-files.js';
import type { AwsKmsConfig, KeysConfig } from '../../config/keys.js';
import { makeOnce } from '../../core/base/make-once.js';
import type { Ports } from '../../core/deps.js';
import { FaceError } from '../../errors.js';
import { isNoted, type OnKeysLoaded } from './key-notes.js';
import { createLocalKeys } from './local.js';
import { createLocalSigner } from './local-signer.js';
import { createOidcKeys, type OidcKeys } from './oidc-keys.js';

export interface KeyService extends Ports<'keys' | 'signer'> {
  /** The keys are created at the first call, because not every server needs them. */
  openOidcKeys(): Promise<OidcKeys>;
}

interface Deps extends Ports<'clock' | 'random' | 'log'> {
  readonly files: DataFiles;
  readonly onKeysLoaded?: OnKeysLoaded;
}

export async function openKeyService(config: KeysConfig, deps: Deps): Promise<KeyService> {
  switch (config.kind) {
    case 'local':
      return openLocal(deps);
    case 'aws-kms':
      return openAwsKms(config, deps);
  }
}

async function openLocal({ files, ...deps }: Deps): Promise<KeyService> {
  await checkNotLost(files);
  return {
    keys: await createLocalKeys({ ...deps, file: files.keys }),
    signer: await createLocalSigner({ ...deps, file: files.signingKeys }),
    openOidcKeys: makeOnce(() => createOidcKeys({ ...deps, file: files.oidcKeys })),
  };
}

/**
 * Refuses to start if the keys of existing tokens are missing. With new keys, every token would be refused like a wrong
 * face.
 */
async function checkNotLost({ keys, audit }: DataFiles): Promise<void> {
  if ((await fileExists(keys)) || !(await fileExists(audit))) return;
  // Retention may have removed the records about keys. A log that does not begin with record 1 shows this, so keys are
  // assumed to have existed.
  const isBeginningGone = ((await findFirstSequence(audit)) ?? 1) > 1;
  if (!isBeginningGone && !(await isNoted('sealing', audit))) return;
  throw new FaceError('config_invalid', {
    setting: 'keys',
    problem: `missing, although the audit trail records signatures: ${keys}`,
  });
}

/** Loaded only when needed, because the SDK slows the start. */
async function openAwsKms(config: AwsKmsConfig, deps: Deps): Promise<KeyService> {
  const [{ createAwsKmsCalls }, { createAwsKmsKeys }, { createAwsKmsSigner }, { createAwsKmsOidcKeys }] =
    await Promise.all([
      import('./aws-kms-calls.js'),
      import('./aws-kms.js'),
      import('./aws-kms-signer.js'),
      import('./aws-kms-oidc-keys.js'),
    ]);
  const calls = createAwsKmsCalls(config, deps);
  const keys = createAwsKmsKeys(config, calls);
  const versions = config.sealing.map(({ version }) => version);
  const signer = await createAwsKmsSigner(config.signing, calls);
  deps.onKeysLoaded?.('sealing', versions);
  deps.onKeysLoaded?.(
    'signing',
    (await signer.publicKeys()).map(({ kid }) => String(kid)),
  );
  return {
    keys,
    signer,
    openOidcKeys: makeOnce(async () => {
      if (config.oidc === null) throw new FaceError('config_invalid', { setting: 'keys.oidc', problem: 'missing' });
      const oidcKeys = await createAwsKmsOidcKeys(config.oidc, { calls, keys, versions });
      deps.onKeysLoaded?.(
        'oidc',
        (await oidcKeys.current()).published.map(({ kid }) => kid),
      );
      return oidcKeys;
    }),
  };
}
