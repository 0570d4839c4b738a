import { InitiateAuthCommand } from '@aws-sdk/client-cognito-identity-provider';
import { createCognitoAdapter } from '../../adapters/cognito/index.js';
import { startCognitoSimulator } from '../../simulators/cognito/index.js';
import type { AccountRecovery } from '../../src/core/ports.js';
import { serveAdapter } from '../support/servers/serve-adapter.js';
import { type RecoveryHarness, type RecoveryRow, runAccountRecoveryContract } from './account-recovery.js';
import { createBenchCore, endOnce } from './bench.js';
import { administer, toSettings } from './cognito.js';
import { openOneLoginBench } from './onelogin.js';

/* A provider is one row here. */

const password = 'Correct-Horse-9';

function required(port: AccountRecovery | null): AccountRecovery {
  if (port === null) throw new Error('no account recovery');
  return port;
}

async function setUpCognito(): Promise<RecoveryHarness> {
  const core = await createBenchCore();
  const simulator = await startCognitoSimulator({ now: () => core.clock.now() });
  const pool = await simulator.createPool();
  const administrator = administer(simulator, pool);
  const ClientId = await administrator.createAppClient({ ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH'] });
  const [one = '', other = '', inactive = ''] = await Promise.all(
    ['ada', 'grace', 'eve'].map((name) => administrator.createUser(name, password)),
  );
  pool.users.get('eve')!.enabled = false;
  const nameOf = (subject: string) => [...pool.users.values()].find(({ sub }) => sub === subject)!.username;
  const settings = toSettings(simulator, pool, [ClientId]);
  const stopProvider = endOnce(() => simulator.close());
  return {
    port: required(serveAdapter(createCognitoAdapter, { settings, core, fetch }).accountRecovery),
    subjects: { one, other, inactive, unknown: '00000000-0000-4000-a000-000000000000' },
    works: (subject, credential) =>
      administrator.client
        .send(
          new InitiateAuthCommand({
            ClientId,
            AuthFlow: 'USER_PASSWORD_AUTH',
            AuthParameters: { USERNAME: nameOf(subject), PASSWORD: credential },
          }),
        )
        .then(
          ({ ChallengeName }) => ChallengeName === 'NEW_PASSWORD_REQUIRED',
          () => false,
        ),
    logText: () => core.log.text(),
    stopProvider,
    async close() {
      await stopProvider();
      await core.state.close();
    },
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
    logText: () => bench.core.log.text(),
    stopProvider: bench.stopProvider,
    close: bench.close,
  };
}

const rows = {
  cognito: { kind: 'temporary_password', revoked: 'ended', setUp: setUpCognito },
  onelogin: { kind: 'mfa_token', revoked: 'expires', setUp: setUpOneLogin },
} satisfies Record<string, RecoveryRow>;

for (const [name, row] of Object.entries(rows)) runAccountRecoveryContract(name, row);
