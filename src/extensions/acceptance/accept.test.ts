import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startEntraSimulator } from '../../../simulators/entra/index.js';
import { startOktaSimulator } from '../../../simulators/okta/index.js';
import { defineAttribute } from '../../../simulators/scim/directory.js';
import { startScimSimulator } from '../../../simulators/scim/index.js';
import { runInProcess } from '../../../support/benches/command.js';
import { fillLedger } from '../../../support/data/ledgered.js';
import { createFolder } from '../../../support/run/folder.js';
import { endAfterwards } from '../../../support/run/for-file.js';
import { adminKey } from '../../../support/servers/api-server.js';
import { type OperatedServer, startOperatedServer } from '../../../support/servers/operated-server.js';
import { applyAll } from '../../../test/contract/bench.js';
import { openCognitoBench, requestSecret } from '../../../test/contract/cognito.js';
import { toEntraConnection } from '../../../test/contract/entra.js';
import type { AuditEvent } from '../../core/audit-events.js';
import type { Connection } from '../../core/connection.js';
import type { Fetch } from '../../core/ports.js';
import { epochMs, toIso } from '../../core/units.js';
import { recordPassedStepUp } from '../../step-up/passed-step-up.js';

/* The command over HTTP, against simulated tenants and an administrator who does what it asks. */

const dataFolder = createFolder('accept');
const login = 'ada@example.com';
const former = 'fv1.former';

type Answers = Readonly<Record<string, (question: string) => Promise<string> | string>>;
const agrees: Answers = { 'Write 256': () => 'y', Issue: () => 'y' };
let runs = 0;
const toToken = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

async function openTenant(connection: object, send: Fetch = fetch) {
  const connected = new Map<string, Connection>();
  const toConnections = () => [{ id: 'work', policy: { mode: 'enforce' as const }, ...connection }];
  return startOperatedServer({ toConnections, fetch: send }, { dataFolder, connected });
}

/** Runs the command with an administrator who answers a question by its beginning, and nothing by default. */
async function accept({ server, setup }: OperatedServer, answers: Answers, given: object = {}) {
  mkdirSync(dataFolder, { recursive: true });
  const file = join(dataFolder, `report-${++runs}.json`);
  const ended = await runInProcess(['accept', '--login', login, '--out', file], {
    clock: server.clock,
    fetch,
    env: { FACESTEP_URL: server.origin, FACESTEP_ADMIN_KEY: adminKey },
    loadSetup: async () => setup(),
    holdSignals: () => new Promise(() => {}),
    readSecret: async (question) =>
      (await Object.entries(answers).find(([start]) => question.startsWith(start))?.[1](question)) ?? '',
    ...given,
  });
  const { lines, report } = JSON.parse(readFileSync(file, 'utf8'));
  const resultOf = (line: { line: string; result: string }) => [line.line, line.result];
  return { ...ended, report: String(report), lines, results: Object.fromEntries(lines.map(resultOf)) };
}

async function openOkta({ isSetUp }: { isSetUp: boolean }) {
  let clock = { now: Date.now };
  const okta = await startOktaSimulator({ hookTimeoutMs: 30_000, now: () => clock.now() });
  endAfterwards(() => okta.close());
  const subject = await okta.createUser({ login, password: 'first factor' });
  const auth = { kind: 'api_token', token: okta.apiToken };
  const hooks = { secret: { value: 'Bearer a-secret-of-the-tests-0123456789' } };
  const operated = await openTenant({ kind: 'okta', okta: { orgUrl: okta.url, auth, hooks } });
  const { server, setup } = operated;
  clock = server.clock;
  const adapter = await setup().connections[0]!.createAdapter(server.origin);
  if (isSetUp) await applyAll(await adapter.createProvisioning());
  const { profile } = okta.org.users.get(subject)!;
  profile.facestepToken = former;
  let token = '';
  let isRefused = false;
  const signIn = async (): Promise<string> => {
    server.clock.advanceSec(1);
    const signedIn = await okta.signIn({ login, password: 'first factor' });
    isRefused = !signedIn.ok;
    token = signedIn.ok ? signedIn.accessToken : token;
    const noted = server.audit.events.slice(-1).map((event) => ({ event: event as AuditEvent, hoursAgo: 0 }));
    await fillLedger(server, noted);
    return 'y';
  };
  const answers: Answers = {
    ...agrees,
    'Sign the test user in': signIn,
    'The hook refused': () => (isRefused ? 'y' : 'n'),
    async 'Check the face'() {
      const signedInto = { application: okta.application, address: null };
      const pass = { stepUpId: 'step-up-1', liveness: 1, presence: 'movement-1', methods: ['face'] } as const;
      const passed = { ...pass, passedAt: server.clock.now(), judgedBy: 'challenge', signIn: signedInto } as const;
      const { policy } = setup().connections[0]!;
      await recordPassedStepUp({ connection: 'work', subject }, passed, policy, server.deps);
      return signIn();
    },
    Paste: () => token,
  };
  return { okta, operated, answers, subject, profile };
}

