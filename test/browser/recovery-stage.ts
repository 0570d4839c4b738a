import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createOktaConnectionGuard } from '../../adapters/okta/config.js';
import { createOktaProvisioning } from '../../adapters/okta/provision.js';
import { createReceiptVerifier } from '../../client/index.js';
import { findFreePort } from '../../examples/demo/free-port.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import { startOktaSimulator } from '../../simulators/okta/index.js';
import { startOneLoginSimulator } from '../../simulators/onelogin/index.js';
import { defineAttribute } from '../../simulators/scim/directory.js';
import { startScimSimulator } from '../../simulators/scim/index.js';
import type { JsonObject } from '../../src/core/base/json.js';
import { withDatabase } from '../../src/storage/state/sqlite.js';
import { type ServerUnderTest, startServerUnderTest } from '../../support/browser/server.js';
import { eventually } from '../../support/run/eventually.js';
import { createProcessDeps } from '../contract/bench.js';
import { openCognitoBench, toSettings } from '../contract/cognito.js';
import { attribute as oneloginAttribute } from '../contract/onelogin.js';
import { name as scimName, schema as scimSchema } from '../contract/scim.js';

export const login = 'ada@example.com';
/** More people at Okta. Each has one token only, so connections to the same org need different people. */
export const logins = {
  org: 'mira@example.com',
  trial: 'theo@example.com',
  administrator: 'root@example.com',
} as const;
const password = 'Correct-Horse-9';
const newSecret = () => randomBytes(32).toString('base64url');
/** Page of a company's own program, which gets a receipt. */
export const returnUrl = 'https://directory.example.com/recovered';

/** A provider where people recover accounts. */
export interface Provider {
  readonly connection: JsonObject;
  readonly environment?: Readonly<Record<string, string>>;
  readonly subject: string;
  /** Returns true if the person can sign in with the credential. */
  works(credential: string): boolean | Promise<boolean>;
  close(): Promise<void>;
}

async function openEntra(): Promise<Provider> {
  const entra = await startEntraSimulator();
  const daemon = entra.addDaemon();
  entra.addExtension(daemon.clientId, 'facestepToken');
  const user = entra.addUser({ mail: login });
  // The simulated tenant has a certificate of this run.
  const folder = await mkdtemp(join(tmpdir(), 'facestep-entra-'));
  const certificate = join(folder, 'certificate.pem');
  await writeFile(certificate, entra.cert);
  return {
    connection: {
      kind: 'entra',
      entra: entra.toSettings(daemon),
    },
    environment: { NODE_EXTRA_CA_CERTS: certificate },
    subject: user.id,
    works: (pass) => entra.isPassAlive(pass),
    async close() {
      await entra.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Opens an org with ordinary people and an administrator. */
async function openOkta() {
  const okta = await startOktaSimulator();
  const connection = {
    kind: 'okta',
    okta: okta.toSettings(`Bearer ${newSecret()}`),
  };
  const [attributeStep] = createOktaProvisioning({
    settings: createOktaConnectionGuard([]).parse({ ...connection, id: 'okta', policy: { mode: 'shadow' } }),
    publicUrl: 'http://localhost',
    ...createProcessDeps(),
  }).steps;
  await attributeStep!.apply();
  const add = (name: string) => okta.createUser({ login: name, password });
  const administrator = await add(logins.administrator);
  okta.org.roles.push({ type: 'SUPER_ADMIN', label: 'Super Administrator', holder: administrator });
  return {
    connection,
    subject: await add(login),
    others: { org: await add(logins.org), trial: await add(logins.trial), administrator },
    works: (code: string) => okta.isCredentialAlive(code),
    close: () => okta.close(),
  } satisfies Provider & { readonly others: Readonly<Record<keyof typeof logins, string>> };
}

async function openCognito(): Promise<Provider> {
  const { simulator, pool, administrator, stopProvider } = await openCognitoBench();
  const ClientId = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] });
  const { userPoolId, clientIds, endpoint } = toSettings(simulator, pool, [ClientId]).cognito;
  const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: newSecret() };
  return {
    connection: {
      kind: 'cognito',
      cognito: {
        userPoolId,
        clientIds: [...clientIds],
        endpoint: String(endpoint),
        credentials: { kind: 'static', ...credentials },
        triggers: { requestSecret: newSecret() },
      },
    },
    subject: await administrator.createUser(login, password),
    async works(credential) {
      return (await administrator.signIn(ClientId, login, credential)).outcome === 'NEW_PASSWORD_REQUIRED';
    },
    close: stopProvider,
  };
}

async function openOneLogin(): Promise<Provider> {
  const onelogin = await startOneLoginSimulator();
  onelogin.account.fields.push({
    id: 85_306,
    name: 'Face enrolment token',
    shortname: oneloginAttribute,
    position: 1,
  });
  const facePolicyId = onelogin.addPolicy({ name: 'Face', factors: ['trusted_idp'] });
  return {
    connection: {
      kind: 'onelogin',
      onelogin: onelogin.toSettings(newSecret(), facePolicyId),
    },
    subject: String(onelogin.addUser({ username: login, password, policyId: facePolicyId })),
    works: async (mfaToken) => (await onelogin.signIn({ identifier: login, password, mfaToken })).ok,
    close: () => onelogin.close(),
  };
}

