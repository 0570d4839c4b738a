import { z } from 'zod';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import {
  createObjectStep,
  type Finding,
  fail,
  inConsole,
  missing,
  type ProvisionStep,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { listAll, type OktaProvisionDeps, toWritable } from './client.js';
import type { OktaClient, OktaFactor, OktaIdv } from './config.js';

const urlGuard = z.object({ url: z.string() });

const idpGuard = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  protocol: z.object({
    endpoints: z.record(z.string(), urlGuard.nullish()),
    issuer: urlGuard,
    scopes: z.array(z.string()),
    credentials: z.object({ client: z.object({ client_id: z.string() }) }),
    algorithms: z.json().optional(),
  }),
  policy: z
    .object({
      trustClaims: z.boolean().nullish(),
      subject: z.object({ userNameTemplate: z.object({ template: z.string() }) }).nullish(),
    })
    .nullish(),
});

export type Idp = z.output<typeof idpGuard>;

/** Definition of our identity provider. It contains the client secret, which is sent only to Okta. */
interface IdpDefinition extends JsonObject {
  readonly type: 'OIDC' | 'IDV_STANDARD';
  readonly name: string;
}

const nameOf = ({ settings }: OktaProvisionDeps, client: OktaClient): string =>
  client.kind === 'okta_idv' ? `Face verification (${settings.id})` : `Face check (${settings.id})`;

const toCheckTitle = ({ kind }: OktaClient): string => `${kind}: identity provider`;

const toIdpTitle = ({ kind }: OktaClient): string => `Identity provider: ${kind}`;

export async function findIdp(client: OktaClient, deps: OktaProvisionDeps): Promise<Idp | null> {
  const type = client.kind === 'okta_idv' ? 'IDV_STANDARD' : 'OIDC';
  const idps = await listAll(idpGuard, `/api/v1/idps?type=${type}&limit=200`, deps.send);
  const { issuer } = endpointsOf(deps.publicUrl, deps.settings.id);
  const isOurs = ({ protocol }: Idp): boolean =>
    protocol.issuer.url === issuer && protocol.credentials.client.client_id === client.id;
  return idps.find(isOurs) ?? null;
}

/**
 * Creates the step that registers this service. It uses the raw API, because Okta's SDK would drop
 * `policy.trustClaims`.
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/IdentityProvider/
 */
export function createIdpStep(client: OktaClient, deps: OktaProvisionDeps): ProvisionStep {
  const byHand = client.kind === 'okta_idv' ? toVerificationByHand(client, deps) : toFactorByHand(client, deps);
  const toDefinition = (found: Idp | null): IdpDefinition =>
    client.kind === 'okta_idv' ? toVerification(client, deps) : toFactor(client, found, deps);
  const replace = async (found: Idp): Promise<void> => {
    await deps.send('PUT', `/api/v1/idps/${found.id}`, await toChanged(found, toDefinition(found), deps));
  };
  const { name, type } = toDefinition(null);
  return {
    ...createObjectStep(toIdpTitle(client), {
      byHand,
      find: () => findIdp(client, deps),
      creation: [`Create the identity provider "${name}" (${type})`],
      create: () => deps.send('POST', '/api/v1/idps', toDefinition(null)),
      changesTo: (found) => differencesOf(found, toDefinition(found)).map((each) => `Set ${each} of "${found.name}"`),
      change: replace,
    }),
    check: { title: toCheckTitle(client), whenReady: () => checkIdp(client, deps) },
    async pushSecret() {
      const found = await findIdp(client, deps);
      if (found !== null) await replace(found);
    },
  };
}

const objectGuard = z.record(z.string(), z.json());

/** Keeps the other settings, because a PUT would reset user filters, PKCE and the issuer's domain. */
async function toChanged(found: Idp, definition: IdpDefinition, { send }: OktaProvisionDeps): Promise<JsonObject> {
  const { body } = await send('GET', `/api/v1/idps/${found.id}`);
  return setWithin(toWritable(body, ['status']), { ...definition, name: found.name });
}

const setWithin = (kept: JsonObject, set: JsonObject): JsonObject => ({
  ...kept,
  ...Object.fromEntries(
    Object.entries(set).map(([name, value]) => {
      const before = objectGuard.safeParse(kept[name]).data;
      const after = objectGuard.safeParse(value).data;
      return [name, before === undefined || after === undefined ? value : setWithin(before, after)];
    }),
  ),
});

/** Returns the differences from our definition. The secret is not compared, because Okta never returns it. */
function differencesOf(found: Idp, definition: IdpDefinition): string[] {
  const target = idpGuard.parse({ ...definition, id: found.id, status: found.status });
  const isSameEndpoint = (name: string): boolean =>
    found.protocol.endpoints[name]?.url === target.protocol.endpoints[name]?.url;
  return [
    ...(Object.keys(target.protocol.endpoints).every(isSameEndpoint) ? [] : ['the endpoints']),
    ...(target.protocol.scopes.every((scope) => found.protocol.scopes.includes(scope)) ? [] : ['the scopes']),
    ...((found.policy?.trustClaims ?? false) === (target.policy?.trustClaims ?? false) ? [] : ['trustClaims']),
    ...(templateOf(found) === templateOf(target) ? [] : ['the user name template']),
  ];
}

