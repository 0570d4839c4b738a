import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  FlattenedSign,
  generateKeyPair,
  importJWK,
} from 'jose';
import { z } from 'zod';
import type { JsonObject } from '../../core/base/json.js';
import type { Ports } from '../../core/deps.js';
import type { Signer } from '../../core/ports.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { openKeyFile } from './key-file.js';
import type { OnKeysLoaded } from './key-notes.js';
import { signingAt } from './key-schedule.js';
import { type StatementKey, statementAlgorithm, understoodHeaders, verifyStatement } from './statement.js';

/** Time for which a key is published before it signs: twice the 300 s for which verifiers may cache the keys. */
export const signerOverlapSec = 600;

const coordinate = z.base64url().length(43);

const keyGuard = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  kid: z.string().min(1),
  signsFrom: epochMsGuard,
  /** Private part, removed after the key's period. */
  d: coordinate.optional(),
});
type SigningKey = z.output<typeof keyGuard>;
type KeyRing = readonly [SigningKey, ...SigningKey[]];

/** Keys in order: former ones, the signing one, and sometimes the next. */
const fileGuard = z
  .strictObject({ format: z.literal('facestep-signing-keys-2'), keys: z.tuple([keyGuard], keyGuard) })
  .transform(({ keys }): KeyRing => keys);

export interface SigningTurn {
  readonly kid: string;
  readonly signsFrom: EpochMs;
  readonly isSigning: boolean;
}

export interface LocalSigner extends Signer {
  turns(): Promise<readonly SigningTurn[]>;
  /**
   * Adds a key that will sign later.
   * @param note - called first; if it fails, no key is added
   * @throws `request_malformed` if a new key is already waiting
   */
  rotate(note?: (kid: string) => Promise<void>): Promise<SigningTurn>;
  /**
   * Removes a key, which invalidates its signatures.
   * @throws `request_malformed` if there is no such key, or no other key can sign
   */
  retire(kid: string): Promise<void>;
}

interface Deps extends Ports<'clock' | 'random' | 'log'> {
  readonly file: string;
  readonly onKeysLoaded?: OnKeysLoaded;
}

/**
 * Creates a signer with P-256 keys in a JSON file of mode 0600. A private key is destroyed when it no longer signs.
 * Public keys are kept, because signatures may be verified years later.
 */
export async function createLocalSigner({ file, clock, random, log, onKeysLoaded }: Deps): Promise<LocalSigner> {
  const keyFile = await openKeyFile({
    file,
    setting: 'signing keys',
    guard: fileGuard,
    toJson: (keys: KeyRing) => ({ format: 'facestep-signing-keys-2', keys }),
    make: async (): Promise<KeyRing> => [await makeKey(clock.now())],
    random,
    onContent: (keys) =>
      onKeysLoaded?.(
        'signing',
        keys.map((key) => key.kid),
      ),
  });

  let imported: { readonly ring: KeyRing; readonly keys: Promise<ImportedKeys> } | null = null;
  let pruned: KeyRing | null = null;

  const open = async (): Promise<{ readonly ring: KeyRing; readonly keys: ImportedKeys }> => {
    const ring = await keyFile.read();
    if (imported?.ring !== ring) imported = { ring, keys: importKeys(ring) };
    return { ring, keys: await imported.keys };
  };

  /** Removes the private parts of former keys. Tried once per content, because the file may not be writable. */
  const destroyFormer = async (ring: KeyRing): Promise<void> => {
    const signing = signingAt(ring, clock.now());
    if (pruned === ring || !ring.slice(0, ring.indexOf(signing)).some(({ d }) => d !== undefined)) return;
    pruned = ring;
    await keyFile
      .change((from) => ({ to: withoutFormerSecrets(from, clock.now()), result: undefined }))
      .catch((error: unknown) => log.warn('cannot destroy a retired signing key', { code: toCode(error) }));
  };

  const openSigning = async (): Promise<{ readonly kid: string; readonly privateKey: CryptoKey }> => {
    const { ring, keys } = await open();
    const { kid } = signerAt(ring, clock.now());
    const privateKey = keys.privateKeys.get(kid);
    if (privateKey === undefined) throw new FaceError('key_service_unavailable', { setting: 'signing keys' });
    await destroyFormer(ring);
    return { kid, privateKey };
  };

  return {
    async sign(typ, claims) {
      const { kid, privateKey } = await openSigning();
      return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: statementAlgorithm, kid, typ })
        .sign(privateKey);
    },
    async signDetached(typ, header, payload) {
      const { kid, privateKey } = await openSigning();
      const { protected: head, signature } = await new FlattenedSign(payload)
        .setProtectedHeader({ ...header, alg: statementAlgorithm, kid, typ })
        .sign(privateKey, { crit: understoodHeaders });
      return `${head}..${signature}`;
    },
    verify: async (type, jws) => verifyStatement(type, jws, (await open()).keys.publicKeys),
    publicKeys: async () => toPublished(await keyFile.read(), clock.now()),
    async turns() {
      const ring = await keyFile.read();
      const signing = signerAt(ring, clock.now());
      return ring.map((key) => toTurn(key, signing));
    },
    rotate: (note) =>
      keyFile.change(async (from) => {
        const now = clock.now();
        const [first, ...others] = withoutFormerSecrets(from, now);
        if (from.at(-1) !== signerAt(from, now)) throw new FaceError('request_malformed');
        const next = await makeKey(addSec(now, signerOverlapSec));
        await note?.(next.kid);
        return { to: [first, ...others, next], result: toTurn(next, null) };
      }),
    retire: (kid) =>
      keyFile.change((from) => {
        const signing = signerAt(from, clock.now());
        const [first, ...others] = from.filter((key) => key.kid !== kid);
        if (signing.kid === kid || first === undefined || others.length + 1 === from.length)
          throw new FaceError('request_malformed');
        return { to: [first, ...others], result: undefined };
      }),
  };
}

