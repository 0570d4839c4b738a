import { z } from 'zod';
import { bindingOfClient, type Client, shareOfClient } from '../../access/client-tokens.js';
import type { Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import type { VerifyRequest } from '../../core/ports.js';
import { toEpochMs } from '../../core/units.js';
import {
  acceptAnyPhotos,
  holderOf,
  type PhotoGuard,
  rememberPhotos,
  requireNewPhotos,
} from '../../enrolment/earlier-frames.js';
import { enrolToken } from '../../enrolment/enrol.js';
import { revokeToken } from '../../enrolment/revoke.js';
import { FaceError, type FaceErrorCode } from '../../errors.js';
import {
  accuracyField,
  type Call,
  clientEndpoint,
  type Endpoint,
  expiryField,
  latestInstant,
  passwordField,
  scopeField,
  toFieldRefusal,
  tokenField,
} from '../../http/rest/endpoint.js';
import { scoreToken, verifyToken } from '../verify.js';

const bindingFields = { password: passwordField, scope: scopeField, accuracy: accuracyField, expiry: expiryField };
const verifyFields = z.strictObject({ token: tokenField, ...bindingFields });
const photos = { photo: { atLeast: 1, atMost: 5 } } as const;
const verifyCodes: readonly FaceErrorCode[] = [
  'token_malformed',
  'token_expired',
  'token_revoked',
  'token_key_retired',
  'locked_out',
  'photo_replayed',
];

export function createFaceTokenEndpoints(
  deps: Ports<'state' | 'clock' | 'audit' | 'verifier' | 'settings' | 'keys' | 'analysisCache'>,
): Endpoint[] {
  const common = { tag: 'Face tokens', photos } as const;
  return [
    clientEndpoint({
      ...common,
      path: '/generate',
      scope: 'enrol',
      summary: 'Create a token from photos of one person',
      description:
        'Several photos (up to five) result in a much better token than one. The photos are not stored; store the token. `tokenId`, `engine`, `accuracy`, `scope`, `expiresAt` and `quality` are extensions.',
      isExtension: false,
      codes: ['face_mismatch'],
      fields: z.strictObject(bindingFields),
      reply: z.strictObject({
        token: z.string().describe('At most 256 characters. It is sealed, but personal data.'),
        tokenId: z.string().describe('Public id of the token.'),
        engine: z.string(),
        accuracy: z.int().min(1).max(8),
        scope: z.string(),
        expiresAt: instantReply.nullable(),
        quality: z.strictObject({
          photos: z.int().describe('Number of photos that the token was made from.'),
          weak: z.boolean().describe('True if it was made from one photo, or from fewer than its accuracy asks for.'),
        }),
      }),
      async handle({ fields, client, photos }) {
        const { scope, accuracy, password, expiry } = fields;
        if (expiry !== undefined && (toEpochMs(expiry) <= deps.clock.now() || toEpochMs(expiry) > latestInstant)) {
          throw toFieldRefusal('expiry', 'Expected a time in the future, before 2100.');
        }
        const sealed = await enrolToken(
          {
            photos: photos('photo'),
            binding: bindingOfClient(client, fields),
            secret: password ?? null,
            expiresAt: expiry ?? null,
            allowFewPhotos: client.compat === 'facenition',
            share: shareOfClient(client),
          },
          deps,
        );
        if (client.replay === 'all')
          await rememberPhotos(holderOf(sealed.tokenId), photos('photo'), shareOfClient(client), deps);
        return {
          token: sealed.token.use((text) => text),
          tokenId: sealed.tokenId,
          engine: sealed.engine,
          accuracy,
          scope,
          expiresAt: sealed.expiresAt && toEpochMs(sealed.expiresAt),
          quality: { photos: sealed.photos, weak: sealed.photos === 1 || sealed.hasFewPhotos === true },
        };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/authenticate',
      scope: 'verify',
      summary: 'Verify live photos with a token',
      description:
        'A wrong face, password, scope, accuracy, expiry or tenant all return `authenticated: false`, without the similarity. The expiry in the token applies; `expiry` is optional.',
      isExtension: false,
      codes: verifyCodes,
      fields: verifyFields,
      reply: z.strictObject({ authenticated: z.boolean() }),
      async handle(call) {
        const verdict = await verifyToken(toVerifyRequest(call), guardOf(call, deps), deps);
        return { authenticated: verdict.matched };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/authenticate-score',
      scope: 'score',
      summary: 'Verify live photos and return the similarity of a match',
      description:
        'Works as /authenticate, for risk tiers. Client tokens have the scope `score` (extension) only on request.',
      isExtension: false,
      codes: verifyCodes,
      fields: verifyFields,
      reply: z.strictObject({
        authenticated: z.boolean(),
        score: z
          .number()
          .nullable()
          .describe(
            'Rounded to two decimals; without a match `null`, or 0 for a token that is compatible with the hosted API.',
          ),
        threshold: z.number(),
      }),
      async handle(call) {
        const { matched, score, threshold } = await scoreToken(toVerifyRequest(call), guardOf(call, deps), deps);
        // A sealed token that does not open reveals no similarity. The hosted API's callers expect a number.
        const answered = score ?? (call.client.compat === null ? null : 0);
        return { authenticated: matched, score: answered, threshold };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/content-key',
      scope: 'content-key',
      summary: 'Release the content key of a token after a match',
      description:
        'Returns 32 bytes to encrypt with: the same at every match, and different for every token. Failed checks are returned and counted as in /authenticate. No key is released after the token has expired or was revoked, or its key version was retired: decrypt with the old token before that, and before you enrol the person again. Client tokens have the scope only on request. Not available if a Facenition server checks faces (`not_found`).',
      codes: [...verifyCodes, 'not_found'],
      fields: verifyFields,
      reply: z.strictObject({
        released: z.boolean().describe('True if the face and everything else matched.'),
        contentKey: z
          .string()
          .regex(/^[\w-]{43}$/)
          .nullable()
          .describe('Base64url of 32 bytes; `null` unless released. The server does not store it.'),
      }),
      async handle(call) {
        // The hosted service cannot derive a content key. Without this refusal, the reply would look like that for a
        // mismatch.
        if (deps.verifier.kind !== 'embedded') throw new FaceError('not_found');
        const taken: string[] = [];
        const takeContentKey = (key: Uint8Array) => void taken.push(Buffer.from(key).toString('base64url'));
        const { matched } = await verifyToken({ ...toVerifyRequest(call), takeContentKey }, guardOf(call, deps), deps);
        const contentKey = matched ? (taken.at(0) ?? null) : null;
        return { released: contentKey !== null, contentKey };
      },
    }),
    clientEndpoint({
      ...common,
      path: '/revoke',
      scope: 'enrol',
      summary: 'Revoke a token and all copies of it',
      description:
        'After this, every use of the token fails with `token_revoked`. A token does not reveal its tenant, so any client with the scope can revoke a token that it has completely; the public id is not enough. Revoking a revoked or expired token succeeds. Without the face, a fake token cannot be distinguished from a real one, so each client can revoke a thousand per hour by default.',
      photos: {},
      codes: ['token_malformed', 'token_key_retired', 'locked_out'],
      fields: z.strictObject({ token: tokenField }),
      async handle({ fields, client }) {
        // A sandbox token may not revoke, because the token to revoke could be a real person's.
        if (client.sandbox !== null) throw new FaceError('scope_missing');
        await revokeToken(fields.token, { tenant: client.tenant, client: client.id }, deps);
      },
    }),
  ];
}

type VerifyCall = Call<z.output<typeof verifyFields>, 'photo'> & { readonly client: Client };

/** Refuses copies of photos that the token accepted before, if the client token asks for it. */
function guardOf(
  { client, fields }: VerifyCall,
  deps: Ports<'state' | 'clock' | 'verifier' | 'keys' | 'analysisCache'>,
): PhotoGuard {
  if (client.replay !== 'all') return acceptAnyPhotos;
  return requireNewPhotos(holderOf(deps.verifier.identify(fields.token).tokenId), true, deps);
}

function toVerifyRequest(call: VerifyCall): VerifyRequest {
  const { token, password, expiry } = call.fields;
  return {
    photos: call.photos('photo'),
    token,
    binding: bindingOfClient(call.client, call.fields),
    secret: password ?? null,
    expectedExpiresAt: expiry,
    requireLiveness: false,
    // The caller stores the token, and this reply cannot return a new one.
    allowRenewal: false,
    share: shareOfClient(call.client),
  };
}