const signedRequests = { request: { signature: { algorithm: 'HS256', scope: 'REQUEST' } } } as const;
const signedGuard = z.object({
  request: z.object({ signature: z.object({ algorithm: z.literal('HS256'), scope: z.literal('REQUEST') }) }),
}) satisfies z.ZodType<typeof signedRequests>;

/** Returns true if Okta signs its requests with the client secret, so that this service can authenticate them. */
const signsRequests = ({ protocol }: Pick<Idp, 'protocol'>): boolean =>
  signedGuard.safeParse(protocol.algorithms).success;

const get = (url: string) => ({ url, binding: 'HTTP-REDIRECT' });
const post = (url: string) => ({ url, binding: 'HTTP-POST' });

const toCredentials = ({ id, secret }: OktaClient) => ({
  client: { client_id: id, client_secret: secret.use((text) => text) },
});

const toSecretField = ({ id }: OktaClient): string => `Client secret: the secret of the client ${id} in oidc.clients`;

const templateOf = ({ policy }: Pick<Idp, 'policy'>): string | undefined => policy?.subject?.userNameTemplate.template;

/**
 * Templates for the claim with the login. The default is `email`, because Okta refuses a template whose attribute the
 * profile lacks.
 */
const loginTemplates = ['idpuser.email', 'idpuser.preferred_username'] as const;

const factorScopes = ['openid', 'profile', 'email'] as const;

function toFactor(client: OktaFactor, found: Idp | null, deps: OktaProvisionDeps): IdpDefinition {
  const template = loginTemplates.find((each) => found !== null && each === templateOf(found)) ?? loginTemplates[0];
  const algorithms = found === null ? signedRequests : found.protocol.algorithms;
  const { issuer, authorization, token, keys } = endpointsOf(deps.publicUrl, deps.settings.id);
  return {
    type: 'OIDC',
    name: nameOf(deps, client),
    protocol: {
      type: 'OIDC',
      endpoints: { authorization: get(authorization), token: post(token), jwks: get(keys) },
      issuer: { url: issuer },
      scopes: factorScopes,
      ...(algorithms === undefined ? {} : { algorithms }),
      credentials: toCredentials(client),
    },
    policy: {
      accountLink: { action: 'AUTO' },
      // A face check must not create users.
      provisioning: { action: 'DISABLED' },
      subject: { userNameTemplate: { template }, matchType: 'USERNAME' },
      maxClockSkew: 120_000,
      trustClaims: client.trustClaims,
    },
  };
}

function toFactorByHand(client: OktaFactor, deps: OktaProvisionDeps): readonly string[] {
  const { issuer, authorization, token, keys } = endpointsOf(deps.publicUrl, deps.settings.id);
  return [
    'Security > Identity Providers > Add identity provider > OpenID Connect IdP > Next',
    `Name: ${nameOf(deps, client)}`,
    `Scopes: ${factorScopes.join(', ')}`,
    `Client ID: ${client.id}`,
    toSecretField(client),
    'Authorize requests: Enable signed requests',
    `Algorithm: ${signedRequests.request.signature.algorithm}`,
    `Issuer: ${issuer}`,
    `Authorization endpoint: ${authorization}`,
    `Token endpoint: ${token}`,
    `JWKS endpoint: ${keys}`,
    `IdP username: ${loginTemplates[0]}`,
    'Match against: Okta Username',
    'Account link policy: Automatic',
    'Just-in-time creation of users: off, because a face check must not create users',
    `Trust claims from this identity provider: ${client.trustClaims ? 'on' : 'off'}`,
  ];
}

const verificationScopes = ['openid', 'profile', 'identity_assurance'] as const;

const shownNameOf = ({ settings }: OktaProvisionDeps): string => settings.policy.organisation ?? 'Face check';

function toVerificationByHand(client: OktaIdv, deps: OktaProvisionDeps): readonly string[] {
  const { issuer, authorization, token, keys, push } = endpointsOf(deps.publicUrl, deps.settings.id);
  return [
    'Security > Identity Providers > Add identity provider > Custom ID verification > Next',
    `Instance name: ${nameOf(deps, client)}`,
    `Vendor name: ${shownNameOf(deps)}`,
    `End user license agreement URL: ${client.termsOfUse}`,
    `Privacy statement URL: ${client.privacyPolicy}`,
    `Client ID: ${client.id}`,
    toSecretField(client),
    `Scope: ${verificationScopes.join(', ')}`,
    `Issuer: ${issuer}`,
    `PAR request URL: ${push}`,
    `Authorize URL: ${authorization}`,
    `Token URL: ${token}`,
    `JWKS URL: ${keys}`,
  ];
}

