import {
  constants,
  createECDH,
  createHash,
  createHmac,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { z } from 'zod';
import { ServiceError } from '../../../simulators/aws.js';

/* Signs a given digest. Node can only sign whole messages. */

/** The order of P-256 (SP 800-186, section 3.2.1.3). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base % order, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % order) {
    if (rest & 1n) result = (result * square) % order;
  }
  return result;
}

/** Signs with ECDSA on P-256 (FIPS 186-5, section 6.4.1). */
export function signWithP256(digest: Uint8Array, key: KeyObject): Buffer {
  const secret = toNumber(Buffer.from(key.export({ format: 'jwk' }).d ?? '', 'base64url'));
  const once = createECDH('prime256v1');
  const nonce = randomBytes(32);
  once.setPrivateKey(nonce);
  const r = toNumber(once.getPublicKey().subarray(1, 33)) % order;
  const s = (power(toNumber(nonce), order - 2n) * (toNumber(digest) + r * secret)) % order;
  const numbers = Buffer.concat([toDer(r), toDer(s)]);
  return Buffer.concat([Buffer.from([0x30, numbers.length]), numbers]);
}

/** Encodes a positive number as DER, with a zero byte before a set first bit. */
function toDer(value: bigint): Buffer {
  const hex = value.toString(16);
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const padded = (digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}

/** Prefix of a SHA-256 digest in an RSA signature (RFC 8017, section 9.2, note 1). */
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** Signs with RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.1). */
export const signWithRsa = (digest: Uint8Array, key: KeyObject): Buffer =>
  privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([digestInfo, digest]));

/** Signs with RSASSA-PSS, a 2,048-bit key, SHA-256 and a salt as long as the digest (RFC 8017, section 8.1.1). */
export function signWithRsaPss(digest: Uint8Array, key: KeyObject): Buffer {
  const salt = randomBytes(32);
  const hash = sha256(Buffer.alloc(8), digest, salt);
  const data = Buffer.concat([Buffer.alloc(256 - 2 * 32 - 2), Buffer.from([1]), salt]);
  const mask = Buffer.concat(
    [...Array(Math.ceil(data.length / 32)).keys()].map((counter) => sha256(hash, Buffer.from([0, 0, 0, counter]))),
  );
  const masked = data.map((byte, index) => byte ^ (mask[index] ?? 0));
  masked[0] = (masked[0] ?? 0) & 0x7f;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.concat([masked, hash, Buffer.from([0xbc])]));
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

