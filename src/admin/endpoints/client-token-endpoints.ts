import { z } from 'zod';
import { clientTokenReply } from '../../access/application-replies.js';
import { issueClientToken, revokeClientToken } from '../../access/client-tokens.js';
import type { Administrator } from '../../access/rights.js';
import { clientScopes, compatibilities, defaultScopes, replayPolicies } from '../../access/scopes.js';
import type { Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import {
  adminEndpoint,
  clientEndpoint,
  clientTokenId,
  compatField,
  type Endpoint,
  emailField,
  lifeField,
  phoneField,
  replayField,
  scopesField,
  tenantField,
} from '../../http/rest/endpoint.js';
import { checkVerifiedContact, takeVerifiedContact } from '../../notifications/contact-endpoints.js';

const issueFields = z.strictObject({
  name: z.string().min(1).max(100).describe('Name of the client, for administrators.'),
  tenant: tenantField,
  scopes: scopesField.prefault([...defaultScopes]).describe('Scopes of the client (extension).'),
  expiresIn: lifeField,
  compat: compatField,
  replay: replayField,
});

const issuing = {
  tag: 'Client tokens',
  path: '/generateToken',
  right: 'configure',
  isSensitive: true,
  isExtension: false,
  reply: clientTokenReply,
} as const;

export function createClientTokenEndpoints(deps: Ports<'state' | 'clock' | 'random' | 'audit'>): Endpoint[] {
  const issue = async (
    { name, tenant, scopes, expiresIn, compat, replay }: z.output<typeof issueFields>,
    administrator: Administrator,
  ) => {
    const request = { name, tenant, scopes, lifeSec: expiresIn, application: null, sandbox: null, compat, replay };
    const { credential, client } = await issueClientToken(request, administrator, deps);
    return { token: credential.use((text) => text), id: client.id, expiresAt: client.expiresAt };
  };
  return [
    adminEndpoint({
      ...issuing,
      versions: [1],
      summary: 'Issue a client token',
      description: 'Returns a client token to an administrator (the header `X-Admin-Key` is an extension).',
      fields: issueFields,
      handle: ({ fields, administrator }) => issue(fields, administrator),
    }),
    adminEndpoint({
      ...issuing,
      versions: [2],
      summary: 'Issue a client token for a verified contact',
      description:
        'Works as on v1, but the e-mail address and phone number must have been verified together within the last hour. A verification is valid for one token.',
      codes: ['contact_unverified'],
      fields: z.strictObject({ ...issueFields.shape, email: emailField, phone: phoneField }),
      async handle({ fields, administrator }) {
        await checkVerifiedContact(fields, deps);
        const issued = await issue(fields, administrator);
        // The verified contact is consumed last, so that the user need not enter both codes again if no token can be
        // issued.
        await takeVerifiedContact(fields, deps).catch(async (error: unknown) => {
          await revokeClientToken(issued.id, administrator, deps);
          throw error;
        });
        return issued;
      },
    }),
    clientEndpoint({
      tag: 'Client tokens',
      path: '/token',
      scope: null,
      summary: 'Get the caller’s client token',
      description: 'facestep defines the format of the reply.',
      isExtension: false,
      reply: z.object({
        id: z.string(),
        name: z.string(),
        tenant: z.string(),
        scopes: z.array(z.enum(clientScopes)),
        issuedAt: instantReply,
        expiresAt: instantReply,
        application: z.string().nullable().describe('Id of the application, if it is a key of one (extension).'),
        compat: z
          .enum(compatibilities)
          .nullable()
          .describe('Hosted API that the token is compatible with (extension).'),
        replay: z.enum(replayPolicies).describe('Calls that refuse copies of earlier photos (extension).'),
      }),
      handle: async ({ client }) => ({ ...client, application: client.application?.id ?? null }),
    }),
    adminEndpoint({
      tag: 'Client tokens',
      path: '/revokeToken',
      right: 'configure',
      isSensitive: true,
      summary: 'Revoke a client token',
      description: 'Takes effect immediately: a request in progress with this token fails with `caller_untrusted`.',
      codes: ['not_found'],
      fields: z.strictObject({ id: clientTokenId }),
      handle: ({ fields, administrator }) => revokeClientToken(fields.id, administrator, deps),
    }),
  ];
}
