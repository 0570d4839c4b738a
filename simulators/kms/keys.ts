import { createHmac, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { signWithP256, signWithRsa, signWithRsaPss } from './sign-digest.js';

export class KmsRefusal extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

const kinds = {
  HMAC_256: { usage: 'GENERATE_VERIFY_MAC', algorithms: ['HMAC_SHA_256'] },
  HMAC_512: { usage: 'GENERATE_VERIFY_MAC', algorithms: ['HMAC_SHA_512'] },
  ECC_NIST_P256: { usage: 'SIGN_VERIFY', algorithms: ['ECDSA_SHA_256'] },
  RSA_2048: { usage: 'SIGN_VERIFY', algorithms: ['RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PSS_SHA_256'] },
  SYMMETRIC_DEFAULT: { usage: 'ENCRYPT_DECRYPT', algorithms: ['SYMMETRIC_DEFAULT'] },
} as const satisfies Record<string, { usage: string; algorithms: readonly string[] }>;
export type Spec = keyof typeof kinds;
const specs = ['HMAC_256', 'HMAC_512', 'ECC_NIST_P256', 'RSA_2048', 'SYMMETRIC_DEFAULT'] as const satisfies Spec[];

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
    if (!isHere) throw new KmsRefusal('NotFoundException', `Key '${given}' does not exist`);
    return key;
  };

  const findUsable = (given: string): KmsKey => {
    const key = find(given);
    if (key.state === 'Disabled') throw new KmsRefusal('DisabledException', `${arnOf(key)} is disabled.`);
    if (key.state !== 'Enabled') throw new KmsRefusal('KMSInvalidStateException', `${arnOf(key)} is pending deletion.`);
    return key;
  };

  const findFor = (given: string, usage: string, algorithm: string): KmsKey => {
    const key = findUsable(given);
    const kind: { readonly usage: string; readonly algorithms: readonly string[] } = kinds[key.spec];
    if (kind.usage !== usage || !kind.algorithms.includes(algorithm)) {
      const fits = `${kind.usage}, ${kind.algorithms.join(' or ')}`;
      throw new KmsRefusal('InvalidKeyUsageException', `${arnOf(key)} key usage is ${fits}.`);
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
    CreateKey: operation(z.object({ KeySpec: z.enum(specs), KeyUsage: z.string() }), ({ KeySpec, KeyUsage }) => {
      if (kinds[KeySpec].usage !== KeyUsage)
        throw new KmsRefusal('ValidationException', 'KeyUsage does not fit KeySpec');
      const key: KmsKey = {
        id: randomUUID(),
        spec: KeySpec,
        state: 'Enabled',
        createdAtSec: 1_790_000_000,
        secret: randomBytes(32),
        pair: pairOf(KeySpec),
      };
      keys.set(key.id, key);
      return { KeyMetadata: metadataOf(key) };
    }),
    DescribeKey: operation(z.object({ KeyId: keyId }), ({ KeyId }) => ({ KeyMetadata: metadataOf(find(KeyId)) })),
    DisableKey: operation(z.object({ KeyId: keyId }), ({ KeyId }) => {
      find(KeyId).state = 'Disabled';
      return {};
    }),
    ScheduleKeyDeletion: operation(
      z.object({ KeyId: keyId, PendingWindowInDays: z.int().min(7).max(30).default(30) }),
      ({ KeyId }) => {
        find(KeyId).state = 'PendingDeletion';
        return { KeyId, KeyState: 'PendingDeletion' };
      },
    ),
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
      if (key.pair === null) throw new KmsRefusal('UnsupportedOperationException', 'not an asymmetric key');
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
          throw new KmsRefusal('ValidationException', 'Digest is invalid length for algorithm');
        if (key.pair === null) throw new KmsRefusal('KMSInternalException', 'no key pair', 500);
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
    run(name: string, body: unknown): object {
      const known = names.find((each) => each === name);
      if (known === undefined) throw new KmsRefusal('UnknownOperationException', name);
      const { guard, run }: { readonly guard: z.ZodType; readonly run: (input: never) => object } = operations[known];
      const parsed = guard.safeParse(body);
      if (!parsed.success) throw new KmsRefusal('ValidationException', parsed.error.message);
      return run(parsed.data as never);
    },
  };
}