function toVerification(client: OktaIdv, deps: OktaProvisionDeps): IdpDefinition {
  const { issuer, authorization, token, keys, push } = endpointsOf(deps.publicUrl, deps.settings.id);
  return {
    type: 'IDV_STANDARD',
    name: nameOf(deps, client),
    protocol: {
      type: 'ID_PROOFING',
      endpoints: { par: post(push), authorization: get(authorization), token: post(token), jwks: get(keys) },
      issuer: { url: issuer },
      scopes: verificationScopes,
      credentials: toCredentials(client),
    },
    // Okta requires this policy but does not use it, because the request already names the user.
    policy: {
      provisioning: { action: 'DISABLED' },
      accountLink: { action: 'AUTO' },
      subject: { userNameTemplate: { template: 'source.userName' }, matchType: 'USERNAME' },
      maxClockSkew: 0,
    },
    properties: {
      idvMetadata: {
        vendorDisplayName: shownNameOf(deps),
        termsOfUse: client.termsOfUse,
        privacyPolicy: client.privacyPolicy,
      },
    },
  };
}

const authenticatorGuard = z.object({
  key: z.literal('external_idp'),
  status: z.string(),
  provider: z.object({ configuration: z.object({ idpId: z.string() }) }),
});

/** Finds the IdP authenticator. Okta offers it only for identity providers with the usage "Factor only". */
async function findAuthenticator(client: OktaFactor, deps: OktaProvisionDeps) {
  const idp = await findIdp(client, deps);
  const authenticators = await listAll(authenticatorGuard, '/api/v1/authenticators', deps.send);
  return authenticators.find(({ provider }) => provider.configuration.idpId === idp?.id) ?? null;
}

/** Checks that the org uses the identity provider. */
export async function checkIdp(client: OktaClient, deps: OktaProvisionDeps): Promise<Finding> {
  const idp = await findIdp(client, deps);
  if (idp === null)
    return fail('The org has no identity provider for it', 'Run facestep provision for this connection');
  if (idp.status !== 'ACTIVE')
    return fail(`"${idp.name}" is not active`, 'Activate it in Security > Identity Providers');
  if (client.kind === 'okta_factor') {
    const authenticator = await findAuthenticator(client, deps);
    if (authenticator === null) {
      return fail(
        `"${idp.name}" is not an authenticator`,
        'Set its IdP Usage to Factor only, and run facestep provision',
      );
    }
    if (authenticator.status !== 'ACTIVE') {
      return fail(`The authenticator of "${idp.name}" is not active`, 'Activate it in Security > Authenticators');
    }
  }
  if (client.kind === 'okta_factor' && !signsRequests(idp)) {
    return warn(
      `"${idp.name}" does not sign its requests, so anyone who knows a username can lock that user out of the face check`,
      'Set its request signature to HS256 in Security > Identity Providers, and try one sign-in',
    );
  }
  return pass(`"${idp.name}" redirects to this server`);
}

/**
 * Creates the manual step for "IdP Usage", which Okta's API does not return. The step counts as done if the
 * authenticator exists, because Okta allows it only with this usage.
 */
export const createUsageStep = (client: OktaFactor, deps: OktaProvisionDeps): ProvisionStep => ({
  title: usageTitle,
  check: { needs: [toCheckTitle(client)] },
  byHand: toUsageByHand(client),
  inspect: async () =>
    (await findAuthenticator(client, deps)) !== null
      ? { state: 'ready' }
      : inConsole(...toUsageByHand(client), 'Then run provision again.'),
  apply: async () => {},
});

const usageTitle = 'IdP Usage: Factor only';

const toUsageByHand = (client: OktaFactor): readonly string[] => [
  `Security > Identity Providers > the one of the step "${toIdpTitle(client)}" > Actions > Configure Identity Provider`,
  'IdP Usage: Factor only',
];

/**
 * Creates the step for the IdP authenticator. It uses the raw API, because Okta's OpenAPI description and SDK lack
 * `provider`.
 */
export function createAuthenticatorStep(client: OktaFactor, deps: OktaProvisionDeps): ProvisionStep {
  const name = shownNameOf(deps);
  return {
    title: 'IdP authenticator',
    check: { needs: [toCheckTitle(client)] },
    byHand: [
      'Security > Authenticators > Setup > Add Authenticator > IdP Authenticator > Add',
      `Identity Provider (IdP): ${nameOf(deps, client)}`,
      `Authenticator name: ${name}`,
      `Okta offers the identity provider only after the step "${usageTitle}"`,
    ],
    async inspect() {
      if ((await findAuthenticator(client, deps)) !== null) return { state: 'ready' };
      return missing(`Create the IdP authenticator "${name}". Okta refuses before IdP Usage is set`);
    },
    async apply() {
      const idp = await findIdp(client, deps);
      await deps.send('POST', '/api/v1/authenticators', {
        key: 'external_idp',
        name,
        provider: { type: 'CLAIMS', configuration: { idpId: idp?.id ?? '' } },
      });
    },
  };
}
