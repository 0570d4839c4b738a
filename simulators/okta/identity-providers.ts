import { type Request, Router } from 'express';
import { z } from 'zod';
import type { RequireScope } from './access.js';
import { findIn, invalid, parseBody } from './errors.js';
import { type ExternalAuthenticator, type IdentityProvider, newId, type Org } from './org.js';
import { sendPage } from './paging.js';

const toUrls = (origin: string, bindings: Readonly<Record<string, 'HTTP-POST' | 'HTTP-REDIRECT'>>) =>
  Object.fromEntries(Object.entries(bindings).map(([name, binding]) => [name, { url: `${origin}/${name}`, binding }]));

const toOidc = (
  name: string,
  given: { readonly type?: string; readonly client?: object; readonly issuer?: object },
) => ({
  id: `0oa${name.padEnd(17, '0')}`,
  type: given.type ?? 'OIDC',
  name,
  protocol: {
    type: 'OIDC',
    endpoints: toUrls(`https://${name}.example.com`, { authorization: 'HTTP-REDIRECT', token: 'HTTP-POST' }),
    scopes: ['openid'],
    ...(given.client === undefined ? {} : { credentials: { client: given.client } }),
    ...(given.issuer === undefined ? {} : { issuer: given.issuer }),
  },
});

/** Identity providers that this project did not register, in the forms of Okta's documentation. */
export const foreignIdps = [
  {
    id: '0oa1saml000000000001',
    type: 'SAML2',
    name: 'Example SAML IdP',
    protocol: {
      type: 'SAML2',
      endpoints: {
        sso: { url: 'https://idp.example.com', binding: 'HTTP-POST', destination: 'https://idp.example.com' },
        acs: { binding: 'HTTP-POST', type: 'INSTANCE' },
      },
      algorithms: { request: { signature: { algorithm: 'SHA-256', scope: 'REQUEST' } } },
      credentials: { trust: { issuer: 'https://idp.example.com', audience: 'http://www.okta.com/123', kid: 'a-key' } },
    },
  },
  toOidc('google', { type: 'GOOGLE', client: { client_id: 'your-client-id', client_secret: 'your-client-secret' } }),
  {
    id: '0oa3x509000000000001',
    type: 'X509',
    name: 'Smart Card IdP',
    protocol: {
      type: 'MTLS',
      endpoints: { sso: { url: 'https://example.okta.com/login/cert' } },
      credentials: { trust: { revocation: 'CRL', revocationCacheLifetime: 2880, issuer: 'CN=Test', kid: 'a-key' } },
    },
  },
  // Okta authenticates at this provider with a signing key. The issuer is missing here, because only the provider's
  // metadata contains it.
  toOidc('partners', { client: { client_id: 'partners', token_endpoint_auth_method: 'private_key_jwt' } }),
  ...['east', 'west'].map((name) => toOidc(name, { issuer: { url: `https://${name}.example.com` } })),
  {
    id: '0oa6idv0000000000001',
    type: 'IDV_STANDARD',
    name: 'Another vendor',
    protocol: {
      type: 'ID_PROOFING',
      endpoints: toUrls('https://idv.example.com', {
        par: 'HTTP-POST',
        authorization: 'HTTP-REDIRECT',
        token: 'HTTP-POST',
        jwks: 'HTTP-REDIRECT',
      }),
      credentials: { bearer: { apiKey: 'your-api-key' } },
    },
  },
].map((idp) => ({ ...idp, status: 'ACTIVE' }));

const endpointGuard = z.object({ url: z.url() });

/** Extends a guard: further members are stored as sent, without a check. */
const open = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.object(shape).catchall(z.json());

const clientGuard = z.object({ client: open({ client_id: z.string().min(1), client_secret: z.string().min(1) }) });

/**
 * Definition of an identity provider, without all rules of the OpenAPI document. `policy.provisioning` is never `AUTO` for
 * identity verification; for sign-ins `AUTO` would create an account for every user of the provider.
 */
const idpGuard = open({
  type: z.enum(['OIDC', 'IDV_STANDARD']),
  name: z.string().min(1).max(100),
  protocol: open({
    type: z.enum(['OIDC', 'ID_PROOFING']),
    endpoints: z.object({
      authorization: endpointGuard,
      token: endpointGuard,
      jwks: endpointGuard,
      userInfo: endpointGuard.optional(),
      par: endpointGuard.optional(),
    }),
    issuer: endpointGuard,
    scopes: z.array(z.string()).min(1),
    credentials: clientGuard,
    algorithms: open({
      request: open({ signature: open({ algorithm: z.string().optional(), scope: z.string().optional() }).optional() }),
    }).optional(),
  }),
  policy: open({
    provisioning: z.object({ action: z.enum(['DISABLED', 'AUTO']) }),
    subject: open({
      // A template may only name attributes of the identity provider's profile.
      userNameTemplate: z.object({
        template: z.string().regex(/^(idpuser\.(email|firstName|lastName)|source\.userName)$/),
      }),
      // Other match types are not simulated: they could find a user who shares an address.
      matchType: z.literal('USERNAME'),
    }),
    trustClaims: z.boolean().optional(),
  }),
});

