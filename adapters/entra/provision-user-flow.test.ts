import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Daemon, type EntraSimulator, startEntraSimulator } from '../../simulators/entra/index.js';
import type { UserFlow } from '../../simulators/entra/tenant.js';
import type { Provisioning } from '../../src/connections/provisioning.js';
import type { Fetch } from '../../src/core/ports.js';
import { whileAdministering } from '../../src/core/resilience.js';
import { diagnose } from '../../support/benches/diagnose.js';
import { applyAll, statesOf } from '../../test/contract/bench.js';
import { provisionEntra, toEntraConnection } from '../../test/contract/entra.js';
import { createManualClock } from '../../test/contract/state.js';
import { createGraphClient } from './client.js';
import { createEntraConnectionGuard } from './config.js';

const clock = createManualClock();
const receiptAttribute = `extension_${'0'.repeat(32)}_receipt`;
const before = 'User flow "Customers": face check before the form';
const after = 'User flow "Customers": face check after the form';
const formTitle = 'User flow "Customers": attribute of the form';

let entra: EntraSimulator;
let daemon: Daemon;
let client: string;
let flow: UserFlow;
beforeEach(async () => {
  entra = await startEntraSimulator({ kind: 'external', now: () => clock.now(), lateSec: 12, throttledEvery: 7 });
  daemon = entra.addDaemon();
  client = entra.addClientApp();
  entra.addUserFlow('Staff', { applications: [entra.addClientApp()], inputs: [] });
  flow = entra.addUserFlow('Customers', { applications: [client], inputs: ['email', receiptAttribute] });
});
afterEach(() => entra.close());

const connect = (
  signUp: object = { userFlow: 'Customers' },
  { by = daemon, fetch = entra.fetch }: { by?: Daemon; fetch?: Fetch } = {},
): Provisioning => provisionEntra(toEntraConnection(entra, by, { hooks: { signUp } }), { clock, fetch });

const stepOf = (title: string, { steps }: Provisioning) => steps.find((step) => step.title === title)!;
const inspect = (title: string, provisioning = connect()) => stepOf(title, provisioning).inspect();
const check = async (title: string, provisioning = connect()) =>
  (await diagnose(provisioning.checks)).find((finding) => finding.title === title);

const listeners = () => [...entra.tenant.signUpListeners.values()];
const extensionOf = (event: 'Start' | 'Submit') =>
  [...entra.tenant.customExtensions.values()].find((each) =>
    each['@odata.type'].endsWith(`AttributeCollection${event}CustomExtension`),
  )!;

/** Adds an extension and a listener of another product. */
function addTheirs(given: { authenticationEventsFlowId: string | null; appId: string | null }): void {
  const extension = { ...extensionOf('Start'), id: randomUUID(), displayName: 'theirs' };
  const endpointConfiguration = { ...extension.endpointConfiguration, targetUrl: 'https://other.example/x' };
  entra.tenant.customExtensions.set(extension.id, { ...extension, endpointConfiguration });
  const { appId, authenticationEventsFlowId } = given;
  const id = randomUUID();
  entra.tenant.signUpListeners.set(id, {
    id,
    '@odata.type': '#microsoft.graph.onAttributeCollectionStartListener',
    displayName: null,
    authenticationEventsFlowId,
    conditions: appId === null ? null : { applications: { includeApplications: [{ appId }] } },
    handler: {
      '@odata.type': '#microsoft.graph.onAttributeCollectionStartCustomExtensionHandler',
      customExtension: { id: extension.id },
    },
  });
}

