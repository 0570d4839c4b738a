import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EntraSimulator, startEntraSimulator } from '../../../../simulators/entra/index.js';
import { eventsServiceAppId, signToken } from '../../../../simulators/entra/tenant.js';
import { type Altered, alterToken } from '../alter.js';
import type { Header } from '../request.js';

import type { Outside } from './outside.js';
import { attackedPolicy, type HookTarget, type Provider, toBearerForgeries } from './provider.js';

export interface EntraProvider extends Provider {
  readonly simulator: EntraSimulator;
  readonly environment: Readonly<Record<string, string>>;
  readonly externalMfa: string;
  readonly stranger: string;
}

async function issueBearers(entra: EntraSimulator, audience: string, outside: Outside) {
  const claims = { iss: entra.tenant.issuer, aud: audience, azp: eventsServiceAppId, tid: entra.tenant.id, ver: '2.0' };
  const now = Date.now();
  const good = await signToken(entra.tenant, claims, now);
  const other = await entra.addTenant();
  const hourMs = 3_600_000;
  const forged: readonly Altered[] = [
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
  const forgeries = [
    ['no token', []],
    ['the token as it is', [['Authorization', good]]],
    ['the token as Basic', [['Authorization', `Basic ${good}`]]],
    ['the token twice', [...bearer, ...bearer]],
    ...toBearerForgeries(forged),
  ] as const;
  const emailOf = (step: string, about: string): string => `staff-${step}-${about}@example.com`;
  const toTarget = (
    hook: string,
    [eventType, granted]: readonly [string, string],
    kind: HookTarget['bait']['kind'],
    step = '',
  ): HookTarget => ({
    ...{ connection: id, hook, foreign, fetchesKeys: true },
    bait: { kind, subject: step === '' ? bait : emailOf(step, 'bait') },
    event({ about, id: correlationId, receipt }) {
      const user = step === '' ? { user: { id: about === 'bait' ? bait : stranger } } : {};
      const context = { correlationId, client: { ip: '192.0.2.1', locale: 'en-us' }, ...user };
      const attributes = kind === 'receipt' ? { [receiptAttribute]: { value: receipt } } : {};
      const identity = {
        ...{ signInType: 'email', issuer: 'contoso.onmicrosoft.com' },
        issuerAssignedId: emailOf(step, about),
      };
      const signUp = step === '' ? {} : { userSignUpInfo: { attributes, identities: [identity] } };
      return {
        type: `microsoft.graph.authenticationEvent.${eventType}`,
        source: `/tenants/${tenantId}/applications/none`,
        data: { tenantId, authenticationContext: context, ...signUp },
      };
    },
    isGranted: ({ text }) => text.includes(granted),
    sign: () => bearer,
    forgeries: () => forgeries,
  });
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
      toTarget('token-issuance-start', ['tokenIssuanceStart', '"faceVerified":"true"'], 'profile'),
      toTarget(
        'attribute-collection-start',
        ['attributeCollectionStart', '.continueWithDefaultBehavior"'],
        'name',
        'start',
      ),
      toTarget(
        'attribute-collection-submit',
        ['attributeCollectionSubmit', '.modifyAttributeValues"'],
        'receipt',
        'submit',
      ),
    ],
    async close() {
      await simulator.close();
      await rm(folder, { recursive: true });
    },
  };
}
