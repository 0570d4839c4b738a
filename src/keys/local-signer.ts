import {
  CompactSign,
  type CryptoKey,
  calculateJwkThumbprint,
  compactVerify,
  errors,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose';
import { z } from 'zod';
import type { Random, Signer } from '../core/ports.js';
import { FaceError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { createFile, parseKeyJson, readPrivateFile } from './durable-file.js';

const algorithm = 'ES256';

const coordinate = z.base64url().length(43);
const jwkGuard = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: coordinate,
  y: coordinate,
  d: coordinate,
  kid: z.string().min(1),
});
type PrivateJwk = z.output<typeof jwkGuard>;

/** What the file holds: the key that signs, and others whose receipts may still be about. */
const fileGuard = z
  .strictObject({ format: z.literal('facestep-signing-keys-1'), current: z.string(), keys: z.array(jwkGuard) })
  .refine(({ current, keys }) => keys.some(({ kid }) => kid === current));
type KeySet = z.output<typeof fileGuard>;

const toPublicJwk = ({ kty, crv, x, y, kid }: PrivateJwk) => ({ kty, crv, x, y, kid, alg: algorithm, use: 'sig' });

async function readKeySet(file: string): Promise<KeySet | null> {
  const text = await readPrivateFile(file, 'signing keys');
  if (text === null) return null;
  const parsed = fileGuard.safeParse(parseKeyJson(text));
  if (!parsed.success) throw new FaceError('config_invalid', { setting: 'signing keys', problem: 'not a key file' });
  return parsed.data;
}

async function makeKeySet(): Promise<KeySet> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return { format: 'facestep-signing-keys-1', current: kid, keys: [jwkGuard.parse({ ...jwk, kid })] };
}

async function openKeySet(file: string, random: Random): Promise<KeySet> {
  const existing = await readKeySet(file);
  if (existing !== null) return existing;
  const made = `${JSON.stringify(await makeKeySet(), null, 2)}\n`;
  await createFile(file, made, random).catch((cause: unknown) => {
    throw new FaceError('config_invalid', { setting: 'signing keys', problem: 'cannot be written' }, { cause });
  });
  const stored = await readKeySet(file);
  if (stored === null) throw new FaceError('config_invalid', { setting: 'signing keys', problem: 'unreadable' });
  return stored;
}

async function importKey(jwk: JsonObject): Promise<CryptoKey> {
  const key = await importJWK(jwk, algorithm);
  if (key instanceof Uint8Array) throw new FaceError('config_invalid', { setting: 'signing keys' });
  return key;
}

/**
 * Signs with a P-256 key from one JSON file of mode 0600, made at first start.
 * @param file - where the keys are; its folder exists
 * @throws FaceError `config_invalid`: readable by others, or not a key file
 */
export async function createLocalSigner({
  file,
  random,
}: {
  readonly file: string;
  readonly random: Random;
}): Promise<Signer> {
  const { current, keys } = await openKeySet(file, random);
  const [own] = keys.filter(({ kid }) => kid === current);
  if (own === undefined) throw new FaceError('config_invalid', { setting: 'signing keys' });
  const { kid: _, ...ownJwk } = own;
  const privateKey = await importKey(ownJwk);
  const published = keys.map(toPublicJwk);
  const publicKeys = new Map(await Promise.all(published.map(async (jwk) => [jwk.kid, await importKey(jwk)] as const)));

  return {
    sign: (typ, claims) =>
      new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: algorithm, kid: current, typ })
        .sign(privateKey),
    async verify(type, jws) {
      try {
        const { payload } = await compactVerify(
          jws,
          ({ kid = '', typ }) => {
            const key = typ === type ? publicKeys.get(kid) : undefined;
            if (key === undefined) throw new FaceError('receipt_invalid', { reason: 'header' });
            return key;
          },
          { algorithms: [algorithm] },
        );
        return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
      } catch (error) {
        if (error instanceof FaceError) throw error;
        throw new FaceError('receipt_invalid', { reason: error instanceof errors.JOSEError ? error.code : 'payload' });
      }
    },
    publicKeys: async () => published,
  };
}