describe('a user flow that the configuration names', () => {
  test('is planned, and then asks our extension before the form; a second run changes nothing', async () => {
    expect(await inspect(before)).toMatchObject({ state: 'missing', changes: [expect.stringContaining('Customers')] });
    expect(listeners()).toEqual([]);
    await applyAll(connect());
    const made = listeners();
    expect(made).toMatchObject([
      {
        '@odata.type': '#microsoft.graph.onAttributeCollectionStartListener',
        displayName: 'facestep workforce attribute-collection-start',
        authenticationEventsFlowId: flow.id,
        handler: { customExtension: { id: extensionOf('Start').id } },
      },
    ]);
    const states = await statesOf(connect());
    expect(states.filter((state) => state !== 'ready' && state !== 'manual')).toEqual([]);
    await applyAll(connect());
    expect(listeners()).toEqual(made);
    expect(await check(before)).toMatchObject({ verdict: 'pass' });
    entra.tenant.signUpListeners.clear();
    expect(await check(before)).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('--apply') });
  });

  test('can be named by its id', async () => {
    await applyAll(connect({ userFlow: flow.id.toUpperCase() }));
    expect(listeners()).toMatchObject([{ authenticationEventsFlowId: flow.id }]);
  });

  test('asks after the form if the form has a receipt, and only then', async () => {
    const provisioning = connect({ userFlow: 'Customers', receiptAttribute });
    await applyAll(provisioning);
    expect(listeners()).toMatchObject([
      {
        '@odata.type': '#microsoft.graph.onAttributeCollectionSubmitListener',
        handler: { customExtension: { id: extensionOf('Submit').id } },
      },
    ]);
    expect(await inspect(after, provisioning)).toEqual({ state: 'ready' });
    expect(await inspect(formTitle, provisioning)).toEqual({ state: 'ready' });
    const other = `extension_${'1'.repeat(32)}_receipt`;
    expect(await inspect(formTitle, connect({ userFlow: 'Customers', receiptAttribute: other }))).toMatchObject({
      state: 'manual',
      instructions: [expect.stringContaining(other)],
    });
  });

  test('is blocked if it already asks our extension at the other moment', async () => {
    await applyAll(connect());
    const provisioning = connect({ userFlow: 'Customers', receiptAttribute });
    await applyAll(provisioning);
    expect(await inspect(after, provisioning)).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining('counts once'),
    });
    expect(listeners()).toHaveLength(1);
  });

  test('is asked for if it does not exist', async () => {
    const missing = { userFlow: 'Partners' };
    const title = before.replace('Customers', 'Partners');
    await applyAll(connect(missing));
    expect(await inspect(title, connect(missing))).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining('"Partners"'),
      remedy: expect.stringContaining('userFlow'),
    });
    expect(listeners()).toEqual([]);
  });

  test('is left to an administrator if the configuration names none', async () => {
    expect(await inspect('User flow of the sign-up', connect({}))).toMatchObject({ state: 'manual' });
  });
});

describe('a listener', () => {
  test('of ours that asks a deleted extension is pointed to the present one', async () => {
    await applyAll(connect());
    const former = extensionOf('Start').id;
    entra.tenant.customExtensions.delete(former);
    expect(await inspect(before)).toMatchObject({ state: 'different' });
    await applyAll(connect());
    expect(await inspect(before)).toEqual({ state: 'ready' });
    expect(listeners()).toMatchObject([{ handler: { customExtension: { id: extensionOf('Start').id } } }]);
    expect(extensionOf('Start').id).not.toBe(former);
  });

  test('of ours that asks another extension is pointed to ours', async () => {
    await applyAll(connect());
    addTheirs({ authenticationEventsFlowId: null, appId: randomUUID() });
    const [ours, theirs] = listeners();
    const mine = ours!.handler.customExtension.id;
    ours!.handler.customExtension.id = theirs!.handler.customExtension.id;
    expect(await inspect(before)).toMatchObject({ state: 'different', changes: [expect.stringContaining('"theirs"')] });
    await applyAll(connect());
    expect(listeners()[0]).toMatchObject({ handler: { customExtension: { id: mine } } });
    expect(listeners()[1]).toEqual(theirs);
  });

  test('of another product for the flow, or for an application of the flow, is never changed', async () => {
    await applyAll(connect());
    for (const given of [
      { authenticationEventsFlowId: flow.id, appId: null },
      { authenticationEventsFlowId: null, appId: client },
    ]) {
      entra.tenant.signUpListeners.clear();
      addTheirs(given);
      const kept = structuredClone(listeners());
      await applyAll(connect());
      expect(await inspect(before)).toMatchObject({ state: 'blocked', reason: expect.stringContaining('"theirs"') });
      expect(await check(before)).toMatchObject({ verdict: 'fail', remedy: expect.stringContaining('User flows') });
      expect(listeners()).toEqual(kept);
    }
  });

  test('of another product for other applications is not in the way', async () => {
    await applyAll(connect({}));
    addTheirs({ authenticationEventsFlowId: null, appId: randomUUID() });
    const [kept] = structuredClone(listeners());
    await applyAll(connect());
    expect(await inspect(before)).toEqual({ state: 'ready' });
    expect(listeners()).toHaveLength(2);
    expect(listeners()[0]).toEqual(kept);
  });

  test('without a visible extension is ready if it has our name, otherwise the step is manual', async () => {
    const hiding: Fetch = async (url, init) => {
      const response = await entra.fetch(url, init);
      if (init.method !== 'GET' || !url.includes('/authenticationEventListeners') || !response.ok) return response;
      const text = (await response.text()).replaceAll(/,"customExtension":\{[^}]*\}/g, '');
      return new Response(text, { status: response.status, headers: response.headers });
    };
    await applyAll(connect({ userFlow: 'Customers' }, { fetch: hiding }));
    expect(await inspect(before, connect({ userFlow: 'Customers' }, { fetch: hiding }))).toEqual({ state: 'ready' });
    expect(listeners()).toHaveLength(1);
    listeners()[0]!.displayName = null;
    expect(await inspect(before, connect({ userFlow: 'Customers' }, { fetch: hiding }))).toMatchObject({
      state: 'manual',
    });
  });
});

