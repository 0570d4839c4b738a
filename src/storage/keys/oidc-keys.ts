import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import type { Clock, Log, Random } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import { openKeyFile } from './key-file.js';
import type { OnKeysLoaded } from './key-notes.js';
import { overlapSec, scheduleAt, signingAt, signingLifeSec } from './key-schedule.js';
import type { SigningTurn } from './local-signer.js';
import { createCertificate } from './oidc-certificate.js';

/**
 * RS256 is the only algorithm that Entra promises to support. FAPI 2.0 forbids RS256, so FAPI clients get PS256 (RFC
 * 7518, section 3.1).
 */
export type OidcAlgorithm = 'RS256' | 'PS256';

/** A JSON Web Key (RFC 7517). */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: OidcAlgorithm;
  /** SHA-256 thumbprint in base64url (RFC 7638). For algorithms other than RS256, the algorithm's name is appended. */
  readonly kid: string;
  readonly n: string;
  readonly e: string;
  readonly x5c: readonly [string];
  /** SHA-1 of the certificate in base64url. */
  readonly x5t: string;
}

export interface OidcSigningKey {
  readonly kid: string;
  readonly publicKey: KeyObject;
  sign(data: Uint8Array, algorithm: OidcAlgorithm): Promise<Uint8Array>;
}

export interface OidcKeySet {
  readonly published: readonly PublicKey[];
  /** Keys that sign, the current one first. */
  readonly signing: readonly OidcSigningKey[];
  readonly cookieKeys: readonly [Credential, ...Credential[]];
}

export interface OidcKeys {
  /** Returns the keys, as the same object if nothing changed. */
  current(): Promise<OidcKeySet>;
}

export function toPublicKey({ kid, publicKey }: Omit<OidcSigningKey, 'sign'>, certificate: Uint8Array): PublicKey {
  const { n, e } = publicKey.export({ format: 'jwk' });
  if (n === undefined || e === undefined) throw new FaceError('config_invalid', { setting: 'OpenID keys' });
  const x5t = createHash('sha1').update(certificate).digest('base64url');
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e, x5c: [Buffer.from(certificate).toString('base64')], x5t };
}

/** Returns the key id for an algorithm, because verifiers bind a key to one algorithm. */
export const kidUnder = (kid: string, algorithm: OidcAlgorithm): string =>
  algorithm === 'RS256' ? kid : `${kid}-${algorithm}`;

export const publishUnder = (key: PublicKey, algorithm: OidcAlgorithm): PublicKey => ({
  ...key,
  alg: algorithm,
  kid: kidUnder(key.kid, algorithm),
});

const part = z.base64url().min(1).max(1024);
const privateJwkGuard = z.object({
  kty: z.literal('RSA'),
  n: part,
  e: part,
  d: part,
  p: part,
  q: part,
  dp: part,
  dq: part,
  qi: part,
});

const keyGuard = z.strictObject({
  kid: z.string().length(43),
  signsFrom: epochMsGuard,
  jwk: privateJwkGuard,
  /** Certificate (DER) in base64, as in `x5c`. */
  certificate: z.base64().min(1),
  /** Signs the cookies that bind an authorization to its browser. */
  cookieKey: part,
});
type RingKey = z.output<typeof keyGuard>;

const fileGuard = z
  .strictObject({ format: z.literal('facestep-oidc-keys-1'), keys: z.tuple([keyGuard], keyGuard) })
  .transform(({ keys }): Ring => keys);
type Ring = readonly [RingKey, ...RingKey[]];

/** Interval of retries if a due key cannot be created, in seconds. */
const retrySec = 60;

