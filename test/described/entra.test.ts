import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Provisioning } from '../../src/connections/provisioning.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import { projectRoot } from '../../support/run/paths.js';
import { type Exchange, observeExchanges } from '../../support/servers/exchanges.js';
import { startFront } from '../../support/servers/front.js';
import { startHooks } from '../../support/servers/hook-server.js';
import { applyAll } from '../contract/bench.js';
import { type EntraBench, openEntraBench } from '../contract/entra.js';
import { readForm, startExternalMfaBench } from '../oidc/external-mfa-bench.js';
import { readCsdl } from './csdl.js';
import { driveProfile } from './drive-profile.js';
import { findInCallout, findInEvent } from './entra-callouts.js';
import { judgeCall } from './graph-calls.js';
import { judgeCalls } from './judgement.js';
import { findContract } from './report.js';

const contract = findContract('graph-v1.0-csdl.xml.gz');

(contract === null ? describe.skip : describe)('the calls between facestep and the simulated tenants', () => {
  test('match the description of Microsoft Graph and the documented callouts', async () => {
    const exchanges: Exchange[] = [];
    const callouts: Exchange[] = [];
    const onServer = observeExchanges((exchange) => exchanges.push(exchange));
    const bench = await openEntraBench({ throttledEvery: 5, onServer });
    await driveTenant(bench, (exchange) => callouts.push(exchange));
    await driveExternalMfa(onServer);

    const csdl = readCsdl(contract!);
    expect(judgeCalls(exchanges, (call) => judgeCall(csdl, call))).toEqual([]);
    const toJudgement = (call: Exchange) => ({ operation: call.path, differences: findInCallout(call) });
    expect(judgeCalls(callouts, toJudgement)).toEqual([]);
    // The description is of Graph alone; sign-ins and their keys are not in it.
    const ofGraph = exchanges.filter(({ path }) => path.startsWith('/v1.0/'));
    const described = ofGraph.map((call) => judgeCall(csdl, call).operation);
    expect(described).not.toContain(null);
    const wanted = [
      'POST /v1.0/identity/customAuthenticationExtensions',
      'GET /v1.0/identity/authenticationEventsFlows',
      'POST /v1.0/identity/authenticationEventListeners',
      'PATCH /v1.0/identity/authenticationEventListeners/{id}',
      'PATCH /v1.0/users/{id}',
      'POST /v1.0/users/{id}/revokeSignInSessions',
      'POST /v1.0/users/{id}/authentication/externalAuthenticationMethods',
      'POST /v1.0/users/{id}/authentication/temporaryAccessPassMethods',
      'DELETE /v1.0/users/{id}/authentication/temporaryAccessPassMethods/{id}',
    ];
    expect(described).toEqual(expect.arrayContaining(wanted));
    expect(callouts.map(({ path }) => path.split('/').at(-1))).toEqual(
      expect.arrayContaining(['token-issuance-start', 'attribute-collection-start', 'attribute-collection-submit']),
    );
  });
});

test('the event fixtures match Microsoft’s documentation', () => {
  const folder = join(projectRoot, 'adapters/entra/fixtures');
  const found = readdirSync(folder).flatMap((file) => {
    const hook = /^(token-issuance-start|attribute-collection-start|attribute-collection-submit)/.exec(file)?.[0] ?? '';
    // Samples name some things instead of giving them.
    const text = readFileSync(join(folder, file), 'utf8').replace('<resourceAppguid>', '0'.repeat(36));
    return findInEvent(hook, JSON.parse(text)).map((line) => `${file}: ${line}`);
  });
  expect(found).toEqual([]);
});