describe('a handler of the user flow itself', () => {
  test('that calls our extension makes the step ready', async () => {
    await applyAll(connect({}));
    flow.onAttributeCollectionStart = extensionOf('Start').id;
    await applyAll(connect());
    expect(await inspect(before)).toEqual({ state: 'ready' });
    expect(listeners()).toEqual([]);
  });

  test('that calls another extension blocks the step', async () => {
    await applyAll(connect({}));
    const theirs = { ...extensionOf('Start'), id: randomUUID(), displayName: 'theirs' };
    entra.tenant.customExtensions.set(theirs.id, {
      ...theirs,
      endpointConfiguration: { ...theirs.endpointConfiguration, targetUrl: 'https://other.example/x' },
    });
    flow.onAttributeCollectionStart = theirs.id;
    expect(await inspect(before)).toMatchObject({ state: 'blocked', reason: expect.stringContaining('"theirs"') });
  });

  test('that calls our extension at the other moment blocks the step', async () => {
    const provisioning = connect({ userFlow: 'Customers', receiptAttribute });
    await applyAll(provisioning);
    flow.onAttributeCollectionStart = extensionOf('Start').id;
    expect(await inspect(after, provisioning)).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining('counts once'),
    });
  });
});

test('a missing permission is named, and nothing is changed', async () => {
  const poor = entra.addDaemon([
    'User.ReadWrite.All',
    'Application.ReadWrite.All',
    'AppRoleAssignment.ReadWrite.All',
    'CustomAuthenticationExtension.ReadWrite.All',
  ]);
  const provisioning = connect({ userFlow: 'Customers' }, { by: poor });
  await expect(inspect(before, provisioning)).rejects.toMatchObject({
    code: 'provider_refused',
    detail: { status: 403, call: 'GET /identity/authenticationEventsFlows' },
  });
  await applyAll(provisioning).catch(() => {});
  const remedy = expect.stringContaining('EventListener.ReadWrite.All');
  expect(await check(before, provisioning)).toMatchObject({ verdict: 'warn', remedy });
  expect(listeners()).toEqual([]);
});

test('the simulated Graph refuses listeners that do not match its description', async () => {
  await applyAll(connect({}));
  const { entra: settings } = createEntraConnectionGuard([]).parse(toEntraConnection(entra, daemon));
  const send = createGraphClient(settings, entra.fetch, { patience: whileAdministering, sleep: async () => {} });
  const good = {
    '@odata.type': '#microsoft.graph.onAttributeCollectionStartListener',
    authenticationEventsFlowId: flow.id,
    handler: {
      '@odata.type': '#microsoft.graph.onAttributeCollectionStartCustomExtensionHandler',
      customExtension: { id: extensionOf('Start').id },
    },
  };
  const post = async (body: object) =>
    (await send({ method: 'POST', path: '/identity/authenticationEventListeners', body: { ...good, ...body } })).status;
  for (const odd of [
    { '@odata.type': '#microsoft.graph.onAttributeCollectionSubmitListener' },
    { authenticationEventsFlowId: randomUUID() },
    { handler: { ...good.handler, customExtension: { id: randomUUID() } } },
    { handler: { ...good.handler, '@odata.type': '#microsoft.graph.onTokenIssuanceStartCustomExtensionHandler' } },
    { conditions: { applications: { includeApplications: [] } } },
    { priority: 500 },
  ]) {
    expect(await post(odd)).toBe(400);
  }
  expect(await post({})).toBe(201);
});
