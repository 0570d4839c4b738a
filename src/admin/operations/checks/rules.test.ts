import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { providers } from '../../../../adapters/index.js';
import { startOktaSimulator } from '../../../../simulators/okta/index.js';
import { createManualClock } from '../../../../support/fakes/manual-clock.js';
import { createTextLog, systemRandom } from '../../../../support/fakes/sinks.js';
import { createFolder } from '../../../../support/run/folder.js';
import { attachHook } from '../../../../support/servers/okta-hooks.js';
import { loadSetup } from '../../../connections/setup.js';
import { connectionAdditions, sections } from '../../../extensions/index.js';
import { collectChecks } from '../doctor.js';

/* The doctor's check of the rules of a connection. */

const dataFolder = createFolder('rules-check');
const publicUrl = 'https://face.example.com';
const secret = 'a-secret-of-the-tests-0123456789-characters';

let okta: Awaited<ReturnType<typeof startOktaSimulator>>;
beforeEach(async () => {
  okta = await startOktaSimulator({});
  okta.org.groups.set('00gFinance0000000001', { name: 'finance', members: new Set() });
});
afterEach(() => okta.close());

/** Returns the check of the rules, or with another title, if there is one. */
async function examine(
  connection: { readonly kind: string } & Readonly<Record<string, unknown>>,
  title = 'Rules',
  send: typeof fetch = fetch,
) {
  const deps = { clock: createManualClock(), random: systemRandom, log: createTextLog(), fetch: send };
  const setup = await loadSetup(providers, {
    ...deps,
    sections,
    additions: connectionAdditions,
    env: { FACESTEP_CONFIG: 'of the test' },
    readFile: async () => JSON.stringify({ dataFolder, publicUrl, connections: [{ id: 'work', ...connection }] }),
    onSecretUsed: () => {},
  });
  const { checks } = await collectChecks({ setup, connection: setup.connections[0]!, switched: null }, deps);
  return checks.find((each) => each.title === title)?.run();
}

const ofOkta = (policy: object, oidc: object | null = null, title?: string, send?: typeof fetch) =>
  examine(
    {
      kind: 'okta',
      policy: { mode: 'shadow', ...policy },
      oidc,
      okta: okta.toSettings(`Bearer ${secret}`),
    },
    title,
    send,
  );

const finance = { name: 'Finance', when: { groups: ['finance'] }, mode: 'enforce', whenUnknown: 'deny' };
const phones = { name: 'Phones', when: { devices: ['phone'] }, mode: 'shadow', whenUnknown: 'policy' };
const unknownDevice =
  'rule "Phones": the condition "devices" is unknown to hook token: if no other condition is false, the policy decides (whenUnknown)';

const attachTokenHook = () =>
  attachHook(okta, {
    kind: 'token',
    uri: `${publicUrl}/hooks/work/token`,
    channel: { type: 'HTTP', header: 'authorization', secret: `Bearer ${secret}` },
  });

test('without rules and networks, the doctor says nothing of them', async () => {
  expect(await ofOkta({})).toBeUndefined();
});

test('the doctor counts the rules, and warns only of hooks that the provider calls', async () => {
  expect(await ofOkta({ rules: [finance, phones] })).toMatchObject({
    verdict: 'pass',
    found: '2 rules, 1 in enforce mode',
  });
  await attachTokenHook();
  expect(await ofOkta({ rules: [finance] })).toMatchObject({ verdict: 'pass', found: '1 rule, 1 in enforce mode' });
  expect(await ofOkta({ rules: [finance, phones] })).toMatchObject({
    verdict: 'warn',
    found: `2 rules, 1 in enforce mode; ${unknownDevice}`,
    remedy: 'See docs/rules.md.',
  });
});

test('the doctor fails for a group of an enforced rule that the provider does not have, and warns for one in shadow mode', async () => {
  const misspelt = { ...finance, when: { groups: ['finnance', 'Finance'] } };
  expect(await ofOkta({ rules: [misspelt] })).toMatchObject({
    verdict: 'fail',
    found:
      '1 rule, 1 in enforce mode; rule "Finance", group "finnance": the provider has no such group, or anyone may choose its name: use the id',
  });
  expect(await ofOkta({ rules: [{ ...misspelt, mode: 'shadow' }] })).toMatchObject({ verdict: 'warn' });
});

test('the doctor names the missing scope if the provider does not show its groups', async () => {
  const send: typeof fetch = async (input, init) =>
    new URL(input instanceof Request ? input.url : input).pathname === '/api/v1/groups'
      ? Response.json({ errorCode: 'E0000006' }, { status: 403 })
      : fetch(input, init);
  expect((await ofOkta({ rules: [finance] }, null, undefined, send))?.found).toContain(
    'rule "Finance", group "finance": not known if the provider has it (provider_refused); this needs okta.groups.read',
  );
});

test('the doctor says if no sign-in opens the camera, and nothing once the connection has an OpenID client', async () => {
  const start = 'Start of face checks';
  expect(await ofOkta({}, null, start)).toMatchObject({ verdict: 'manual' });
  const clients = [{ kind: 'okta_factor', id: 'factor', secret, orgUrls: ['https://acme.okta.com'] }];
  expect(await ofOkta({}, { clients }, start)).toBeUndefined();
});

test('the doctor warns that the functions of Amazon Cognito follow no rules', async () => {
  const requestSecret = `request-${secret}`;
  const found = await examine({
    kind: 'cognito',
    policy: { mode: 'enforce', rules: [{ name: 'Everyone', when: {}, mode: 'enforce' }] },
    cognito: {
      userPoolId: 'eu-central-1_AbCdEfGhI',
      clientIds: ['1example23456789'],
      triggers: { requestSecret },
    },
  });
  expect(found).toMatchObject({
    verdict: 'warn',
    found:
      '1 rule, 1 in enforce mode; the functions at the provider decide its own sign-ins without rules; only OpenID clients follow them',
  });
});