/** Opens RSA keys in a JSON file of mode 0600. They rotate every 90 days, with an overlap of two days. */
export async function createOidcKeys({
  file,
  clock,
  random,
  log,
  onKeysLoaded,
}: {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onKeysLoaded?: OnKeysLoaded;
}) {
  const makeKey = (signsFrom: EpochMs): Promise<RingKey> => makeRingKey(signsFrom, { clock, random });
  const keyFile = await openKeyFile({
    file,
    setting: 'OpenID keys',
    guard: fileGuard,
    toJson: (keys: Ring) => ({ format: 'facestep-oidc-keys-1', keys }),
    make: async (): Promise<Ring> => [await makeKey(clock.now())],
    random,
    onContent: (keys) =>
      onKeysLoaded?.(
        'oidc',
        keys.map(({ kid }) => kid),
      ),
  });
  let ring = await keyFile.read();
  let retryFrom = clock.now();
  let built: { readonly name: string; readonly keySet: OidcKeySet } | null = null;
  let turning: Promise<OidcKeySet> | null = null;

  const add = (signsFrom: EpochMs, note?: (kid: string) => Promise<void>): Promise<RingKey | null> =>
    keyFile.change(async (from) => {
      const now = clock.now();
      if (from.at(-1) !== signingAt(from, now)) return { to: from, result: null };
      const [first, ...others] = scheduleAt(from, now).published.toSorted((a, b) => a.signsFrom - b.signsFrom);
      if (first === undefined) throw new FaceError('internal');
      const added = await makeKey(signsFrom);
      await note?.(added.kid);
      return { to: [first, ...others, added], result: added };
    });

  const lookAfter = async (): Promise<Ring> => {
    const now = clock.now();
    const { nextSignsFrom } = scheduleAt(await keyFile.read(), now);
    if (nextSignsFrom !== null && retryFrom <= now) {
      retryFrom = addSec(now, retrySec);
      await add(nextSignsFrom);
    }
    return keyFile.read();
  };

  const turn = async (): Promise<OidcKeySet> => {
    ring = await lookAfter().catch((error: unknown) => {
      // The current key continues to sign, so that a full disk does not stop sign-ins.
      log.error('cannot maintain the OpenID key file', { code: toCode(error) });
      return ring;
    });
    const { published } = scheduleAt(ring, clock.now());
    const name = published.map(({ kid }) => kid).join();
    if (built?.name !== name) built = { name, keySet: toKeySet(published) };
    return built.keySet;
  };

  return {
    current(): Promise<OidcKeySet> {
      turning ??= turn().finally(() => {
        turning = null;
      });
      return turning;
    },
    async turns(): Promise<readonly SigningTurn[]> {
      const held = await keyFile.read();
      const signing = signingAt(held, clock.now());
      return held.map((key) => ({ kid: key.kid, signsFrom: key.signsFrom, isSigning: key === signing }));
    },
    /**
     * Adds a key that will sign later.
     * @param note - called first; if it fails, no key is added
     * @throws `request_malformed` if a new key is already waiting
     */
    async rotate(note?: (kid: string) => Promise<void>): Promise<SigningTurn> {
      const added = await add(addSec(clock.now(), overlapSec), note);
      if (added === null) throw new FaceError('request_malformed');
      return { kid: added.kid, signsFrom: added.signsFrom, isSigning: false };
    },
  };
}

async function makeRingKey(signsFrom: EpochMs, { clock, random }: Ports<'clock' | 'random'>): Promise<RingKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = privateJwkGuard.parse(privateKey.export({ format: 'jwk' }));
  const kid = await calculateJwkThumbprint(jwk);
  const certificate = await createCertificate(toSigningKey({ kid, jwk }), {
    serialNumber: `01${Buffer.from(random(15)).toString('hex')}`,
    notBefore: addSec(clock.now(), -overlapSec),
    // The certificate must outlive the key's signing period.
    notAfter: addSec(signsFrom, 4 * signingLifeSec),
  });
  return {
    kid,
    signsFrom,
    jwk,
    certificate: Buffer.from(certificate).toString('base64'),
    cookieKey: Buffer.from(random(32)).toString('base64url'),
  };
}

function toKeySet(published: Ring): OidcKeySet {
  const [signing, ...others] = published;
  const toCookieKey = ({ cookieKey }: RingKey): Credential => new Credential(cookieKey);
  return {
    published: published.map((key) => toPublicKey(toSigningKey(key), Buffer.from(key.certificate, 'base64'))),
    signing: published.map(toSigningKey),
    cookieKeys: [toCookieKey(signing), ...others.map(toCookieKey)],
  };
}

/** Paddings of RFC 7518, sections 3.3 and 3.5. The salt is as long as the digest. */
const paddings = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
} as const satisfies Record<OidcAlgorithm, Omit<SignKeyObjectInput, 'key'>>;

function toSigningKey({ kid, jwk }: Pick<RingKey, 'kid' | 'jwk'>): OidcSigningKey {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  const signInThread = promisify<string, Uint8Array, SignKeyObjectInput, Uint8Array>(sign);
  return {
    kid,
    publicKey: createPublicKey(privateKey),
    sign: (data, algorithm) => signInThread('sha256', data, { key: privateKey, ...paddings[algorithm] }),
  };
}