const kinds = {
  HMAC_256: { usage: 'GENERATE_VERIFY_MAC', algorithms: ['HMAC_SHA_256'] },
  HMAC_512: { usage: 'GENERATE_VERIFY_MAC', algorithms: ['HMAC_SHA_512'] },
  ECC_NIST_P256: { usage: 'SIGN_VERIFY', algorithms: ['ECDSA_SHA_256'] },
  RSA_2048: { usage: 'SIGN_VERIFY', algorithms: ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256'] },
} as const satisfies Record<string, { usage: string; algorithms: readonly string[] }>;
export type Spec = keyof typeof kinds;

interface KmsKey {
  readonly id: string;
  readonly spec: Spec;
  readonly createdAtSec: number;
  state: 'Enabled' | 'Disabled' | 'PendingDeletion';
  readonly secret: Buffer;
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | null;
}

const blob = z.base64().transform((text) => Buffer.from(text, 'base64'));
const keyId = z.string().min(1).max(2048);
const message = blob.refine((bytes) => bytes.length >= 1 && bytes.length <= 4096, 'Message has length 1 to 4096');

const signers: Readonly<Record<string, typeof signWithRsa>> = {
  RSASSA_PKCS1_V1_5_SHA_256: signWithRsa,
  RSASSA_PSS_SHA_256: signWithRsaPss,
};

const pairOf = (spec: Spec): KmsKey['pair'] => {
  if (spec === 'ECC_NIST_P256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return spec === 'RSA_2048' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : null;
};

const accountId = '111122223333';

/**
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export function createKmsKeys(region: string) {
  const keys = new Map<string, KmsKey>();
  const arnOf = ({ id }: KmsKey): string => `arn:aws:kms:${region}:${accountId}:key/${id}`;

  const find = (given: string): KmsKey => {
    const id = given.startsWith('arn:') ? given.slice(given.lastIndexOf('/') + 1) : given;
    const key = keys.get(id);
    const isHere = key !== undefined && (given === id || given === arnOf(key));
    if (!isHere) throw new ServiceError('NotFoundException', `Key '${given}' does not exist`);
    return key;
  };

  const findUsable = (given: string): KmsKey => {
    const key = find(given);
    if (key.state === 'Disabled') throw new ServiceError('DisabledException', `${arnOf(key)} is disabled.`);
    if (key.state !== 'Enabled')
      throw new ServiceError('KMSInvalidStateException', `${arnOf(key)} is pending deletion.`);
    return key;
  };

  const findFor = (given: string, usage: string, algorithm: string): KmsKey => {
    const key = findUsable(given);
    const kind: { readonly usage: string; readonly algorithms: readonly string[] } = kinds[key.spec];
    if (kind.usage !== usage || !kind.algorithms.includes(algorithm)) {
      const fits = `${kind.usage}, ${kind.algorithms.join(' or ')}`;
      throw new ServiceError('InvalidKeyUsageException', `${arnOf(key)} key usage is ${fits}.`);
    }
    return key;
  };

  const metadataOf = (key: KmsKey) => ({
    AWSAccountId: accountId,
    KeyId: key.id,
    Arn: arnOf(key),
    CreationDate: key.createdAtSec,
    Enabled: key.state === 'Enabled',
    KeyState: key.state,
    KeySpec: key.spec,
    KeyUsage: kinds[key.spec].usage,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
  });

  const operation = <Guard extends z.ZodType>(guard: Guard, run: (input: z.output<Guard>) => object) => ({
    guard,
    run,
  });

  const operations = {
    DescribeKey: operation(z.object({ KeyId: keyId }), ({ KeyId }) => ({ KeyMetadata: metadataOf(find(KeyId)) })),
    GenerateMac: operation(
      z.object({ KeyId: keyId, MacAlgorithm: z.string(), Message: message }),
      ({ KeyId, MacAlgorithm, Message }) => {
        const key = findFor(KeyId, 'GENERATE_VERIFY_MAC', MacAlgorithm);
        const mac = createHmac(MacAlgorithm === 'HMAC_SHA_256' ? 'sha256' : 'sha512', key.secret).update(Message);
        return { KeyId: arnOf(key), MacAlgorithm, Mac: mac.digest('base64') };
      },
    ),
    GetPublicKey: operation(z.object({ KeyId: keyId }), ({ KeyId }) => {
      const key = findUsable(KeyId);
      if (key.pair === null) throw new ServiceError('UnsupportedOperationException', 'not an asymmetric key');
      const PublicKey = key.pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
      const { usage, algorithms } = kinds[key.spec];
      return { KeyId: arnOf(key), PublicKey, KeySpec: key.spec, KeyUsage: usage, SigningAlgorithms: algorithms };
    }),
    Sign: operation(
      z.object({
        KeyId: keyId,
        SigningAlgorithm: z.string(),
        MessageType: z.literal('DIGEST'),
        Message: message,
      }),
      ({ KeyId, SigningAlgorithm, Message }) => {
        const key = findFor(KeyId, 'SIGN_VERIFY', SigningAlgorithm);
        if (Message.length !== 32)
          throw new ServiceError('ValidationException', 'Digest is invalid length for algorithm');
        if (key.pair === null) throw new ServiceError('KMSInternalException', 'no key pair', 500);
        const sign = signers[SigningAlgorithm] ?? signWithP256;
        return {
          KeyId: arnOf(key),
          SigningAlgorithm,
          Signature: sign(Message, key.pair.privateKey).toString('base64'),
        };
      },
    ),
  };

  const names = Object.keys(operations).filter((name): name is keyof typeof operations => name in operations);
  return {
    create(spec: Spec): string {
      const id = randomUUID();
      const rest = { createdAtSec: 1_790_000_000, secret: randomBytes(32), pair: pairOf(spec) };
      keys.set(id, { id, spec, state: 'Enabled', ...rest });
      return id;
    },
    setState(keyId: string, state: KmsKey['state']): void {
      find(keyId).state = state;
    },
    run(name: string, body: unknown): object {
      const known = names.find((each) => each === name);
      if (known === undefined) throw new ServiceError('UnknownOperationException', name);
      const { guard, run }: { readonly guard: z.ZodType; readonly run: (input: never) => object } = operations[known];
      const parsed = guard.safeParse(body);
      if (!parsed.success) throw new ServiceError('ValidationException', parsed.error.message);
      return run(parsed.data as never);
    },
  };
}
