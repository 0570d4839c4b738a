import { describe, expect, test } from '@jest/globals';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { oktaClients } from '../../support/data/okta-clients.js';
import { rightPassword } from '../../support/data/okta-events.js';
import { type Exchange, observeExchanges } from '../../support/servers/exchanges.js';
import { startFront } from '../../support/servers/front.js';
import type { ConnectionChanges } from '../contract/bench.js';
import { openOktaBench } from '../contract/okta.js';
import { startOktaServer } from '../contract/okta-server.js';
import { driveProfile } from './drive-profile.js';
import { judgeCalls } from './judgement.js';
import { readOktaDescription } from './okta-description.js';
import { createCallJudge } from './openapi.js';
import { findContract } from './report.js';

const contract = findContract('okta-management-openapi.yaml.gz');

(contract === null ? describe.skip : describe)('the calls between facestep and the simulated org', () => {
  test('match Okta’s OpenAPI description', async () => {
    const exchanges: Exchange[] = [];
    const hookCalls: Exchange[] = [];
    const bench = await openOktaBench(observeExchanges((exchange) => exchanges.push(exchange)));
    const server = await startOktaServer(bench);
    const front = await startFront(server.origin, { onExchange: (exchange) => hookCalls.push(exchange) });
    await driveAll(bench, front.url);
    const judge = createCallJudge(readOktaDescription(contract!));
    const differences = [
      ...judgeCalls(exchanges, judge.judge),
      ...judgeCalls(hookCalls, (call) => {
        const name = hookNames[call.path.split('/').at(-1) ?? ''];
        return name === undefined ? { operation: null, differences: [] } : judge.judgeHook(name, call);
      }),
    ];
    expect(differences).toEqual([]);
  });
});
/** What Okta calls the hooks, by the last part of our address. */
const hookNames: Readonly<Record<string, string>> = {
  token: 'create-token-hook',
  registration: 'create-registration-hook',
  saml: 'create-saml-hook',
  'password-import': 'CreatePasswordImportInlineHook',
};

const secret = 'a-secret-of-the-client-0123456789abcdef';
const newGroupId = (name: string): string => `00g${name.padStart(17, '0')}`;
const login = 'ada@example.com';
const password = 'correct horse';

/** Plan, apply, plan again, the doctor's checks, the profile, each hook, and sign-ins. */
async function driveAll(bench: Awaited<ReturnType<typeof openOktaBench>>, publicUrl: string): Promise<void> {
  const { okta } = bench;
  okta.org.attributes.clear();
  const clients = oktaClients(okta.url, secret);
  const settings: ConnectionChanges & { publicUrl: string } = {
    publicUrl,
    okta: {
      registration: { receiptIn: 'form' },
      provision: { registration: {}, saml: true, securityEventsProvider: true },
    },
    oidc: { clients },
    recovery: { mode: 'evaluation' },
  };
  const plan = async ({ steps }: Provisioning) => {
    for (const step of steps) await step.inspect();
  };
  const provisioning = bench.provision(settings);
  await plan(provisioning);
  for (const step of provisioning.steps) {
    if (step.title.startsWith('IdP Usage')) {
      const idp = [...okta.org.identityProviders.values()].find(({ type }) => type === 'OIDC');
      okta.setIdpUsage(idp!.id, 'FACTOR_ONLY');
    }
    const { state } = await step.inspect();
    if (state === 'missing' || state === 'different') await step.apply();
  }
  await plan(bench.provision(settings));
  for (const check of provisioning.checks) await check.run();

  const id = await okta.createUser({ login, password });
  await provisioning.census();
  const { profile, accountRecovery } = bench.connect();
  for (const name of ['one', 'two', 'three']) {
    okta.org.groups.set(newGroupId(name), { name, members: new Set([id]) });
  }
  await driveProfile(profile, { subject: id, groups: 3 });
  okta.org.roles.push({ type: 'HELP_DESK_ADMIN', label: 'Help Desk Administrator', holder: id });
  expect(await profile.readAdministratorRoles?.(id)).toHaveLength(1);
  await accountRecovery!.issueCredential(id);
  await accountRecovery!.revokeCredential(id, null);
  const passwords = bench.connect({ okta: { recovery: { credential: 'temporary_password', resetFactors: true } } });
  const alan = await okta.createUser({ login: 'turing@example.com', password });
  okta.org.users.get(alan)!.factors = ['push'];
  await passwords.accountRecovery!.issueCredential(alan);
  await passwords.accountRecovery!.revokeCredential(alan, null);

  await okta.signIn({ login, password });
  await bench.passStepUp(id);
  await okta.signIn({ login, password });
  for (const path of ['new', 'update']) {
    const userProfile = { login: 'grace@example.com', email: 'grace@example.com', firstName: 'G', lastName: 'H' };
    const form = path === 'new' ? { userProfile, password } : { login, userProfileUpdate: { nickName: 'A' } };
    await fetch(`${okta.url}/idp/idx/enroll/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(form),
    });
  }
  await okta.createUserToImport('alan@example.com');
  await okta.signIn({ login: 'alan@example.com', password: rightPassword });
  await okta.changeStatus(id, 'suspend');
  await okta.settleEvents();
}
