import { z } from 'zod';
import { safeUrlGuard } from './safe-url.js';

/** No alias: one that is pointed at another key would take every token with it. */
export const keyIdGuard = z
  .string()
  .regex(
    /^(arn:aws[a-z-]*:kms:[a-z0-9-]{1,32}:\d{12}:key\/)?[A-Za-z0-9-]{1,128}$/,
    'expected the id or the ARN of a key, not an alias',
  );

/** Keys that sign: one does; the others are published, as the next one and former ones are. */
const signingKeysGuard = z.strictObject({
  keyId: keyIdGuard,
  others: z.array(keyIdGuard).max(20).default([]),
});

const sealingKeyGuard = z.strictObject({ version: z.int().min(1).max(65_535), keyId: keyIdGuard });

const awsKmsGuard = z
  .strictObject({
    kind: z.literal('aws-kms'),
    region: z.string().regex(/^[a-z]{2}(-[a-z]{1,16}){1,3}-\d{1,2}$/, 'expected a region, such as eu-central-1'),
    /** HMAC keys that seal tokens, each under a version for good. */
    sealing: z
      .array(sealingKeyGuard)
      .min(1)
      .max(1000)
      .refine(
        (all) => new Set(all.map(({ version }) => version)).size === all.length,
        'two keys have the same version',
      ),
    /** The version that seals new tokens; `null` is the highest. */
    current: z.int().min(1).max(65_535).nullable().default(null),
    signing: signingKeysGuard,
    /** RSA keys. Needed where a connection has `oidc`, and for security events. */
    oidc: signingKeysGuard.nullable().default(null),
    /** Where KMS is asked; `null` is where the region has it. */
    endpoint: safeUrlGuard.nullable().default(null),
  })
  .refine(({ sealing, current }) => current === null || sealing.some(({ version }) => version === current), {
    path: ['current'],
    error: 'expected a version in "sealing"',
  });

/** Who holds the keys that seal tokens and sign statements. */
export const keysGuard = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local'),
    /** Folder of the key files; `null` is the data folder. Several servers share one. */
    folder: z.string().min(1).max(4096).nullable().default(null),
  }),
  awsKmsGuard,
]);

export type KeysConfig = z.output<typeof keysGuard>;

/** Whether there are RSA keys, which ID tokens and security events are signed with. */
export const signsRs256 = (keys: KeysConfig): boolean => keys.kind !== 'aws-kms' || keys.oidc !== null;

/** Keys in AWS KMS. */
export type AwsKmsConfig = z.output<typeof awsKmsGuard>;
