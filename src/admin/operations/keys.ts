import { z } from 'zod';
import { readEvents } from '../../audit/events.js';
import type { SealedCount } from '../../audit/ledger/people.js';
import { fileExists, filesOf } from '../../config/data-files.js';
import type { KeptConfig } from '../../config/schema.js';
import type { JsonObject } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import type { KeyVersion } from '../../core/ports.js';
import type { EpochMs } from '../../core/units.js';
import { toCode } from '../../errors.js';
import { readPrivateFile } from '../../files/durable-file.js';
import { keyEvents } from '../../storage/keys/events.js';
import { openInventory } from '../../storage/keys/inventory.js';
import type { KeyUse } from '../../storage/keys/key-notes.js';
import { createLocalKeys } from '../../storage/keys/local.js';
import { createLocalSigner } from '../../storage/keys/local-signer.js';
import { createOidcKeys } from '../../storage/keys/oidc-keys.js';
import { openKeyService } from '../../storage/keys/open.js';
import { adminEvents } from '../events.js';
import { retireInAwsKms, rotateInAwsKms } from './keys-aws-kms.js';

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
  return (await createLocalSigner({ ...deps, file: files.signingKeys })).publicKeys();
}

export type Rotated =
  | { readonly kind: 'version'; readonly version: KeyVersion; readonly file: string }
  | { readonly kind: 'turn'; readonly kid: string; readonly signsFrom: EpochMs }
  | { readonly kind: 'waiting' }
  /** There are no keys yet, because the server creates them at its first start. */
  | { readonly kind: 'none' }
  /** The keys are in a key service in which this server must not create keys. */
  | { readonly kind: 'by hand'; readonly words: readonly string[] };

/**
 * Adds a key. A sealing key becomes active at once, a signing key after it was published for some time.
 * @param note - called first; if it fails, no key is added
 */
export async function rotateKey(
  config: KeptConfig,
  use: KeyUse,
  deps: Ports<'clock' | 'random' | 'log'>,
  note: (name: string) => Promise<void> = async () => {},
): Promise<Rotated> {
  if (config.keys.kind === 'aws-kms') return { kind: 'by hand', words: rotateInAwsKms(config.keys, use) };
  const files = filesOf(config);
  const file = { sealing: files.keys, signing: files.signingKeys, oidc: files.oidcKeys }[use];
  if (!(await fileExists(file))) return { kind: 'none' };
  if (use === 'sealing') {
    const keys = await createLocalKeys({ ...deps, file });
    return { kind: 'version', version: await keys.rotate((version) => note(String(version))), file };
  }
  const keys = await (use === 'signing' ? createLocalSigner : createOidcKeys)({ ...deps, file });
  try {
    return { kind: 'turn', ...(await keys.rotate(note)) };
  } catch (error) {
    if (toCode(error) === 'request_malformed') return { kind: 'waiting' };
    throw error;
  }
}

export type RetiredVersion =
  | { readonly kind: 'unknown' }
  /** Refused, because this version seals new tokens. */
  | { readonly kind: 'current' }
  /** Refused, because the configuration could not be loaded without this version. */
  | { readonly kind: 'seals_secrets' }
  | {
      /**
       * `unconfirmed` means that nothing was destroyed, because the number of tokens that would be lost differs from
       * the confirmed number.
       */
      readonly kind: 'retired' | 'unconfirmed' | 'by hand';
      /** People who would have to enrol again, at most. */
      readonly lost: number;
      readonly words: readonly string[];
    };

/**
 * Destroys the sealing key of a version.
 * @param request.confirm - number of tokens that the caller agrees to lose; with `null`, nothing is destroyed and only
 * the number is returned
 * @param note - called first; if it fails, nothing is changed
 */
export async function retireVersion(
  config: KeptConfig,
  request: {
    readonly version: KeyVersion;
    readonly confirm: number | null;
    readonly count: SealedCount;
    /** Versions that the configuration file needs. */
    readonly ofSecrets: readonly KeyVersion[];
  },
  deps: Ports<'clock' | 'random' | 'log'>,
  note: () => Promise<void> = async () => {},
): Promise<RetiredVersion> {
  const { version, confirm, count } = request;
  const files = filesOf(config);
  const inventory = await openInventory(config.keys, { files, ...deps });
  const key = (await inventory.sealing()).find((each) => each.version === version);
  if (key === undefined) return { kind: 'unknown' };
  if (key.isCurrent) return { kind: 'current' };
  if (request.ofSecrets.includes(version)) return { kind: 'seals_secrets' };
  // The tokens of an unknown version may be of this one.
  const lost = (count.byVersion.get(version) ?? 0) + count.ofUnknownVersion;
  if (config.keys.kind === 'aws-kms') return { kind: 'by hand', lost, words: retireInAwsKms(config.keys, version) };
  if (confirm !== lost) return { kind: 'unconfirmed', lost, words: [] };
  await note();
  await (await createLocalKeys({ ...deps, file: files.keys })).retire(version);
  return { kind: 'retired', lost, words: [] };
}

export const sealsSecretsText =
  'This key seals secrets of the configuration. State them again in the console, which seals them with the new key.';

/** `refused` means that the key is unknown or currently signs. */
export const retiredSigningText =
  'Copies of the published keys expire within 300 seconds. Cognito functions keep theirs until they are deployed again: deploy them now.';

/** Destroys a leaked signing key, so that its signatures become invalid. */
export async function retireSigningKey(
  config: KeptConfig,
  kid: string,
  deps: Ports<'clock' | 'random' | 'log'>,
  note: () => Promise<void> = async () => {},
): Promise<'retired' | 'refused' | 'none' | 'by hand'> {
  if (config.keys.kind === 'aws-kms') return 'by hand';
  const { signingKeys: file } = filesOf(config);
  if (!(await fileExists(file))) return 'none';
  const signer = await createLocalSigner({ ...deps, file });
  if (!(await signer.turns()).some((turn) => turn.kid === kid && !turn.isSigning)) return 'refused';
  await note();
  try {
    await signer.retire(kid);
    return 'retired';
  } catch (error) {
    if (toCode(error) === 'request_malformed') return 'refused';
    throw error;
  }
}

/** Reads from the audit log when each sealing key was created. */
export async function readMadeTimes(trail: string): Promise<ReadonlyMap<KeyVersion, EpochMs>> {
  const times = new Map<KeyVersion, EpochMs>();
  // The server notes `key_made` only at its next start. `key_rotated` is at the true time.
  const schemas = { details: { ...keyEvents.details, ...adminEvents.details } };
  for await (const { action, detail, time } of readEvents(trail, ['key_made', 'key_rotated'], schemas)) {
    if (detail.use !== 'sealing') continue;
    const version = action === 'key_made' ? detail.version : Number(detail.name);
    if (!times.has(version)) times.set(version, time);
  }
  return times;
}
