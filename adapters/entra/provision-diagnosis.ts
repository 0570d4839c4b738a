import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { endpointsOf } from '../../src/connections/openid-provider.js';
import {
  type Check,
  type Finding,
  fail,
  manual,
  pass,
  serverAnswers,
  warn,
} from '../../src/connections/provisioning.js';
import type { ExternalMfaConfig } from './config.js';
import { credentials } from './provision-checks.js';
import type { EntraProvisionDeps } from './provision-graph.js';
import { registersUsers } from './provision-mfa.js';

const FETCH_TIMEOUT_MS = 5_000;

const discovery = 'Discovery of External MFA';
const registering = 'Registering users';

/** Creates the checks of External MFA that its steps do not cover: Entra must be able to read our endpoints. */
export const createExternalMfaChecks = (client: ExternalMfaConfig, deps: EntraProvisionDeps): readonly Check[] => [
  { title: discovery, needs: [serverAnswers], run: () => checkDiscovery(deps) },
  { title: 'Keys of External MFA', needs: [discovery], run: () => checkOwnKeys(deps) },
  registersUsers(client)
    ? { title: registering, needs: [credentials], run: () => checkRegistering(deps) }
    : { title: registering, run: async () => registersNobody },
  { title: 'Requirements of Conditional Access', run: async () => asksForAnyMethod },
];

const includes = (value: string) => z.array(z.string()).refine((list) => list.includes(value));

const metadataGuard = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  jwks_uri: z.string(),
  scopes_supported: includes('openid'),
  response_types_supported: includes('id_token'),
  response_modes_supported: includes('form_post'),
  subject_types_supported: includes('public'),
  id_token_signing_alg_values_supported: includes('RS256'),
});

const start = 'Start the server, and check publicUrl and the proxy before it';

type Fetched = { readonly problem: Finding } | { readonly problem: null; readonly body: unknown };

async function read(url: string, { fetch }: EntraProvisionDeps): Promise<Fetched> {
  try {
    const headers = { 'accept-encoding': 'identity' };
    const signal = AbortSignal.timeout(FETCH_TIMEOUT_MS);
    const response = await fetch(url, { headers, redirect: 'error', signal });
    const text = await response.text();
    if (!response.ok) return { problem: fail(`${url} answers with status ${response.status}`, start) };
    if (response.headers.get('content-length') !== String(Buffer.byteLength(text))) {
      const remedy =
        'Configure the proxy of this server to forward Content-Length: Entra does not accept chunked responses';
      return { problem: fail(`${url} responds without Content-Length`, remedy) };
    }
    return { problem: null, body: JSON.parse(text) };
  } catch {
    return { problem: fail(`${url} cannot be fetched from here`, start) };
  }
}

async function checkDiscovery(deps: EntraProvisionDeps): Promise<Finding> {
  const { issuer, authorization, discovery: discoveryUrl } = endpointsOf(deps.publicUrl, deps.settings.id);
  const fetched = await read(discoveryUrl, deps);
  if (fetched.problem !== null) return fetched.problem;
  const parsed = metadataGuard.safeParse(fetched.body);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
    return fail(`The discovery document lacks what Entra needs: ${names}`, start);
  }
  const isOurs = parsed.data.issuer === issuer && parsed.data.authorization_endpoint === authorization;
  if (!isOurs) {
    const remedy = 'Use one publicUrl for the server and for provisioning: Entra compares the issuer exactly';
    return fail(`The issuer of the server is ${parsed.data.issuer}, but should be ${issuer}`, remedy);
  }
  if (!issuer.startsWith('https:')) {
    return warn(
      'Entra accepts only https addresses; this one works only with a simulated provider',
      'Set publicUrl to the https address',
    );
  }
  return pass('Entra can read the discovery document');
}

const keysGuard = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal('RSA'),
        use: z.literal('sig'),
        kid: z.string().regex(/^[\w+/-]{16,}={0,2}$/),
        n: z.string(),
        x5c: z.array(z.string()).min(1),
      }),
    )
    .min(1),
});

async function checkOwnKeys(deps: EntraProvisionDeps): Promise<Finding> {
  const discovery = await read(endpointsOf(deps.publicUrl, deps.settings.id).discovery, deps);
  if (discovery.problem !== null) return discovery.problem;
  const metadata = metadataGuard.safeParse(discovery.body);
  if (!metadata.success) return fail('The discovery document does not contain the address of the keys', start);
  const fetched = await read(metadata.data.jwks_uri, deps);
  if (fetched.problem !== null) return fetched.problem;
  const parsed = keysGuard.safeParse(fetched.body);
  const remedy = 'Check the file of OpenID keys in the data folder: docs/configuration.md';
  if (!parsed.success) return fail('A key lacks what Entra needs: RSA, a certificate (x5c), a kid in base64', remedy);
  if (!parsed.data.keys.every(({ n, x5c: [certificate = ''] }) => isCertificateOf(certificate, n))) {
    return fail('A certificate belongs to another key', remedy);
  }
  return pass('Every key has its certificate');
}

function isCertificateOf(certificate: string, modulus: string): boolean {
  try {
    const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
    return publicKey.export({ format: 'jwk' }).n === modulus;
  } catch {
    return false;
  }
}

/**
 * Permissions to register users, each with a path to test it. The second path has the id of a user who does not exist.
 */
const registeringTakes = {
  'Policy.Read.AuthenticationMethod': '/policies/authenticationMethodsPolicy',
  'UserAuthMethod-External.ReadWrite.All':
    '/users/00000000-0000-0000-0000-000000000000/authentication/externalAuthenticationMethods',
} as const;

async function checkRegistering({ send, settings }: EntraProvisionDeps): Promise<Finding> {
  for (const [permission, path] of Object.entries(registeringTakes)) {
    const { status } = await send({ method: 'GET', path });
    if (status !== 401 && status !== 403) continue;
    return warn(
      'The application may not register users for the method. Users who have another method may never be offered this one',
      `Grant ${permission} and run facestep register ${settings.id} --all, or --group with an id; or ask users to add it in My Security info`,
    );
  }
  return pass('Users can be registered for the method');
}

const registersNobody: Finding = manual(
  'Graph cannot register users for the method in this cloud. Users who have another method may never be offered this one',
  'Ask users to add it in My Security info',
);

const asksForAnyMethod: Finding = manual(
  'Conditional Access can require multifactor authentication, not this method: authentication strengths do not include it, and users may choose another registered method',
  'Turn off the other methods for the groups that must use the face check',
);
