import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEntraSimulator } from '../../../simulators/entra/index.js';
import { eventsServiceAppId, signToken } from '../../../simulators/entra/tenant.js';
import { subjectOfIdentifier } from '../../../src/core/connection.js';
import { type BenchProvider, createReceipts } from './provider.js';

export async function openEntra(policy: object): Promise<BenchProvider> {
  const entra = await startEntraSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'facestep-entra-'));
  await writeFile(join(folder, 'entra.pem'), entra.cert);
  const { id: tenantId, issuer } = entra.tenant;
  const clientId = randomUUID();
  const claims = { iss: issuer, aud: clientId, azp: eventsServiceAppId, tid: tenantId, ver: '2.0' };
  const authorization = `Bearer ${await signToken(entra.tenant, claims, Date.now())}`;
  const headers = { authorization };
  const toUserId = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const toEmail = (n: number) => `entra-${n}@example.com`;
  const receiptAttribute = `extension_${clientId.replaceAll('-', '')}_receipt`;
  const toSubmitted = (n: number) => `entra-submit-${n}@example.com`;
  const receipts = createReceipts('entra', toSubmitted);
  const toIdentities = (email: string) => [
    { signInType: 'email', issuer: 'contoso.onmicrosoft.com', issuerAssignedId: email },
  ];
  const toEvent = (
    event: string,
    correlationId: string,
    { user, ...data }: { user?: object; userSignUpInfo?: object },
  ) => ({
    headers,
    body: JSON.stringify({
      type: `microsoft.graph.authenticationEvent.${event}`,
      data: {
        tenantId,
        authenticationContext: { correlationId, client: { ip: '192.0.2.1', locale: 'en-us' }, user },
        ...data,
      },
    }),
  });
  return {
    connection: {
      id: 'entra',
      kind: 'entra',
      policy,
      entra: {
        tenantId,
        clientId,
        auth: { kind: 'secret', secret: 'unused' },
        endpoints: { login: entra.url, graph: entra.url },
        hooks: { signUp: { receiptAttribute } },
      },
    },
    env: { NODE_EXTRA_CA_CERTS: join(folder, 'entra.pem') },
    subjects: (n) => [toUserId(n), subjectOfIdentifier(toEmail(n))],
    loads: (url) => [
      {
        provider: 'entra',
        hook: 'token-issuance-start',
        url: `${url}/hooks/entra/token-issuance-start`,
        grantedText: '"faceVerified":"true"',
        toCall: (n, id = `event-${n}`) =>
          toEvent('tokenIssuanceStart', id, { user: { id: toUserId(n), userType: 'Member' } }),
      },
      {
        provider: 'entra',
        hook: 'attribute-collection-start',
        url: `${url}/hooks/entra/attribute-collection-start`,
        grantedText: '.continueWithDefaultBehavior"',
        toCall: (n, id = `event-${n}`) =>
          toEvent('attributeCollectionStart', id, {
            userSignUpInfo: { attributes: {}, identities: toIdentities(toEmail(n)) },
          }),
      },
      {
        provider: 'entra',
        hook: 'attribute-collection-submit',
        url: `${url}/hooks/entra/attribute-collection-submit`,
        grantedText: '.modifyAttributeValues"',
        prepare: receipts.prepare,
        receiptSubject: toSubmitted,
        toCall: (n, id = `event-${n}`, receipt = receipts.of(n)) =>
          toEvent('attributeCollectionSubmit', id, {
            userSignUpInfo: {
              attributes: { [receiptAttribute]: { value: receipt } },
              identities: toIdentities(toSubmitted(n)),
            },
          }),
      },
    ],
    async close() {
      await entra.close();
      await rm(folder, { recursive: true });
    },
  };
}