test('a tenant as stated passes, and the report is signed and names no person', async () => {
  const { operated, answers, subject, profile } = await openOkta({ isSetUp: true });
  const { exitCode, lines, report, printed } = await accept(operated, answers);
  expect(lines.filter(({ result }: { result: string }) => result !== 'as_stated')).toEqual([]);
  expect(lines).toHaveLength(9);
  expect(exitCode).toBe(0);
  expect(profile.facestepToken).toBe(former);
  const { server } = operated;
  const keys = createRemoteJWKSet(new URL(`${server.origin}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(report, keys, { issuer: server.deps.issuer, typ: 'facestep-contract+jwt' });
  expect(payload).toMatchObject({ provider: 'okta', version: expect.any(String) });
  expect(JSON.stringify(payload.lines)).toBe(JSON.stringify(lines));
  const told = JSON.stringify(payload) + printed.join();
  for (const personal of [login, subject, former]) expect(told).not.toContain(personal);
});

test('an org that does not call the hook differs', async () => {
  const { okta, operated, answers } = await openOkta({ isSetUp: true });
  okta.org.hooks.clear();
  okta.org.eventHooks.clear();
  const { exitCode, results } = await accept(operated, answers);
  expect(results).toMatchObject({
    hook_registered: 'differs',
    hook_called: 'differs',
    hook_refuses: 'not_seen',
    hook_accepts: 'not_seen',
    claim: 'not_seen',
    events: 'differs',
  });
  expect(exitCode).toBe(1);
});

test('a sign-in that the provider allows despite a refusal differs, as does a check that the hook does not accept', async () => {
  const { operated, answers } = await openOkta({ isSetUp: true });
  const { results } = await accept(operated, {
    ...answers,
    'The hook refused': () => 'n',
    'Check the face': answers['Sign the test user in']!,
    Paste: () => toToken({ iat: 9_999_999_999, face_verification: { result: 'verified' } }),
  });
  expect(results).toMatchObject({
    hook_called: 'as_stated',
    hook_refuses: 'differs',
    hook_accepts: 'differs',
    claim: 'not_seen',
  });
});

test.each([
  ['older than the sign-in', -30, { face_verification: { result: 'verified' } }, 'not_seen'],
  ['that names another result', 30, { face_verification: { result: 'refused' } }, 'differs'],
  ['without the claim', 30, {}, 'differs'],
])('a token %s is not as stated', async (_, sec, claims, expected) => {
  const { operated, answers } = await openOkta({ isSetUp: true });
  const Paste = () => toToken({ iat: Math.floor(operated.server.clock.now() / 1000) + sec, ...claims });
  const { results } = await accept(operated, { ...answers, Paste });
  expect(results).toMatchObject({ hook_accepts: 'as_stated', claim: expected });
});

test('without answers, and after a stop, nothing is changed', async () => {
  const { operated, profile } = await openOkta({ isSetUp: true });
  Object.defineProperty(profile, 'facestepToken', { value: former, writable: false, enumerable: true });
  expect((await accept(operated, {})).results).toMatchObject({
    permissions: 'as_stated',
    attribute: 'not_seen',
    hook_called: 'not_seen',
  });
  const stopped = await accept(operated, agrees, { holdSignals: async () => {} });
  expect(stopped.results).toMatchObject({ attribute: 'not_seen', groups: 'not_seen' });
  expect(stopped.told.join()).toContain('wait until changes');
});

test('the first signal stops the command, and no later one ends it while it takes a change back', async () => {
  const terminal = new URL('../../cli/terminal.js', import.meta.url).href;
  const script = `import { holdSignals } from '${terminal}';
    process.stdin.once('data', () => process.exit(7));
    holdSignals().then(() => console.log('stops'));
    console.log('waits');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGHUP');
  await once(child.stdout, 'data');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGINT'] as const) child.kill(signal);
  child.stdin.write('restored');
  expect(await once(child, 'exit')).toEqual([7, null]);
});

test('a report in a folder that does not exist is refused before any check', async () => {
  const args = ['accept', '--login', login, '--out', join(dataFolder, 'none', 'report.json')];
  const { exitCode, told } = await runInProcess(args, { clock: { now: () => epochMs(0) } });
  expect([exitCode, told.join()]).toEqual([2, expect.stringContaining('none does not exist')]);
});

async function openEntra(roles?: readonly string[]) {
  const entra = await startEntraSimulator({ kind: 'external', hookTimeoutMs: 30_000 });
  endAfterwards(() => entra.close());
  const daemon = entra.addDaemon(roles);
  entra.addExtension(daemon.clientId, 'facestepToken');
  entra.addUser({ mail: login });
  const recovery = { mode: 'on', owners: ['owner@example.com'] };
  const connection = { ...toEntraConnection(entra, daemon), id: 'work', recovery };
  return { entra, operated: await openTenant(connection, entra.fetch) };
}

test('Entra: a pass that is revoked is listed no more, unless the tenant keeps it', async () => {
  const { entra, operated } = await openEntra();
  const expected = { attribute: 'as_stated', groups: 'as_stated' };
  const { results, lines } = await accept(operated, agrees);
  expect(results).toMatchObject({ ...expected, recovery: 'as_stated' });
  expect(lines[0].seen).toBe('Steps of provisioning: 6 read, 2 by hand and not checked.');
  entra.tenant.keepsDeletedPasses = true;
  expect((await accept(operated, agrees)).results).toMatchObject({ ...expected, recovery: 'differs' });
});

test('Cognito: a sign-in that the functions do not report is not seen, and a verified face is accepted', async () => {
  const { simulator, pool, administrator } = await openCognitoBench();
  const subject = await administrator.createUser(login, 'First-factor-1');
  pool.users.get(login)!.attributes.set('custom:face_token', former);
  const credentials = { kind: 'static', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
  const clientIds = [await administrator.createAppClient()];
  const cognito = { userPoolId: pool.id, clientIds, endpoint: simulator.url, credentials, triggers: { requestSecret } };
  const operated = await openTenant({ kind: 'cognito', cognito });
  const answers: Answers = {
    'Sign the test user in, without a face check. The decision log can take a minute.': () => 'y',
    async 'Sign the test user in, with a'() {
      operated.server.clock.advanceSec(1);
      const decided = { outcome: 'verified', at: 1, stepUpId: 'step-up-1', liveness: 1 } as const;
      const detail = { hook: 'verify-auth-challenge', ...decided, decidedAt: toIso(operated.server.clock.now()) };
      const event: AuditEvent = { action: 'hook_decided', connection: 'work', subject, detail };
      await fillLedger(operated.server, [{ event, hoursAgo: 0 }]);
      return 'y';
    },
  };
  const { results, lines } = await accept(operated, answers);
  expect(results).toMatchObject({ hook_called: 'not_seen', hook_refuses: 'not_seen', hook_accepts: 'as_stated' });
  expect(JSON.stringify(lines)).toContain('The functions logged no decision.');
});

test('Entra: objects that may not be read differ', async () => {
  const { operated } = await openEntra(['User.Read.All']);
  expect((await accept(operated, agrees)).results).toMatchObject({ permissions: 'differs', attribute: 'differs' });
});

test.each([
  ['holds 256 characters', 4096, null, 'as_stated'],
  ['cuts after 128 characters', 128, null, 'differs'],
  ['fails after the write', 4096, 2, 'differs'],
])('SCIM: the former value is restored on a server that %s', async (_, length, failing, result) => {
  const scim = await startScimSimulator();
  endAfterwards(() => scim.close());
  const schema = 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User';
  scim.directory.extensions.set(schema, [defineAttribute('token')]);
  scim.directory.attributeMaxCharacters = length;
  const id = scim.addUser(login);
  const values = new Map([['token', former]]);
  scim.directory.users.get(id)!.extensions.set(schema, values);
  let writes = 0;
  const operated = await openTenant(
    { kind: 'scim', scim: { baseUrl: scim.baseUrl, auth: { kind: 'bearer', token: scim.bearer } } },
    async (url, init) => {
      const answer = await fetch(url, init);
      if (init?.method === 'PATCH') writes += 1;
      const fails = url.includes('groups') ? failing !== null : init?.method === 'PATCH' && writes === failing;
      return fails ? new Response('{}', { status: 501 }) : answer;
    },
  );
  expect((await accept(operated, agrees)).results).toMatchObject({
    attribute: result,
    groups: failing === null ? 'as_stated' : 'differs',
  });
  expect(values.get('token')).toBe(former);
});