async function openScim(): Promise<Provider> {
  const scim = await startScimSimulator();
  scim.directory.extensions.set(scimSchema, [defineAttribute(scimName)]);
  return {
    connection: { kind: 'scim', scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } } },
    subject: scim.addUser(login),
    works: () => false,
    close: () => scim.close(),
  };
}

const policy = { mode: 'enforce', liveness: 'movement', notices: true } as const;
const recovery = { mode: 'on', secondThings: ['help_desk'], quietDays: 1 } as const;
const everyThing = ['recovery_code', 'other_email', 'phone', 'known_device', 'help_desk', 'manager'] as const;
/** A long name without spaces, as German authorities have them. */
export const organisation = 'Grundstücksverkehrsgenehmigungszuständigkeitsbehörde Nord';

const recoveriesGuard = z.object({
  recoveries: z.array(z.object({ id: z.string(), connection: z.string(), stage: z.string() })),
});
const keyGuard = z.object({ key: z.string() });
const messageGuard = z.object({ to: z.string(), text: z.string() });

export type ProviderName = 'entra' | 'okta' | 'cognito' | 'onelogin' | 'scim';

/** Starts the server with a connection to each provider, and `org` and `trial` at Okta too. */
export async function startRecoveryStage(photo: Uint8Array) {
  const [entra, okta, cognito, onelogin, scim] = await Promise.all([
    openEntra(),
    openOkta(),
    openCognito(),
    openOneLogin(),
    openScim(),
  ]);
  const providers: Readonly<Record<ProviderName, Provider>> = { entra, okta, cognito, onelogin, scim };
  const own = {
    org: {
      ...okta.connection,
      claims: { private_mail: 'secondEmail', boss: 'managerId' },
      policy: { ...policy, organisation, anotherWay: { recoveryCodes: true } },
      recovery: {
        ...recovery,
        secondThings: [...everyThing],
        emailClaim: 'private_mail',
        managerClaim: 'boss',
        privileged: { action: 'two_approvals', delayHours: 1, takesKeys: true },
        owners: ['owner@example.com'],
      },
    },
    trial: { ...okta.connection, policy, recovery: { ...recovery, mode: 'evaluation' } },
  };
  const connections = [
    ...Object.entries(providers).map(([id, { connection }]) => ({
      id,
      ...connection,
      policy,
      recovery: id === 'scim' ? { ...recovery, returnUrl } : recovery,
    })),
    ...Object.entries(own).map(([id, connection]) => ({ id, ...connection })),
  ];
  const server: ServerUnderTest = await startServerUnderTest({
    port: await findFreePort(),
    environment: entra.environment ?? {},
    connections,
  });
  const data = server.environment.FACESTEP_DATA ?? '';
  const callAdmin = async (path: string, body: JsonObject, key = server.environment.FACESTEP_ADMIN_KEY ?? '') => {
    const headers = { 'content-type': 'application/json', 'x-admin-key': key };
    const response = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const listRecoveries = async (connection: string, key: string): Promise<unknown> =>
    (await fetch(`${server.url}/recoveries?connection=${connection}`, { headers: { 'x-admin-key': key } })).json();
  /** Enrols a person, by default so that the enrolment looks old: recovery waits for days after a new one. */
  const enrol = async (connection: string, subject: string, age: 'old' | 'new' = 'old'): Promise<void> => {
    await server.enrol(connection, subject, [photo]);
    if (age === 'new') return;
    // The server may be writing.
    await eventually(() =>
      withDatabase(join(data, 'state.db'), (database) => {
        database.prepare('delete from record where key = ?').run(`enrolment-made:${connection}:${subject}`);
        // A face of unknown age counts as new.
        const aged = "json_set(value, '$.enrolledAt', json_extract(value, '$.enrolledAt') - 864000000)";
        database.prepare(`update record set value = ${aged} where key = ?`).run(`consent:${connection}:${subject}`);
      }),
    );
  };
  const agents = await Promise.all(
    ['grace', 'joan'].map(async (name) =>
      keyGuard.parse(await callAdmin('/administrators', { name, role: 'help-desk' })),
    ),
  );
  for (const [id, { subject }] of Object.entries(providers)) await enrol(id, subject);
  await enrol('org', okta.others.org);
  await enrol('org', okta.others.administrator);
  await enrol('trial', okta.others.trial, 'new');
  return {
    ...server,
    providers,
    /** Lets one or two agents approve the newest recovery of a connection. */
    async approve(connection: string, number: string, times: 1 | 2 = 1) {
      for (const { key } of agents.slice(0, times)) {
        const { recoveries } = recoveriesGuard.parse(await listRecoveries(connection, key));
        const waiting = recoveries.find(({ stage }) => stage === 'approval');
        await callAdmin(`/recoveries/${waiting?.id}/approve`, { number }, key);
      }
    },
    /** Returns the link "this was not me" of the newest message, which waits in the outbox. */
    async notMeLink() {
      const messages = (await readFile(join(data, 'outbox.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => messageGuard.parse(JSON.parse(line)));
      const newest = messages.findLast(({ to, text }) => to === login && text.includes('/face/not-me'));
      return /http\S+not-me\S+/.exec(newest?.text ?? '')?.[0] ?? '';
    },
    receipts: createReceiptVerifier({
      issuer: server.url,
      audience: new URL(returnUrl).origin,
      keys: { jwksUri: `${server.url}/.well-known/jwks.json`, fetch },
      clock: Date,
    }),
    async close() {
      await server.close();
      for (const { close } of Object.values(providers)) await close();
    },
  };
}
