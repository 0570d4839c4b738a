import { z } from 'zod';
import { safeUrlGuard } from './safe-url.js';

/**
 * Id or ARN of a key. Aliases are refused, because an alias that is moved to another key would invalidate every token.
 */
const keyIdGuard = z
  .string()
  .regex(
    /^(arn:aws[a-z-]*:kms:[a-z0-9-]{1,32}:\d{12}:key\/)?[A-Za-z0-9-]{1,128}$/,
    'expected the id or the ARN of a key, not an alias',
  );

/** Signing keys. One is active; the others are published as next or previous keys. */
const signingKeysGuard = z.strictObject({
  keyId: keyIdGuard.describe('Id or ARN of the key that signs.'),
  others: z.array(keyIdGuard).max(20).default([]).describe('Ids of former and next keys, which are also published.'),
});

const sealingKeyGuard = z.strictObject({
  version: z.int().min(1).max(65_535).describe('Permanent version of the key.'),
  keyId: keyIdGuard.describe('Id or ARN of the key, not an alias.'),
});

const awsKmsGuard = z
  .strictObject({
    kind: z.literal('aws-kms').describe('Keys that never leave AWS KMS. A change needs a restart.'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1,2}$/, 'expected a region, such as eu-central-1')
      .describe('AWS region, such as `eu-central-1`.'),
    sealing: z
      .array(sealingKeyGuard)
      .min(1)
      .max(1000)
      .refine((all) => new Set(all.map(({ version }) => version)).size === all.length, 'two keys have the same version')
      .describe('`HMAC_256` keys that seal tokens, each with a permanent version.'),
    current: z
      .int()
      .min(1)
      .max(65_535)
      .nullable()
      .default(null)
      .describe('Version that seals new tokens. `null` is the highest.'),
    signing: signingKeysGuard.describe('`ECC_NIST_P256` keys that sign receipts.'),
    oidc: signingKeysGuard
      .nullable()
      .default(null)
      .describe(
        '`RSA_2048` keys that sign ID tokens and security events. Required with `oidc` of a connection or with `securityEvents`.',
      ),
    endpoint: safeUrlGuard.nullable().default(null).describe('Address of KMS instead of the public one of the region.'),
  })
  .refine(({ sealing, current }) => current === null || sealing.some(({ version }) => version === current), {
    path: ['current'],
    error: 'expected a version in "sealing"',
  });

export const keysGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local').describe('Files that only their owner can read.'),
    folder: z
      .string()
      .min(1)
      .max(4096)
      .nullable()
      .default(null)
      .describe('Folder of the key files, which several servers can share. `null` is the data folder.'),
  }),
  awsKmsGuard,
]);

export type KeysConfig = z.output<typeof keysGuard>;

export const signsRs256 = (keys: KeysConfig): boolean => keys.kind !== 'aws-kms' || keys.oidc !== null;

export type AwsKmsConfig = z.output<typeof awsKmsGuard>;
