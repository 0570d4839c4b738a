import { beforeEach, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { createTestCore } from '../../support/benches/core.js';
import { eventually } from '../../support/run/eventually.js';
import { FaceError } from '../errors.js';
import type { Audit } from './ports.js';
import { audienceOf, issueReceipt, redeemReceipt } from './receipt.js';
import { epochMs } from './units.js';

let core: Awaited<ReturnType<typeof createTestCore>>;
beforeEach(async () => {
  core = await createTestCore();
});

const audience = 'https://face.example.com/hooks/work';
const issue = async (more: Partial<Parameters<typeof issueReceipt>[1]> = {}) => {
  const about = {
    connection: 'work',
    subject: 'ada',
    stepUpId: 's1',
    passedAt: core.clock.now(),
    accuracy: 4,
    isSandbox: false,
  } as const;
  const enrolmentProof = 'photo' as const;
  const check = {
    ...about,
    liveness: 0.9,
    presence: 'movement-1',
    methods: ['face'] as const,
    enrolmentProof,
    ...more,
  };
  return (await issueReceipt({ audience, nonce: 'n1' }, check, core.deps)).use((text) => text);
};
const expected = { audience, subject: 'ada', connection: 'work', by: 'event-1', takesCodes: false };
const refused = { code: 'receipt_invalid' };

test('a receipt states subject, time, accuracy and liveness, and is valid for two minutes', async () => {
  const nowSec = core.clock.now() / 1000;
  expect(decodeJwt(await issue())).toEqual({
    iss: core.deps.issuer,
    aud: audience,
    sub: 'ada',
    iat: nowSec,
    exp: nowSec + 120,
    jti: expect.any(String),
    nonce: 'n1',
    connection: 'work',
    txn: 's1',
    auth_time: nowSec,
    acr: 'face',
    amr: ['face'],
    accuracy: 4,
    liveness: 0.9,
    presence: 'movement-1',
    enrolment_proof: 'photo',
  });
  expect(audienceOf(core.deps.issuer, core.connection)).toBe(audience);
});

test('a receipt can be redeemed once, and again only for the same event', async () => {
  const receipt = await issue();
  const first = await redeemReceipt(receipt, expected, core.deps);
  expect(first).toEqual({ stepUpId: 's1', at: core.clock.now() / 1000, liveness: 0.9 });
  expect(await redeemReceipt(receipt, expected, core.deps)).toEqual(first);
  await expect(redeemReceipt(receipt, { ...expected, by: 'event-2' }, core.deps)).rejects.toMatchObject(refused);
  expect(core.audit.events.filter(({ action }) => action === 'receipt_redeemed')).toHaveLength(1);
});

test('a receipt redeemed while the audit trail fails is recorded once, as soon as the trail can be written', async () => {
  const receipt = await issue();
  const { audit } = core;
  let isFailing = true;
  const append: Audit['append'] = async (event) => {
    if (isFailing) throw new FaceError('state_unavailable');
    await audit.append(event);
  };
  const deps = { ...core.deps, audit: { ...audit, append } };
  await expect(redeemReceipt(receipt, expected, deps)).rejects.toMatchObject({ code: 'state_unavailable' });
  isFailing = false;
  const uses = () => audit.events.filter(({ action }) => action === 'receipt_redeemed');
  for (let times = 0; times < 2; times += 1) {
    expect(await redeemReceipt(receipt, expected, deps)).toMatchObject({ stepUpId: 's1' });
    await eventually(async () => expect(uses()).toHaveLength(1));
  }
});

test('a receipt is redeemed by only one of many concurrent events', async () => {
  const receipt = await issue();
  const taken = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => redeemReceipt(receipt, { ...expected, by: `event-${n}` }, core.deps)),
  );
  expect(taken.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('a receipt for a caller-held token is accepted only from a client of the connection’s or the default tenant', async () => {
  for (const source of ['api:default', 'api:work'])
    await redeemReceipt(await issue({ connection: source }), expected, core.deps);
  for (const source of ['api:play', 'play', 'default', '']) {
    await expect(redeemReceipt(await issue({ connection: source }), expected, core.deps)).rejects.toMatchObject(
      refused,
    );
  }
});

test('a receipt is refused if the store has lost data since it was issued, as it may have been used', async () => {
  const receipt = await issue();
  const state = { ...core.state, storeEpoch: async () => epochMs(core.clock.now() + 1000) };
  const refusal = { ...refused, detail: { reason: 'forgotten' } };
  await expect(redeemReceipt(receipt, expected, { ...core.deps, state })).rejects.toMatchObject(refusal);
});

test('a receipt is refused for another subject, audience or issuer, before its issue and after its expiry', async () => {
  const receipt = await issue();
  const others = [{ subject: 'eve' }, { audience: `${audience}/` }, { subject: '' }];
  for (const other of others) {
    await expect(redeemReceipt(receipt, { ...expected, ...other }, core.deps)).rejects.toMatchObject(refused);
  }
  const elsewhere = { ...core.deps, issuer: 'https://other.example.com' };
  await expect(redeemReceipt(receipt, expected, elsewhere)).rejects.toMatchObject(refused);
  core.clock.advanceSec(-60);
  await expect(redeemReceipt(receipt, expected, core.deps)).rejects.toMatchObject(refused);
  core.clock.advanceSec(60 + 119);
  await redeemReceipt(receipt, expected, core.deps);
  core.clock.advanceSec(1);
  await expect(redeemReceipt(receipt, expected, core.deps)).rejects.toMatchObject(refused);
});

test('a receipt of a fallback states that no face was checked, and is accepted only where fallbacks are accepted', async () => {
  const jws = await issue({ liveness: null, presence: null, methods: ['otp'] });
  expect(decodeJwt(jws)).toMatchObject({
    acr: 'another_way',
    amr: ['otp'],
    accuracy: null,
    liveness: null,
    presence: null,
  });
  await expect(redeemReceipt(jws, expected, core.deps)).rejects.toMatchObject({
    ...refused,
    detail: { reason: 'another_way' },
  });
  await expect(redeemReceipt(jws, { ...expected, takesCodes: true }, core.deps)).resolves.toMatchObject({
    liveness: null,
  });
});

test('a receipt of the sandbox has the claim sandbox, is redeemed at the sandbox connection and refused at another one', async () => {
  const receipt = await issue({ connection: 'api:default', isSandbox: true });
  expect(decodeJwt(receipt).sandbox).toBe(true);
  await expect(redeemReceipt(receipt, expected, core.deps)).rejects.toMatchObject(refused);
  const own = await issue({ connection: 'api:work', isSandbox: true });
  expect(await redeemReceipt(own, expected, core.deps)).toMatchObject({ stepUpId: 's1' });
});