/**
 * Returns the key that signs. If a process with a fast clock has already destroyed the private part of the due key, the
 * next key signs.
 */
function signerAt(ring: KeyRing, now: EpochMs): SigningKey {
  const turn = signingAt(ring, now);
  return ring.slice(ring.indexOf(turn)).find(({ d }) => d !== undefined) ?? turn;
}

const toTurn = (key: SigningKey, signing: SigningKey | null): SigningTurn => ({
  kid: key.kid,
  signsFrom: key.signsFrom,
  isSigning: key === signing,
});

async function makeKey(signsFrom: EpochMs): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(statementAlgorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return keyGuard.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk), signsFrom });
}

function withoutFormerSecrets(ring: KeyRing, now: EpochMs): KeyRing {
  const turn = ring.indexOf(signingAt(ring, now));
  const [first, ...others] = ring.map((key, index): SigningKey => {
    const { d, ...publicHalf } = key;
    return d === undefined || index >= turn ? key : publicHalf;
  });
  if (first === undefined) throw new FaceError('internal');
  return [first, ...others];
}

function toPublished(ring: KeyRing, now: EpochMs): JsonObject[] {
  const signing = signerAt(ring, now);
  return [signing, ...ring.filter((key) => key !== signing)].map((key) => ({ ...toPublicJwk(key) }));
}

const toPublicJwk = ({ kty, crv, x, y, kid }: SigningKey): StatementKey => ({
  kty,
  crv,
  x,
  y,
  kid,
  alg: statementAlgorithm,
  use: 'sig',
});

interface ImportedKeys {
  readonly publicKeys: ReadonlyMap<string, CryptoKey>;
  readonly privateKeys: ReadonlyMap<string, CryptoKey>;
}

async function importKeys(ring: KeyRing): Promise<ImportedKeys> {
  const withSecret = ring.flatMap(({ kty, crv, x, y, d, kid }) =>
    d === undefined ? [] : [{ kty, crv, x, y, d, kid }],
  );
  const importAll = async (keys: readonly { readonly kid: string }[]) =>
    new Map(await Promise.all(keys.map(async ({ kid, ...jwk }) => [kid, await importKey(jwk)] as const)));
  return { publicKeys: await importAll(ring.map(toPublicJwk)), privateKeys: await importAll(withSecret) };
}

async function importKey(jwk: JsonObject): Promise<CryptoKey> {
  const key = await importJWK(jwk, statementAlgorithm);
  if (key instanceof Uint8Array) throw new FaceError('config_invalid', { setting: 'signing keys' });
  return key;
}
