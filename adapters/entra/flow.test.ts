import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { RawReply } from '../../src/connections/hook.js';
import { subjectOfIdentifier } from '../../src/core/connection.js';
import type { Json } from '../../src/errors.js';
import { toStartEvent, toSubmitEvent, toTokenIssuanceEvent } from '../../support/data/entra-events.js';
import { toBody } from '../../support/data/event-body.js';
import type { ServedAdapter } from '../../support/servers/serve-adapter.js';
import { askHook } from '../../test/contract/adapter.js';
import {
  isClaimed,
  isShown,
  isTaken,
  openEntraBench,
  tokenIssuanceReplyGuard,
  withBearer,
} from '../../test/contract/entra.js';

const bench = await openEntraBench();
let bearer = await bench.createBearer();
const { partner } = bench;
const tenantId = bench.entra.tenant.id;

const ada = randomUUID();
const email = 'ada@example.com';
const ask = (hook: string, body: unknown, by: ServedAdapter = bench.adapter, token = bearer) =>
  askHook(by, hook, withBearer(token, toBody(body)));
const freshId = () => randomUUID();
const notVerified = {
  status: 200,
  body: { data: { actions: [{ claims: { faceVerified: 'false' } }] } },
};
const actionOf = ({ body }: RawReply): Json =>
  JSON.parse(JSON.stringify(body))?.data?.actions?.[0]?.['@odata.type'] ?? null;

describe('token issuance', () => {
  const askAbout = (user: string, by?: ServedAdapter, correlationId = freshId()) =>
    ask('token-issuance-start', toTokenIssuanceEvent(tenantId, user, correlationId), by);

  test('returns the time and the method of the face check as text claims', async () => {
    await bench.passStepUp(ada);
    const reply = await askAbout(ada);
    expect(reply.body).toEqual({
      data: {
        '@odata.type': 'microsoft.graph.onTokenIssuanceStartResponseData',
        actions: [
          {
            '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken',
            claims: {
              faceVerified: 'true',
              faceVerifiedAt: String(bench.clock.now() / 1000),
              faceMethods: ['face', 'liveness'],
            },
          },
        ],
      },
    });
    expect(await askAbout(ada)).toMatchObject(notVerified);
  });

  test('returns the same claims for a minute to calls with the same correlation id', async () => {
    const correlationId = freshId();
    await bench.passStepUp(ada);
    const first = await askAbout(ada, bench.adapter, correlationId);
    bench.clock.advanceSec(59);
    expect(await askAbout(ada, bench.adapter, correlationId)).toEqual(first);
    expect(isClaimed(first)).toBe(true);
    bearer = await bench.createBearer();
  });

  test('verifies one sign-in per correlation id: another application or address is unverified', async () => {
    const event = toTokenIssuanceEvent(tenantId, ada, freshId());
    const { authenticationContext } = event.data;
    const other = (change: object) =>
      ask('token-issuance-start', {
        ...event,
        data: { ...event.data, authenticationContext: { ...authenticationContext, ...change } },
      });
    await bench.passStepUp(ada);
    expect(isClaimed(await ask('token-issuance-start', event))).toBe(true);
    expect(isClaimed(await ask('token-issuance-start', event))).toBe(true);
    const appId = 'd1b2c3d4-0000-1111-2222-333344445555';
    expect(await other({ clientServicePrincipal: { appId } })).toMatchObject(notVerified);
    expect(await other({ client: { ip: '198.51.100.9' } })).toMatchObject(notVerified);
    expect(await other({ client: null })).toMatchObject(notVerified);
  });

  test('is never verified for an application without a user', async () => {
    for (const user of [undefined, null]) {
      const event = toTokenIssuanceEvent(tenantId, ada, freshId());
      const reply = await ask('token-issuance-start', {
        ...event,
        data: { ...event.data, authenticationContext: { correlationId: freshId(), user } },
      });
      expect(reply).toMatchObject(notVerified);
    }
  });

  test('is unverified and consumes no pass if the event names a tenant other than the caller’s', async () => {
    await bench.passStepUp(ada);
    const foreign = toTokenIssuanceEvent(partner.id, ada, freshId());
    expect(await ask('token-issuance-start', foreign)).toMatchObject(notVerified);
    expect(isClaimed(await askAbout(ada.toUpperCase()))).toBe(true);
  });

  test('uses only the passes of the user’s own tenant if several tenants are configured', async () => {
    const both = bench.connect({ hooks: { tenants: [tenantId, partner.id] } });
    const theirs = await bench.createBearer({}, partner);
    const askTheirs = () => ask('token-issuance-start', toTokenIssuanceEvent(partner.id, ada, freshId()), both, theirs);
    await bench.passStepUp(ada);
    expect(isClaimed(await askTheirs())).toBe(false);
    await bench.passStepUp(`${partner.id}/${ada}`);
    expect(isClaimed(await askTheirs())).toBe(true);
    expect(isClaimed(await askAbout(ada, both))).toBe(true);
  });

  test('a call for one hook is refused at another hook', async () => {
    await bench.passStepUp(ada);
    expect(await ask('token-issuance-start', toStartEvent(tenantId, email, freshId()))).toMatchObject(notVerified);
    expect(isShown(await ask('attribute-collection-start', toTokenIssuanceEvent(tenantId, ada, freshId())))).toBe(
      false,
    );
  });

  test('is stopped with a status other than 200 if the policy denies', async () => {
    const strict = bench.connect({ policy: { whenUnverified: 'deny', whenUnavailable: 'deny' } });
    const stranger = randomUUID();
    expect(await askAbout(stranger, strict)).toEqual({ status: 403, body: null });
    expect(await ask('token-issuance-start', {}, strict)).toEqual({ status: 403, body: null });
    expect(strict.hooks['token-issuance-start']!.refuse('state_unavailable')).toEqual({ status: 503, body: null });
    await bench.passStepUp(stranger);
    expect(isClaimed(await askAbout(stranger, strict))).toBe(true);
    // An application's own token has no face to deny.
    const event = toTokenIssuanceEvent(tenantId, stranger, freshId());
    const own = { ...event, data: { ...event.data, authenticationContext: { correlationId: freshId() } } };
    expect(await ask('token-issuance-start', own, strict)).toMatchObject(notVerified);
  });

  test('returns the configured fallback before the timeout if the state store hangs or is down', async () => {
    const hanging = { ...bench.core.state, readMany: () => new Promise<never>(() => {}) };
    const down = { ...bench.core.state, readMany: () => Promise.reject(new Error('disk on fire')) };
    for (const state of [hanging, down]) {
      expect(await askAbout(ada, bench.connect({ core: { state } }))).toMatchObject(notVerified);
      const strict = bench.connect({ core: { state }, policy: { whenUnavailable: 'deny' } });
      const reply = await askAbout(ada, strict);
      expect(tokenIssuanceReplyGuard.safeParse(reply).error).toBeUndefined();
      expect(reply.status).not.toBe(200);
    }
  });
});

