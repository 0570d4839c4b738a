import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EntraSimulator, startEntraSimulator } from '../../../../simulators/entra/index.js';
import { eventsServiceAppId, signToken } from '../../../../simulators/entra/tenant.js';
import type { Header } from '../request.js';
import { alterToken, toBearerForgeries } from './bearer-tricks.js';
import type { Outside } from './outside.js';
import { attackedPolicy, type HookCall, type HookTarget, type Provider } from './provider.js';

/** A tenant, its users, and what signs in its name. */
export interface EntraProvider extends Provider {
  readonly simulator: EntraSimulator;
  /** The client of External MFA. */
  readonly externalMfa: string;
  /** A user who is enrolled nowhere. */
  readonly stranger: string;
}

/** Tokens that Entra's events service shows, and others that somebody might show in their place. */
async function issueBearers(entra: EntraSimulator, audience: string, outside: Outside) {
  const claims = { iss: entra.tenant.issuer, aud: audience, azp: eventsServiceAppId, tid: entra.tenant.id, ver: '2.0' };
  const now = Date.now();
  const good = await signToken(entra.tenant, claims, now);
  const other = await entra.addTenant();
  const hourMs = 3_600_000;
  const forged: readonly (readonly [string, string])[] = [
    ['an expired token', await signToken(entra.tenant, claims, now - 2 * hourMs, 60)],
    ['a token for another application', await signToken(entra.tenant, { ...claims, aud: 'another' }, now)],
    ['a token of another client', await signToken(entra.tenant, { ...claims, azp: audience }, now)],
    ['a token without a client', await signToken(entra.tenant, { ...claims, azp: null }, now)],
    ['a token of another tenant', await signToken(other, { ...claims, iss: other.issuer, tid: other.id }, now)],
    ['a token of another tenant in this one’s name', await signToken(other, claims, now)],
    ['a token of another issuer', await signToken(entra.tenant, { ...claims, iss: other.issuer }, now)],
    ['a token signed by a stranger', await outside.forge(claims)],
    ['a stranger’s token under this key’s name', await outside.forge(claims, { kid: entra.tenant.keys.at(-1)?.kid })],
  ];
  const publicKey = { ...entra.tenant.keys.at(-1)?.publicJwk };
  return { good, forged: [...forged, ...alterToken(good, { publicKey, lure: `${outside.url}/lure/entra` })] };
}

export async function openEntra(
  id: string,
  { outside, foreign }: { outside: Outside; foreign: HookTarget['foreign'] },
): Promise<EntraProvider> {
  const simulator = await startEntraSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-siege-'));
  const certificate = join(folder, 'entra.pem');
  await writeFile(certificate, simulator.cert);
  const daemon = simulator.addDaemon();
  simulator.addExtension(daemon.clientId, 'facestepToken');
  const receiptAttribute = simulator.addExtension(daemon.clientId, 'faceReceipt');
  const externalMfa = simulator.addClientApp();
  const bait = simulator.addUser({ mail: 'staff-bait@example.com' }).id;
  const stranger = simulator.addUser({ mail: 'staff-stranger@example.com' }).id;
  const { id: tenantId } = simulator.tenant;
  const { good, forged } = await issueBearers(simulator, daemon.clientId, outside);
  const bearer: readonly Header[] = [['Authorization', `Bearer ${good}`]];
  const toEvent = (
    event: string,
    { id: correlationId }: HookCall,
    data: { user?: { id: string }; [more: string]: object | undefined },
  ) => {
    const { user, ...more } = data;
    const authenticationContext = {
      correlationId,
      client: { ip: '192.0.2.1', locale: 'en-us' },
      ...(user && { user }),
    };
    return JSON.parse(
      JSON.stringify({
        type: `microsoft.graph.authenticationEvent.${event}`,
        source: `/tenants/${tenantId}/applications/none`,
        data: { tenantId, authenticationContext, ...more },
      }),
    );
  };
  const toIdentities = (email: string) => [
    { signInType: 'email', issuer: 'contoso.onmicrosoft.com', issuerAssignedId: email },
  ];
  const toTarget = (hook: string, target: Pick<HookTarget, 'event' | 'isGranted' | 'bait'>): HookTarget => ({
    connection: id,
    hook,
    ...target,
    foreign,
    sign: () => bearer,
    forgeries: () => [
      ['no token', []],
      ['the token as it is', [['Authorization', good]]],
      ['the token as Basic', [['Authorization', `Basic ${good}`]]],
      ['the token twice', [...bearer, ...bearer]],
      ...toBearerForgeries(forged),
    ],
  });
  const emailOf = (hook: string, { about }: HookCall): string => `staff-${hook}-${about}@example.com`;
  return {
    simulator,
    externalMfa,
    stranger,
    connection: {
      id,
      kind: 'entra',
      policy: { ...attackedPolicy, freshnessSec: 86_400 },
      oidc: {
        clients: [
          {
            kind: 'entra_external_mfa',
            id: externalMfa,
            tenantIds: [tenantId],
            login: simulator.url,
            groups: ['all_users'],
          },
        ],
      },
      entra: {
        tenantId,
        clientId: daemon.clientId,
        auth: { kind: 'secret', secret: daemon.secret },
        endpoints: { login: simulator.url, graph: simulator.url },
        hooks: { clientApps: [], signUp: { receiptAttribute } },
      },
    },
    environment: { NODE_EXTRA_CA_CERTS: certificate },
    hooks: [
      toTarget('token-issuance-start', {
        bait: { kind: 'profile', subject: bait },
        event: (call) => toEvent('tokenIssuanceStart', call, { user: { id: call.about === 'bait' ? bait : stranger } }),
        isGranted: ({ text }) => text.includes('"faceVerified":"true"'),
      }),
      toTarget('attribute-collection-start', {
        bait: { kind: 'name', subject: 'staff-start-bait@example.com' },
        event: (call) =>
          toEvent('attributeCollectionStart', call, {
            userSignUpInfo: { attributes: {}, identities: toIdentities(emailOf('start', call)) },
          }),
        isGranted: ({ text }) => text.includes('.continueWithDefaultBehavior"'),
      }),
      toTarget('attribute-collection-submit', {
        bait: { kind: 'receipt', subject: 'staff-submit-bait@example.com' },
        event: (call) =>
          toEvent('attributeCollectionSubmit', call, {
            userSignUpInfo: {
              attributes: { [receiptAttribute]: { value: call.receipt } },
              identities: toIdentities(emailOf('submit', call)),
            },
          }),
        isGranted: ({ text }) => text.includes('.modifyAttributeValues"'),
      }),
    ],
    prepare: async () => {},
    async close() {
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
