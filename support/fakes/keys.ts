import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { CompactSign, calculateJwkThumbprint, exportJWK, FlattenedSign, generateKeyPair } from 'jose';
import type { Clock, Keys, Signer } from '../../src/core/ports.js';
import { KeyMaterial } from '../../src/core/secrets.js';
import { epochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import { createLocalSigner } from '../../src/storage/keys/local-signer.js';
import { createOidcKeys } from '../../src/storage/keys/oidc-keys.js';
import { createSecurityEventSigner, type SecurityEventSigner } from '../../src/storage/keys/security-event-signer.js';
import { statementAlgorithm, understoodHeaders, verifyStatement } from '../../src/storage/keys/statement.js';
import { createFolder } from '../run/folder.js';
import { createTextLog, systemRandom } from './sinks.js';

/**
 * Creates token keys in memory, with versions from 1 on. `null` is a retired key, and the last key is the current one.
 */
export function createKeysInMemory(...versions: readonly (Uint8Array | null)[]): Keys {
  return {
    currentVersion: async () => versions.length,
    holds: async (version) => (versions[version - 1] ?? null) !== null,
    mac: async (version, message) => {
      const key = versions[version - 1] ?? null;
      if (key === null) throw new FaceError('token_key_retired');
      return new KeyMaterial(createHmac('sha256', key).update(message).digest());
    },
  };
}

export const systemClock: Clock = { now: () => epochMs(Date.now()) };

export const openSigner = (file: string): Promise<Signer> =>
  createLocalSigner({ file, clock: systemClock, random: systemRandom, log: createTextLog() });

export async function createTestSigner(): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(statementAlgorithm);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    sign: (typ, claims) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: statementAlgorithm, kid, typ })
        .sign(privateKey),
    async signDetached(typ, header, payload) {
      const { protected: head, signature } = await new FlattenedSign(payload)
        .setProtectedHeader({ ...header, alg: statementAlgorithm, kid, typ })
        .sign(privateKey, { crit: understoodHeaders });
      return `${head}..${signature}`;
    },
    verify: (type, jws) => verifyStatement(type, jws, new Map([[kid, publicKey]])),
    publicKeys: async () => [{ kty: 'EC', ...jwk, kid, alg: statementAlgorithm, use: 'sig' }],
  };
}

export const testIssuer = 'https://face.example.com';

export async function createTestSecurityEventSigner(): Promise<SecurityEventSigner> {
  const file = join(createFolder('security-event-keys'), 'oidc-keys.json');
  const keys = await createOidcKeys({ file, clock: systemClock, random: systemRandom, log: createTextLog() });
  return createSecurityEventSigner(async () => keys);
}
