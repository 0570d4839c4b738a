import 'reflect-metadata';
import { createHash, webcrypto } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { X509CertificateGenerator } from '@peculiar/x509';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { z } from 'zod';
import { Credential } from '../core/concealed.js';
import type { Clock, Log, Random } from '../core/ports.js';
import { addSec, type EpochMs, epochMsGuard, toDate } from '../core/units.js';
import { FaceError, toCode } from '../errors.js';
import { createFile, parseKeyJson, readPrivateFile, syncFolder, writeBeside } from './durable-file.js';
import { overlapSec, type Schedule, scheduleAt, signingLifeSec } from './key-schedule.js';

/** RS256 is what every provider takes, and all that Entra promises to take. */
const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

const part = z.base64url().min(1).max(1024);
const privateJwkGuard = z.object({
  kty: z.literal('RSA'),
  ...{ n: part, e: part, d: part, p: part, q: part, dp: part, dq: part, qi: part },
});

const keyGuard = z.strictObject({
  kid: z.string().length(43),
  signsFrom: epochMsGuard,
  jwk: privateJwkGuard,
  /** DER in base64, as `x5c` has it. */
  certificate: z.base64().min(1),
  /** Signs the cookies that say whose browser an authorization belongs to. */
  cookieKey: part,
});
type RingKey = z.output<typeof keyGuard>;

const fileGuard = z.strictObject({
  format: z.literal('facestep-oidc-keys-1'),
  keys: z.tuple([keyGuard], keyGuard),
});
type Ring = z.output<typeof fileGuard>['keys'];

/** A public key as verifiers are told it (RFC 7517). */
export interface PublicKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  /** SHA-256 thumbprint of the key in base64url (RFC 7638). */
  readonly kid: string;
  readonly n: string;
  readonly e: string;
  readonly x5c: readonly [string];
  /** SHA-1 of the certificate in base64url. */
  readonly x5t: string;
}

/** The keys of the OpenID provider at one moment. */
export interface OidcKeySet {
  readonly published: readonly PublicKey[];
  /** Private keys as JSON Web Keys in JSON; the first one signs. */
  readonly signing: Credential;
  /** The first one signs cookies, all are good. */
  readonly cookieKeys: readonly [Credential, ...Credential[]];
}

/** The keys of the OpenID provider, which take turns by themselves. */
export interface OidcKeys {
  /** The set of now: the same object as before where nothing has changed. */
  current(): Promise<OidcKeySet>;
}

/** How often the file is looked at: another process may have changed it, a key may be due, a write may have failed. */
const lookSec = 60;

/**
 * RSA keys from one JSON file of mode 0600, made at first start. Every 90 days a new one takes over, published two days
 * before; the old one stays published for two days. No timer: `current` does what the clock says.
 * @param file - where the keys are; its folder exists
 * @throws FaceError `config_invalid`: readable by others, or not a key file
 */
export async function createOidcKeys(deps: {
  readonly file: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}): Promise<OidcKeys> {
  const { clock, log } = deps;
  let ring = await openRing(deps);
  let lookFrom = clock.now();
  let built: { readonly name: string; readonly keySet: OidcKeySet } | null = null;
  let turning: Promise<OidcKeySet> | null = null;

  const turn = async (): Promise<OidcKeySet> => {
    const now = clock.now();
    if (lookFrom <= now) {
      lookFrom = addSec(now, lookSec);
      ring = await lookAfterRing(deps, now).catch((error: unknown) => {
        // The key in turn goes on signing: a full disk must stop nobody from signing in.
        log.error('the file of OpenID keys cannot be looked after', { code: toCode(error) });
        return ring;
      });
    }
    const schedule = scheduleAt(ring, now);
    const name = schedule.published.map(({ kid }) => kid).join();
    if (built?.name !== name) built = { name, keySet: toKeySet(schedule) };
    return built.keySet;
  };

  return {
    current() {
      turning ??= turn().finally(() => {
        turning = null;
      });
      return turning;
    },
  };
}

async function readRing(file: string): Promise<Ring | null> {
  const text = await readPrivateFile(file, 'OpenID keys');
  if (text === null) return null;
  const parsed = fileGuard.safeParse(parseKeyJson(text));
  if (!parsed.success) throw new FaceError('config_invalid', { setting: 'OpenID keys', problem: 'not a key file' });
  return parsed.data.keys;
}

const renderRing = (keys: Ring): string => `${JSON.stringify({ format: 'facestep-oidc-keys-1', keys }, null, 2)}\n`;

type RingDeps = Parameters<typeof createOidcKeys>[0];

async function openRing({ file, clock, random }: RingDeps): Promise<Ring> {
  const existing = await readRing(file);
  if (existing !== null) return existing;
  await createFile(file, renderRing([await makeKey(clock.now(), { clock, random })]), random).catch(
    (cause: unknown) => {
      throw new FaceError('config_invalid', { setting: 'OpenID keys', problem: 'cannot be written' }, { cause });
    },
  );
  const made = await readRing(file);
  if (made === null) throw new FaceError('config_invalid', { setting: 'OpenID keys', problem: 'unreadable' });
  return made;
}

/** The ring in the file, with the next key where one is due, and without those nobody needs any more. */
async function lookAfterRing({ file, clock, random }: RingDeps, now: EpochMs): Promise<Ring> {
  const latest = await readRing(file);
  if (latest === null) throw new FaceError('config_invalid', { setting: 'OpenID keys', problem: 'unreadable' });
  const { nextSignsFrom, published } = scheduleAt(latest, now);
  if (nextSignsFrom === null) return latest;
  const [first, ...others] = [...published].sort((a, b) => a.signsFrom - b.signsFrom);
  if (first === undefined) throw new FaceError('internal');
  const ring: Ring = [first, ...others, await makeKey(nextSignsFrom, { clock, random })];
  await rename(await writeBeside(file, renderRing(ring), random), file);
  await syncFolder(file);
  return ring;
}

async function makeKey(signsFrom: EpochMs, { clock, random }: { clock: Clock; random: Random }): Promise<RingKey> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${Buffer.from(random(15)).toString('hex')}`,
    name: 'CN=facestep OpenID provider',
    notBefore: toDate(addSec(clock.now(), -overlapSec)),
    // Whoever looks at the end of a certificate must not find it over while its key still signs.
    notAfter: toDate(addSec(signsFrom, 4 * signingLifeSec)),
    signingAlgorithm: algorithm,
    keys,
  });
  const jwk = privateJwkGuard.parse(await exportJWK(keys.privateKey));
  return {
    kid: await calculateJwkThumbprint(jwk),
    signsFrom,
    jwk,
    certificate: Buffer.from(certificate.rawData).toString('base64'),
    cookieKey: Buffer.from(random(32)).toString('base64url'),
  };
}

function toKeySet({ published }: Schedule<RingKey>): OidcKeySet {
  const [signing, ...others] = published;
  const toCookieKey = ({ cookieKey }: RingKey): Credential => new Credential(cookieKey);
  return {
    published: published.map(toPublicKey),
    signing: new Credential(
      JSON.stringify(published.map((key) => ({ ...key.jwk, kid: key.kid, use: 'sig', alg: 'RS256' }))),
    ),
    cookieKeys: [toCookieKey(signing), ...others.map(toCookieKey)],
  };
}

function toPublicKey({ kid, jwk: { n, e }, certificate }: RingKey): PublicKey {
  const x5t = createHash('sha1').update(Buffer.from(certificate, 'base64')).digest('base64url');
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, n, e, x5c: [certificate], x5t };
}
