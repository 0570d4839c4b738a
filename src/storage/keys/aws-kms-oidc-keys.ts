import { createHash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { AwsKmsConfig } from '../../config/keys.js';
import { deriveKey } from '../../core/derived-key.js';
import type { Keys, KeyVersion } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { addSec } from '../../core/units.js';
import { FaceError, toCode } from '../../errors.js';
import type { AwsKmsCalls } from './aws-kms-calls.js';
import { createCertificate } from './oidc-certificate.js';
import { type OidcKeys, type OidcSigningKey, type PublicKey, toPublicKey } from './oidc-keys.js';

/** Validity of certificates: as long as a key may be used. */
const certificateSec = 20 * 365 * 86_400;

/**
 * Creates OpenID keys from RSA keys in AWS KMS. All replicas create identical self-signed certificates.
 * @throws `key_service_unavailable`; `config_invalid` if a key is not RSA, disabled or deleted
 */
export async function createAwsKmsOidcKeys(
  { keyId, others }: NonNullable<AwsKmsConfig['oidc']>,
  {
    calls,
    keys,
    versions,
  }: {
    readonly calls: AwsKmsCalls;
    readonly keys: Keys;
    readonly versions: readonly KeyVersion[];
  },
): Promise<OidcKeys> {
  const opened = await Promise.all([keyId, ...others].map((each) => openKey(each, calls)));
  const keySet = {
    published: opened.map(({ published }) => published),
    signing: opened.map(({ signing }) => signing),
    cookieKeys: await deriveCookieKeys(keys, versions),
  };
  return { current: async () => keySet };
}

const awsAlgorithms = { RS256: 'RSASSA_PKCS1_V1_5_SHA_256', PS256: 'RSASSA_PSS_SHA_256' } as const;

async function openKey(
  keyId: string,
  calls: AwsKmsCalls,
): Promise<{ readonly signing: OidcSigningKey; readonly published: PublicKey }> {
  const [answer, description] = await Promise.all([calls.getPublicKey(keyId), calls.describeKey(keyId)]);
  if (answer === null || description === null || answer.key.asymmetricKeyType !== 'rsa') {
    const problem = answer === null ? 'disabled or deleted' : 'not of RSA_2048, RSA_3072 or RSA_4096';
    throw new FaceError('config_invalid', { setting: 'keys.oidc', keyId, problem });
  }
  const kid = await calculateJwkThumbprint(answer.key);
  const signing: OidcSigningKey = {
    kid,
    publicKey: answer.key,
    async sign(data, algorithm) {
      const digest = createHash('sha256').update(data).digest();
      const signature = await calls.sign(keyId, awsAlgorithms[algorithm], digest);
      if (signature === null) throw new FaceError('key_service_unavailable', { keyId, reason: 'disabled or deleted' });
      return signature;
    },
  };
  const certificate = await createCertificate(signing, {
    serialNumber: `01${createHash('sha256').update(kid).digest('hex').slice(0, 30)}`,
    notBefore: description.createdAt,
    notAfter: addSec(description.createdAt, certificateSec),
  });
  return { signing, published: toPublicKey(signing, certificate) };
}

/**
 * Message from which the cookie key is derived. For tokens, the same KMS key gets 32-byte digests; this message is
 * longer, so that no token yields the cookie key.
 */
const cookieMessage = Buffer.from('facestep/oidc/the key that signs cookies');

/**
 * Returns a cookie key per version of the sealing key, so that replicas accept each other's cookies during a rollout.
 */
async function deriveCookieKeys(
  keys: Keys,
  versions: readonly KeyVersion[],
): Promise<readonly [Credential, ...Credential[]]> {
  const current = await keys.currentVersion();
  const others = versions.filter((version) => version !== current).toSorted((a, b) => b - a);
  const former = await Promise.all(others.slice(0, 1).map((version) => deriveCookieKey(keys, version).catch(toNone)));
  return [await deriveCookieKey(keys, current), ...former.flatMap((key) => (key === null ? [] : [key]))];
}

async function deriveCookieKey(keys: Keys, version: KeyVersion): Promise<Credential> {
  const key = await deriveKey(version, cookieMessage, { keys });
  return new Credential(key.export().toString('base64url'));
}

function toNone(error: unknown): null {
  if (toCode(error) === 'token_key_retired') return null;
  throw error;
}
