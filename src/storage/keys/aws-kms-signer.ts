import { createHash } from 'node:crypto';
import { type CryptoKey, calculateJwkThumbprint, importJWK } from 'jose';
import { z } from 'zod';
import type { AwsKmsConfig } from '../../config/keys.js';
import type { Signer } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import type { AwsKmsCalls } from './aws-kms-calls.js';
import { contentAt } from './oidc-certificate.js';
import { type StatementKey, statementAlgorithm, verifyStatement } from './statement.js';

const publicJwkGuard = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });

/**
 * Creates a signer with P-256 keys in AWS KMS. The public keys are read at start.
 * @throws `key_service_unavailable`; `config_invalid` if a key is not P-256, disabled or deleted
 */
export async function createAwsKmsSigner(
  { keyId, others }: AwsKmsConfig['signing'],
  calls: AwsKmsCalls,
): Promise<Signer> {
  const published = await Promise.all([keyId, ...others].map((each) => readStatementKey(each, calls)));
  const publicKeys = new Map(await Promise.all(published.map(async (key) => [key.kid, await importKey(key)] as const)));
  const kid = published[0]?.kid;

  const signParts = async (header: string, payload: string | Uint8Array): Promise<string> => {
    const digest = createHash('sha256').update(header).update('.').update(payload).digest();
    const signature = await calls.sign(keyId, 'ECDSA_SHA_256', digest);
    if (signature === null) throw new FaceError('key_service_unavailable', { keyId, reason: 'disabled or deleted' });
    return toRawSignature(signature).toString('base64url');
  };

  return {
    async sign(typ, claims) {
      const [header = '', payload = ''] = [{ alg: statementAlgorithm, kid, typ }, claims].map(toPart);
      return `${header}.${payload}.${await signParts(header, payload)}`;
    },
    async signDetached(typ, members, payload) {
      const header = toPart({ ...members, alg: statementAlgorithm, kid, typ });
      return `${header}..${await signParts(header, payload)}`;
    },
    verify: (type, jws) => verifyStatement(type, jws, publicKeys),
    publicKeys: async () => published.map((key) => ({ ...key })),
  };
}

const toPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

async function readStatementKey(keyId: string, calls: AwsKmsCalls): Promise<StatementKey> {
  const publicKey = await calls.getPublicKey(keyId);
  const jwk = publicJwkGuard.safeParse(publicKey?.key.export({ format: 'jwk' }));
  if (!jwk.success) {
    const problem = publicKey === null ? 'disabled or deleted' : 'not of ECC_NIST_P256';
    throw new FaceError('config_invalid', { setting: 'keys.signing', keyId, problem });
  }
  return { ...jwk.data, kid: await calculateJwkThumbprint(jwk.data), alg: statementAlgorithm, use: 'sig' };
}

async function importKey(jwk: StatementKey): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, statementAlgorithm);
  if (key instanceof Uint8Array) throw new FaceError('internal');
  return key;
}

const coordinateBytes = 32;

/** Converts DER (RFC 3279, section 2.2.3) to the two numbers of a JWS (RFC 7518, section 3.4). */
function toRawSignature(der: Uint8Array): Buffer {
  const r = contentAt(der, contentAt(der, 0).start);
  const s = contentAt(der, r.end);
  const raw = Buffer.alloc(2 * coordinateBytes);
  for (const [index, { start, end }] of [r, s].entries()) {
    // DER omits leading zero bytes, and prepends one if the first bit of the number is set.
    const digits = der.subarray(Math.max(start, end - coordinateBytes), end);
    raw.set(digits, (index + 1) * coordinateBytes - digits.length);
  }
  return raw;
}
