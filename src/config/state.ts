import { z } from 'zod';
import { credentialGuard } from './credential.js';
import { encodedPassword, hasEncodedPassword, safeUrlGuard } from './safe-url.js';

/** Host and port, such as `10.0.0.5:6379` or `[::1]:6379`. */
const addressGuard = z
  .string()
  .max(260)
  .regex(/^(?:\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}$/i, 'expected host:port')
  .transform((text) => {
    const colon = text.lastIndexOf(':');
    return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
  })
  .refine(({ port }) => port >= 1 && port <= 65_535, 'expected a port of 1 to 65535');

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

const redisUrlGuard = z
  .string()
  .max(2048)
  .refine((text) => !/^rediss?:/i.test(text) || hasEncodedPassword(text), { error: encodedPassword, abort: true })
  .refine((text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol) && new URL(text).hostname !== '', {
    error: 'expected redis://user:password@host:port, or rediss:// for TLS',
    abort: true,
  })
  .refine(
    (text) => /^(?:\/\d{0,5})?$/.test(new URL(text).pathname),
    'expected the number of a database after the last /',
  )
  .refine((text) => isDecodable(new URL(text)), 'write % in a user name or password as %25')
  .pipe(credentialGuard);

const redisGuard = z
  .strictObject({
    kind: z.literal('redis').describe('Redis 6.2 or later, or Valkey.'),
    url: redisUrlGuard.describe(
      'Secret. `redis://user:password@host:6379/0`, or `rediss://` for TLS. Write `% @ / ? # [ ]` in a password as `%25 %40 %2F %3F %23 %5B %5D`.',
    ),
    keyPrefix: z
      .string()
      .regex(/^[\w:.-]{1,64}$/, 'expected 1 to 64 letters, digits and _ : . -')
      .default('facestep:')
      .describe('Prefix of all keys, so that others can use the same server.'),
    sentinel: z
      .strictObject({
        name: z.string().min(1).max(255).describe('Name of the master.'),
        addresses: z.array(addressGuard).min(1).max(16).describe('Sentinels, as `host:port`.'),
        password: credentialGuard.nullable().default(null).describe('Secret. Password of the sentinels.'),
      })
      .nullable()
      .default(null)
      .describe('Sentinels that know the master. User, password, database and TLS are those of `url`.'),
    cluster: z
      .array(addressGuard)
      .max(32)
      .nullable()
      .default(null)
      .describe('More nodes of a Redis Cluster, as `host:port`. `null`: no cluster.'),
  })
  .refine(({ sentinel, cluster }) => sentinel === null || cluster === null, {
    path: ['cluster'],
    error: 'expected null, as there is "sentinel"',
  });

const dynamoDbGuard = z.strictObject({
  kind: z.literal('dynamodb').describe('A table in Amazon DynamoDB.'),
  table: z
    .string()
    .regex(/^[\w.-]{3,255}$/, 'expected 3 to 255 letters, digits and _ . -')
    .describe('Name of the table.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/)
    .nullable()
    .default(null)
    .describe('AWS region. `null` is that of the environment (`AWS_REGION`).'),
  endpoint: safeUrlGuard
    .nullable()
    .default(null)
    .describe('Address instead of the public one of the region: a VPC endpoint, or a server on this machine.'),
});

export const stateGuard = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sqlite').describe('One file in the data folder, for a single server.') }),
  redisGuard,
  dynamoDbGuard,
]);

export type StateConfig = z.output<typeof stateGuard>;
export type RedisConfig = z.output<typeof redisGuard>;
export type DynamoDbConfig = z.output<typeof dynamoDbGuard>;