describe('sign-up before the form', () => {
  const start = (address: string, by?: ServedAdapter) =>
    ask('attribute-collection-start', toStartEvent(tenantId, address, freshId()), by);

  test('is blocked even if the policy omits claims, also with a pass of an existing user or without an address', async () => {
    expect(isShown(await start(email))).toBe(false);
    await bench.passStepUp(email);
    expect(isShown(await start(email))).toBe(false);
    const federated = [{ signInType: 'federated', issuer: 'idp.example', issuerAssignedId: email }];
    await bench.passStepUp(subjectOfIdentifier(email));
    for (const identities of [undefined, null, [], [{}], federated, [{ signInType: 'email' }]]) {
      const event = toStartEvent(tenantId, email, freshId());
      const reply = await ask('attribute-collection-start', {
        ...event,
        data: { ...event.data, userSignUpInfo: { attributes: {}, identities } },
      });
      expect(actionOf(reply)).toBe('microsoft.graph.attributeCollectionStart.showBlockPage');
    }
    expect(isShown(await start(email))).toBe(true);
  });
});

describe('sign-up with the form', () => {
  const submit = (receipt: string, { address = email, correlationId = freshId(), by = bench.adapter } = {}) =>
    ask('attribute-collection-submit', toSubmitEvent(bench, { email: address, receipt, correlationId }), by);
  const validation = 'microsoft.graph.attributeCollectionSubmit.showValidationError';
  const block = 'microsoft.graph.attributeCollectionSubmit.showBlockPage';

  test('accepts a receipt once and removes it from the form', async () => {
    const receipt = await bench.issueReceipt(email);
    const correlationId = freshId();
    const taken = await submit(receipt, { correlationId });
    expect(taken.body).toMatchObject({ data: { actions: [{ attributes: { [bench.receiptAttribute]: '' } }] } });
    // Entra's second try of the same call.
    expect(await submit(receipt, { correlationId })).toEqual(taken);
    expect(actionOf(await submit(receipt))).toBe(validation);
  });

  test('reports the field of a missing, wrong, foreign or expired receipt', async () => {
    const good = await bench.issueReceipt(email);
    const [header = '', payload = '', signature = ''] = good.split('.');
    const none = Buffer.from('{"alg":"none","typ":"facestep-receipt+jwt"}').toString('base64url');
    const late = await bench.issueReceipt(email);
    for (const receipt of [
      'x',
      `${header}.${payload}.`,
      `${none}.${payload}.${signature}`,
      good.slice(0, -8),
      await bench.issueReceipt('grace@example.com'),
      await bench.issueReceipt(email, 'https://face.example.com/hooks/other'),
      bearer,
    ]) {
      const reply = await submit(receipt);
      expect(actionOf(reply)).toBe(validation);
      expect(reply.body).toMatchObject({
        data: { actions: [{ attributeErrors: { [bench.receiptAttribute]: expect.any(String) } }] },
      });
    }
    expect(actionOf(await submit(''))).toBe(validation);
    expect(isTaken(await submit(good))).toBe(true);
    bench.clock.advanceSec(151);
    bearer = await bench.createBearer();
    expect(actionOf(await submit(late))).toBe(validation);
  });

  test('is blocked if no input of the user can succeed', async () => {
    const receipt = await bench.issueReceipt(email);
    const hanging = { ...bench.core.state, write: () => new Promise<never>(() => {}) };
    expect(actionOf(await submit(receipt, { by: bench.connect({ core: { state: hanging } }) }))).toBe(block);
    expect(actionOf(await ask('attribute-collection-submit', { type: 'x' }))).toBe(block);
    const foreign = { ...toSubmitEvent(bench, { email, receipt, correlationId: freshId() }) };
    const reply = await ask('attribute-collection-submit', {
      ...foreign,
      data: { ...foreign.data, tenantId: partner.id },
    });
    expect(actionOf(reply)).toBe(block);
    expect(isTaken(await submit(receipt))).toBe(true);
  });
});