/** Plan, apply, plan again, the doctor's checks, the profile, each hook, and sign-ins, in an external tenant. */
async function driveTenant(bench: EntraBench, onCallout: (exchange: Exchange) => void): Promise<void> {
  const { entra, daemon, receiptAttribute } = bench;
  const client = entra.addClientApp({ acceptMappedClaims: false });
  entra.addUserFlow('Customers', { applications: [client], inputs: [receiptAttribute] });
  const settings = {
    entra: { attribute: `extension_${daemon.clientId.replaceAll('-', '')}_described`, externalDomain: 'contoso' },
    hooks: { appId: daemon.clientId, clientApps: [client], signUp: { receiptAttribute, userFlow: 'Customers' } },
    policy: { whenUnverified: 'omit_claim' },
    recovery: { mode: 'evaluation' },
  };
  const { hooks, profile, accountRecovery } = bench.connect(settings);
  const { port, stop } = await startHooks(new Map([['customers', hooks]]));
  const front = await startFront(`http://127.0.0.1:${port}`, { onExchange: onCallout });
  const publicUrl = front.url;
  try {
    await setUp(bench.provision(settings, publicUrl));
    for (const check of bench.provision(settings, publicUrl).checks) await check.run();
    // A server that has moved, and a policy that lost a claim, are changed in place.
    await setUp(bench.provision(settings, 'https://face2.example.com'));
    await setUp(bench.provision(settings, publicUrl));

    // A listener whose extension was deleted is pointed to the new one.
    for (const [id, extension] of entra.tenant.customExtensions)
      if (extension['@odata.type'].endsWith('SubmitCustomExtension')) entra.tenant.customExtensions.delete(id);
    await setUp(bench.provision(settings, publicUrl));

    const ada = entra.addUser({ mail: 'ada@example.com' });
    await bench.provision(settings, publicUrl).census();
    const guest = entra.addUser({ mail: 'grace@example.com', userType: 'Guest' });
    for (const name of ['one', 'two', 'three']) entra.addGroup([ada.id], undefined, name);
    await driveProfile(profile, { subject: ada.id, groups: 3 });
    ada.managerId = guest.id;
    entra.addDirectoryRole('Reports Reader', [ada.id]);
    expect(await profile.readAdministratorRoles?.(ada.id)).toEqual(['Reports Reader']);
    await profile.findManager?.(ada.id);
    await profile.findManager?.(guest.id);
    // A call that Graph refused with status 503 may have issued a pass, so only the person tries again.
    const issue = () => accountRecovery!.issueCredential(ada.id);
    const { id } = await issue().catch(issue);
    await accountRecovery!.revokeCredential(ada.id, id);
    await accountRecovery!.revokeCredential(ada.id, null);

    await bench.passStepUp(ada.id);
    const results = [
      await entra.signIn({ appId: client, userId: ada.id }),
      await entra.signIn({ appId: client, userId: guest.id }),
      await entra.signInApp(client),
    ];
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true]);
    const provision = (signUp: object) =>
      setUp(bench.provision({ ...settings, hooks: { ...settings.hooks, signUp } }, publicUrl));
    await signUp(bench, client, provision);
  } finally {
    await front.close();
    await stop();
  }
}

/** Sign-ups that are blocked and that are let through, before the form and after it. */
async function signUp(bench: EntraBench, appId: string, provision: (signUp: object) => Promise<void>): Promise<void> {
  const { entra, receiptAttribute } = bench;
  const email = 'new@example.com';
  const form = (receipt: string) => ({
    appId,
    email,
    attributes: { [receiptAttribute]: receipt, displayName: 'N', yearOfBirth: 1990, newsletter: false },
  });
  const { signUpListeners } = entra.tenant;
  signUpListeners.clear();
  await provision({ userFlow: 'Customers' });
  expect(await entra.signUp(form('none'))).toMatchObject({ ok: false, page: 'block' });
  await bench.passStepUp(subjectOfIdentifier(email), 'step-up-2');
  expect(await entra.signUp(form('none'))).toMatchObject({ ok: true });
  signUpListeners.clear();
  await provision({ receiptAttribute, userFlow: 'Customers' });
  expect(await entra.signUp(form('none'))).toMatchObject({ ok: false, page: 'validation' });
  expect(await entra.signUp(form(await bench.issueReceipt(email)))).toMatchObject({ ok: true });
}

/** A tenant that is set up for External MFA, and a sign-in through it. */
async function driveExternalMfa(onServer: ReturnType<typeof observeExchanges>): Promise<void> {
  const bench = await startExternalMfaBench({ onServer });
  const user = bench.addUser('ada');
  const { registration } = bench.provisioning;
  const group = bench.entra.addGroup([user.id]);
  for (const registrant of [
    ...(await registration!.findRegistrants(null)),
    ...(await registration!.findRegistrants(group)),
  ]) {
    if (!(await registration!.isRegistered(registrant))) await registration!.register(registrant);
  }
  for (const check of bench.provisioning.checks) await check.run();
  await bench.enrol(user.id, 'ada');
  const browser = bench.newBrowser();
  const camera = await bench.post(browser, await bench.start(user.id));
  const shown = await bench.show(browser, camera.url, 'ada');
  const { fields } = readForm(await browser.follow(shown.returnUrl));
  expect(await bench.entra.finishExternalMfa(fields)).toMatchObject({ passed: true });
}

async function setUp(provisioning: Provisioning): Promise<void> {
  for (const state of await applyAll(provisioning)) expect(['ready', 'manual']).toContain(state);
}
