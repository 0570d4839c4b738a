import { z } from 'zod';
import { toIso } from '../core/units.js';
import {
  clientScopes,
  clientTokenLifeSec,
  defaultScopes,
  issueClientToken,
  revokeClientToken,
} from './client-tokens.js';
import { takeVerifiedContact } from './contacts.js';
import type { ApiDeps } from './deps.js';
import { adminEndpoint, clientEndpoint, type Endpoint } from './endpoint.js';
import { emailField, instantReply, phoneField } from './fields.js';

const scopeNames = z.enum(clientScopes);

const issueFields = z.strictObject({
  name: z.string().min(1).max(100).describe('For the administrator: which client this is.'),
  tenant: z
    .string()
    .regex(/^[\w.-]{1,64}$/)
    .prefault('default')
    .describe('Whose enrolments the client makes and checks; those of one tenant never verify for another (ours).'),
  scopes: z
    .union([z.array(scopeNames).min(1).max(clientScopes.length), scopeNames.transform((scope) => [scope])])
    .prefault([...defaultScopes])
    .describe('What the client may do (ours).'),
  expiresIn: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number),
    ])
    .pipe(z.int().min(clientTokenLifeSec.least).max(clientTokenLifeSec.most))
    .prefault(clientTokenLifeSec.standard)
    .describe('Seconds: 60 to 31,622,400 (366 days), 7,776,000 (90 days) if not said (ours).'),
});

const issueReply = z.strictObject({
  token: z.string().describe('Shown this once. Keep it on your server.'),
  id: z.string().describe('Names the token when it is revoked.'),
  expiresAt: instantReply,
});

/** Issuing, reporting and revoking client tokens. */
export function createClientTokenEndpoints(deps: ApiDeps): Endpoint[] {
  const common = { method: 'POST', tag: 'Client tokens', status: 200, photos: {} } as const;
  const issue = async ({ name, tenant, scopes, expiresIn }: z.output<typeof issueFields>) => {
    const { credential, client } = await issueClientToken({ name, tenant, scopes, lifeSec: expiresIn }, deps);
    return { token: credential.use((text) => text), id: client.id, expiresAt: toIso(client.expiresAt) };
  };
  return [
    adminEndpoint({
      ...common,
      path: '/generateToken',
      versions: [1],
      right: 'configure',
      summary: 'Issue a client token',
      description: 'For administrators (the header `X-Admin-Key` is ours).',
      ours: false,
      codes: [],
      fields: issueFields,
      reply: issueReply,
      handle: ({ fields }) => issue(fields),
    }),
    adminEndpoint({
      ...common,
      path: '/generateToken',
      versions: [2],
      right: 'configure',
      summary: 'Issue a client token for a verified contact',
      description:
        'As on v1, and the e-mail address and phone number must have been verified together within the last hour. A verification serves one token.',
      ours: false,
      codes: ['contact_unverified'],
      fields: z.strictObject({ ...issueFields.shape, email: emailField, phone: phoneField }),
      reply: issueReply,
      async handle({ fields }) {
        await takeVerifiedContact(fields, deps);
        return issue(fields);
      },
    }),
    clientEndpoint({
      ...common,
      path: '/token',
      versions: [1, 2],
      scope: null,
      summary: 'What the caller’s own client token is',
      description: 'The form of the reply is ours.',
      ours: false,
      codes: [],
      fields: z.strictObject({}),
      reply: z.strictObject({
        id: z.string(),
        name: z.string(),
        tenant: z.string(),
        scopes: z.array(scopeNames),
        issuedAt: instantReply,
        expiresAt: instantReply,
      }),
      async handle({ client: { id, name, tenant, scopes, issuedAt, expiresAt } }) {
        return { id, name, tenant, scopes: [...scopes], issuedAt: toIso(issuedAt), expiresAt: toIso(expiresAt) };
      },
    }),
    adminEndpoint({
      ...common,
      path: '/revokeToken',
      versions: [1, 2],
      right: 'configure',
      summary: 'Revoke a client token',
      description: 'At once: a request under way with it ends with `caller_untrusted`.',
      ours: true,
      codes: ['not_found'],
      fields: z.strictObject({ id: z.string().regex(/^[0-9a-f]{24}$/) }),
      reply: z.strictObject({}),
      async handle({ fields }) {
        await revokeClientToken(fields.id, deps);
        return {};
      },
    }),
  ];
}
