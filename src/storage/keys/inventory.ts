import { type DataFiles, fileExists } from '../../config/data-files.js';
import type { AwsKmsConfig, KeysConfig } from '../../config/keys.js';
import type { Ports } from '../../core/deps.js';
import type { KeyVersion } from '../../core/ports.js';
import type { EpochMs } from '../../core/units.js';
import { createLocalKeys } from './local.js';
import { createLocalSigner, type SigningTurn } from './local-signer.js';
import { createOidcKeys } from './oidc-keys.js';

export interface SealingKey {
  readonly version: KeyVersion;
  readonly isCurrent: boolean;
  readonly problem: string | null;
}

export interface RotatingKey {
  /** `kid` of a key in a file, or key id in AWS KMS. */
  readonly name: string;
  readonly isSigning: boolean;
  /** Time from which the key signs; `null` if unknown. */
  readonly signsFrom: EpochMs | null;
  readonly problem: string | null;
}

/** Lists keys without their secrets. Methods throw FaceError `config_invalid` or `key_service_unavailable`. */
export interface KeyInventory {
  readonly kind: KeysConfig['kind'];
  sealing(): Promise<readonly SealingKey[]>;
  signing(): Promise<readonly RotatingKey[]>;
  oidc(): Promise<readonly RotatingKey[]>;
}

interface Deps extends Ports<'clock' | 'random' | 'log'> {
  readonly files: DataFiles;
}

/** Opens the inventory. No keys are created, because the command may have been started in the wrong folder. */
export const openInventory = async (config: KeysConfig, deps: Deps): Promise<KeyInventory> =>
  config.kind === 'local' ? openLocal(deps) : openAwsKms(config, deps);

function openLocal({ files, ...deps }: Deps): KeyInventory {
  const ifThere = async <T>(file: string, list: (file: string) => Promise<readonly T[]>): Promise<readonly T[]> =>
    (await fileExists(file)) ? list(file) : [];
  return {
    kind: 'local',
    sealing: () =>
      ifThere(files.keys, async (file) => {
        const keys = await createLocalKeys({ ...deps, file });
        const current = await keys.currentVersion();
        return (await keys.versions()).map((version) => ({ version, isCurrent: version === current, problem: null }));
      }),
    signing: () =>
      ifThere(files.signingKeys, async (file) =>
        (await (await createLocalSigner({ ...deps, file })).turns()).map(toTurningKey),
      ),
    oidc: () =>
      ifThere(files.oidcKeys, async (file) =>
        (await (await createOidcKeys({ ...deps, file })).turns()).map(toTurningKey),
      ),
  };
}

const toTurningKey = ({ kid, isSigning, signsFrom }: SigningTurn): RotatingKey => ({
  name: kid,
  isSigning,
  signsFrom,
  problem: null,
});

async function openAwsKms(config: AwsKmsConfig, deps: Deps): Promise<KeyInventory> {
  const [{ createAwsKmsCalls }, { currentOf }] = await Promise.all([
    import('./aws-kms-calls.js'),
    import('./aws-kms.js'),
  ]);
  const calls = createAwsKmsCalls(config, deps);
  const problemOf = async (keyId: string, isFit: (spec: string) => boolean): Promise<string | null> => {
    const description = await calls.describeKey(keyId);
    if (description === null) return 'deleted';
    if (description.state !== 'Enabled') return description.state;
    return isFit(description.spec) ? null : `${description.spec} does not fit`;
  };
  const listSigning = (keys: AwsKmsConfig['oidc'], isFit: (spec: string) => boolean): Promise<RotatingKey[]> =>
    Promise.all(
      (keys === null ? [] : [keys.keyId, ...keys.others]).map(async (name) => ({
        name,
        isSigning: name === keys?.keyId,
        signsFrom: null,
        problem: await problemOf(name, isFit),
      })),
    );
  const current = currentOf(config);
  return {
    kind: 'aws-kms',
    sealing: () =>
      Promise.all(
        config.sealing
          .toSorted((a, b) => a.version - b.version)
          .map(async ({ version, keyId }) => ({
            version,
            isCurrent: version === current,
            problem: await problemOf(keyId, (spec) => spec === 'HMAC_256'),
          })),
      ),
    signing: () => listSigning(config.signing, (spec) => spec === 'ECC_NIST_P256'),
    oidc: () => listSigning(config.oidc, (spec) => spec.startsWith('RSA_')),
  };
}