function toIdentityProvider(id: string, body: unknown): IdentityProvider {
  const data = parseBody(idpGuard, body, 'identityProvider');
  const { client_secret, ...client } = data.protocol.credentials.client;
  const { endpoints } = data.protocol;
  const signature = data.protocol.algorithms?.request.signature;
  return {
    id,
    type: data.type,
    name: data.name,
    usage: 'SSO',
    status: 'ACTIVE',
    links: new Map(),
    trustClaims: data.policy.trustClaims ?? false,
    userNameClaim: data.policy.subject.userNameTemplate.template.replace('idpuser.', ''),
    // Without this scope, Okta ignores the algorithm.
    requestAlgorithm: signature?.scope === 'REQUEST' ? (signature.algorithm ?? 'HS256') : null,
    client: {
      issuer: data.protocol.issuer.url,
      authorizationEndpoint: endpoints.authorization.url,
      tokenEndpoint: endpoints.token.url,
      jwksUri: endpoints.jwks.url,
      userinfoEndpoint: endpoints.userInfo?.url ?? null,
      parEndpoint: endpoints.par?.url ?? null,
      clientId: client.client_id,
      clientSecret: client_secret,
      scopes: data.protocol.scopes,
    },
    definition: { ...data, protocol: { ...data.protocol, credentials: { client } } },
  };
}

const definitionGuard = z.looseObject({
  protocol: z.looseObject({ credentials: z.object({ client: z.looseObject({}) }) }),
});

/** Okta returns the client secret to anyone who may read identity providers. */
function toView({ id, type, status, definition, client }: IdentityProvider) {
  const { protocol, ...rest } = definitionGuard.parse(definition);
  const credentials = { client: { ...protocol.credentials.client, client_secret: client.clientSecret } };
  return { ...rest, id, type, status, protocol: { ...protocol, credentials } };
}

/** @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/IdentityProvider/ */
export function createIdentityProvidersApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  const find = ({ params }: Request): IdentityProvider => findIn(org.identityProviders, params.id, 'IdpProvider');
  router.get('/', requireScope('okta.idps.read'), (request, response) => {
    const { type } = request.query;
    const all = [...foreignIdps, ...[...org.identityProviders.values()].map(toView)];
    const found = all.filter((idp) => type === undefined || idp.type === type);
    sendPage(org, request, response, found);
  });
  router.post('/', requireScope('okta.idps.manage'), (request, response) => {
    const idp = toIdentityProvider(newId('0oa'), request.body);
    org.identityProviders.set(idp.id, idp);
    response.json(toView(idp));
  });
  router.get('/:id', requireScope('okta.idps.read'), (request, response) => {
    response.json(toView(find(request)));
  });
  router.put('/:id', requireScope('okta.idps.manage'), (request, response) => {
    const { id, usage, status, links } = find(request);
    const idp = { ...toIdentityProvider(id, request.body), usage, status, links };
    org.identityProviders.set(id, idp);
    response.json(toView(idp));
  });
  return router;
}

const authenticatorGuard = z.object({
  key: z.literal('external_idp'),
  name: z.string().min(1),
  provider: z.object({ type: z.literal('CLAIMS'), configuration: z.object({ idpId: z.string() }) }),
});

const toAuthenticatorView = ({ idpId, ...authenticator }: ExternalAuthenticator) => ({
  ...authenticator,
  provider: { type: 'CLAIMS', configuration: { idpId } },
});

/**
 * The API requires `provider`, which the OpenAPI document lacks.
 * @see https://help.okta.com/oie/en-us/Content/Topics/identity-engine/authenticators/configure-idp-authenticator.htm
 */
export function createAuthenticatorsApi(org: Org, requireScope: RequireScope): Router {
  const router = Router();
  router.get('/', requireScope('okta.authenticators.read'), (_request, response) => {
    const codes = org.codeAuthenticator === null ? [] : [org.codeAuthenticator];
    response.json([...codes, ...[...org.authenticators.values()].map(toAuthenticatorView)]);
  });
  router.post('/', requireScope('okta.authenticators.manage'), (request, response) => {
    const { key, name, provider } = parseBody(authenticatorGuard, request.body, 'authenticator');
    const { idpId } = provider.configuration;
    if (org.identityProviders.get(idpId)?.usage !== 'FACTOR_ONLY') {
      throw invalid('authenticator', ['provider: The identity provider is not for factor only']);
    }
    const authenticator: ExternalAuthenticator = { id: newId('aut'), key, name, idpId, status: 'ACTIVE' };
    org.authenticators.set(authenticator.id, authenticator);
    response.json(toAuthenticatorView(authenticator));
  });
  return router;
}
