import { randomUUID } from 'node:crypto';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { createEntraConnectionGuard } from '../../adapters/entra/config.js';
import { createEntraAdapter } from '../../adapters/entra/index.js';
import { startEntraSimulator } from '../../simulators/entra/index.js';
import type { AccountRecovery, Fetch } from '../../src/core/ports.js';
import { serveAdapter } from '../../support/servers/serve-adapter.js';
import { type RecoveryHarness, type RecoveryRow, runAccountRecoveryContract } from './account-recovery.js';
import { createBenchCore, createEnds } from './bench.js';
import { openCognitoBench, toSettings } from './cognito.js';
import { toEntraConnection } from './entra.js';
import { openOktaBench } from './okta.js';
import { openOneLoginBench } from './onelogin.js';

/* A provider is one row here. */

const password = 'Correct-Horse-9';

function required(port: AccountRecovery | undefined): AccountRecovery {
  if (port === undefined) throw new Error('no account recovery');
  return port;
}

async function setUpCognito(): Promise<RecoveryHarness> {
  const core = await createBenchCore();
  const { simulator, pool, administrator, stopProvider } = await openCognitoBench({ now: () => core.clock.now() });
  const ClientId = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] });
  const [one = '', other = '', inactive = ''] = await Promise.all(
    ['ada', 'grace', 'eve'].map((name) => administrator.createUser(name, password)),
  );
  pool.users.get('eve')!.enabled = false;
  const nameOf = (subject: string) => [...pool.users.values()].find(({ sub }) => sub === subject)!.username;
  const settings = toSettings(simulator, pool, [ClientId]);
  return {
    port: required(serveAdapter(createCognitoAdapter, { settings, core, fetch }).accountRecovery),
    subjects: { one, other, inactive, unknown: '00000000-0000-4000-a000-000000000000' },
    async works(subject, credential) {
      const { outcome } = await administrator.signIn(ClientId, nameOf(subject), credential);
      return outcome === 'NEW_PASSWORD_REQUIRED';
    },
    ...createEnds(core, stopProvider),
  };
}

async function setUpOneLogin(): Promise<RecoveryHarness> {
  const bench = await openOneLoginBench();
  const { account, addUser, signIn } = bench.onelogin;
  const add = (username: string) => addUser({ username, password, policyId: bench.facePolicyId });
  const [one, other, inactive] = ['one@example.com', 'other@example.com', 'inactive@example.com'].map(add);
  account.users.get(inactive!)!.status = 2;
  return {
    port: required(bench.adapter.accountRecovery),
    subjects: { one: String(one), other: String(other), inactive: String(inactive), unknown: '99999999' },
    async works(subject, mfaToken) {
      const id = Number(subject);
      const held = account.mfaTokens.get(id);
      const { username: identifier } = account.users.get(id)!;
      const { ok } = await signIn({ identifier, password, mfaToken });
      // A use ends the token, so it is put back.
      if (held !== undefined) account.mfaTokens.set(id, held);
      return ok;
    },
    toMalformed: (credential) => [{ mfa_token: [credential], message: credential }],
    answerIssue(answer) {
      const send: Fetch = async (url, init) => (url.endsWith('/mfa_token') ? answer() : fetch(url, init));
      return required(bench.connect({ fetch: send }).accountRecovery);
    },
    ...bench.ends,
  };
}

async function setUpEntra(): Promise<RecoveryHarness> {
  const core = await createBenchCore();
  const entra = await startEntraSimulator({ now: () => core.clock.now() });
  const daemon = entra.addDaemon([
    'User.ReadWrite.All',
    'UserAuthMethod-TAP.ReadWrite.All',
    'Policy.Read.AuthenticationMethod',
  ]);
  const [one, other, inactive] = ['ada', 'grace', 'eve'].map((name) => entra.addUser({ mail: `${name}@example.com` }));
  inactive!.accountEnabled = false;
  const settings = createEntraConnectionGuard([]).parse(toEntraConnection(entra, daemon));
  // The adapter retries calls to Graph without waiting.
  const create = (deps: Parameters<typeof createEntraAdapter>[0]) => createEntraAdapter(deps, async () => undefined);
  const connect = (send: Fetch) => required(serveAdapter(create, { settings, core, fetch: send }).accountRecovery);
  return {
    port: connect(entra.fetch),
    subjects: { one: one!.id, other: other!.id, inactive: inactive!.id, unknown: randomUUID() },
    works: async (subject, pass) => entra.isPassAlive(pass) && entra.tenant.passes.get(subject)?.value === pass,
    toMalformed(pass) {
      const values = { temporaryAccessPass: pass, lifetimeInMinutes: 60, isUsableOnce: true, isUsable: true };
      const whole = { id: randomUUID(), ...values, error: { code: 'badRequest', message: `pass ${pass}` } };
      return [{ id: '' }, { isUsable: 'no' }, { isUsable: false, methodUsabilityReason: 'x y' }].map((change) => ({
        ...whole,
        ...change,
      }));
    },
    answerIssue: (answer) =>
      connect(async (url, init) =>
        init.method === 'POST' && url.includes('temporaryAccess') ? answer() : entra.fetch(url, init),
      ),
    ...createEnds(core, () => entra.close()),
  };
}

const setUpOkta =
  (credential: 'temporary_access_code' | 'temporary_password') => async (): Promise<RecoveryHarness> => {
    const bench = await openOktaBench();
    const { okta } = bench;
    const add = (name: string) => okta.createUser({ login: `${name}@example.com`, password });
    const [one = '', other = '', inactive = ''] = await Promise.all(['ada', 'grace', 'eve'].map(add));
    const { users, codes } = okta.org;
    users.get(inactive)!.status = 'SUSPENDED';
    const connect = (send: Fetch) =>
      required(bench.connect({ okta: { recovery: { credential } }, fetch: send }).accountRecovery);
    return {
      port: connect(fetch),
      subjects: { one, other, inactive, unknown: '00u1ab2cd3ef4gh5ij67' },
      works: async (subject, issued) =>
        okta.isCredentialAlive(issued) &&
        [codes.get(subject)?.value, users.get(subject)?.password].some((own) => own === issued),
      toMalformed: (text) => [
        {
          id: '',
          tempPassword: 1,
          tac: text,
          errorSummary: text,
          profile: { tac: text, multiUse: text },
          errorCode: text,
        },
      ],
      answerIssue: (answer) =>
        connect(async (url, init) =>
          /\/tac$|expire_password_with_temp_password/.test(url) ? answer() : fetch(url, init),
        ),
      ...bench.ends,
    };
  };

const rows = {
  entra: { kind: 'temporary_access_pass', revoked: 'ended', setUp: setUpEntra },
  'okta, a code': { kind: 'temporary_access_code', revoked: 'ended', setUp: setUpOkta('temporary_access_code') },
  'okta, a password': { kind: 'temporary_password', revoked: 'ended', setUp: setUpOkta('temporary_password') },
  cognito: { kind: 'temporary_password', revoked: 'ended', setUp: setUpCognito },
  onelogin: { kind: 'mfa_token', revoked: 'expires', setUp: setUpOneLogin },
} satisfies Record<string, RecoveryRow>;

for (const [name, row] of Object.entries(rows)) runAccountRecoveryContract(name, row);
