import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import { Credential } from '../../src/core/secrets.js';
import { createManualClock } from '../../test/contract/state.js';
import {
  createOpenStepUpRequest,
  requestLifeSec,
  signStepUpRequest,
  toReceiptAudience,
  verifyCaller,
} from './caller.js';

const secret = 'a secret of the service and its triggers';
const settings = {
  userPoolId: 'eu-central-1_AbCdEfGhI',
  clientIds: ['client-one', 'client-two'],
  issuer: 'https://face.example.com',
  connection: 'customers',
  requestSecret: new Credential(secret),
  previousRequestSecret: undefined,
  passwordless: true,
};
const clock = createManualClock();
const open = createOpenStepUpRequest(settings, { clock, noteUse: () => {} });
const asked = { subject: 'a-sub', clientId: 'client-one', nonce: 'a-nonce', isPasswordless: false };
const untrusted = { code: 'caller_untrusted' };

describe('the signed step-up request of a trigger', () => {
  test('returns the data that the trigger signed', async () => {
    const request = await signStepUpRequest({ ...asked, now: clock.now() }, settings);
    expect(request.length).toBeLessThan(1024);
    expect(await open(request)).toEqual({
      subject: 'a-sub',
      nonce: 'a-nonce',
      issuedAt: Math.floor(clock.now() / 1000),
      expiresAt: clock.now() + requestLifeSec * 1000,
      audience: toReceiptAudience({ userPoolId: settings.userPoolId, clientId: 'client-one' }),
      isAfterFirstFactor: true,
    });
  });

  test.each([false, true])(
    'is accepted under the previous secret, and the use is reported: no password %s',
    async (isPasswordless) => {
      const used: string[] = [];
      const noteUse = (use: string): void => void used.push(use);
      const both = createOpenStepUpRequest(
        { ...settings, requestSecret: new Credential(`new ${secret}`), previousRequestSecret: settings.requestSecret },
        { clock, noteUse },
      );
      const of = { ...asked, isPasswordless };
      const byOld = await signStepUpRequest({ ...of, now: clock.now() }, settings);
      expect(await both(byOld)).toMatchObject({ subject: 'a-sub' });
      expect(used).toEqual(['previous']);
      const requestSecret = new Credential(`new ${secret}`);
      const byNew = await signStepUpRequest({ ...of, now: clock.now() }, { ...settings, requestSecret });
      expect(await both(byNew)).toMatchObject({ subject: 'a-sub' });
      const byNone = { ...settings, requestSecret: new Credential(`third ${secret}`) };
      await expect(both(await signStepUpRequest({ ...of, now: clock.now() }, byNone))).rejects.toMatchObject(untrusted);
      expect(used).toEqual(['previous', 'current']);
    },
  );

  test.each(['true', 'false'] as const)(
    'without a password is opened only if the connection accepts that: %s',
    async (accepted) => {
      const other = createOpenStepUpRequest(
        { ...settings, passwordless: accepted === 'true' },
        { clock, noteUse: () => {} },
      );
      const opening = other(await signStepUpRequest({ ...asked, isPasswordless: true, now: clock.now() }, settings));
      if (accepted === 'true') expect(await opening).toMatchObject({ subject: 'a-sub', isAfterFirstFactor: false });
      else await expect(opening).rejects.toMatchObject(untrusted);
    },
  );

  test.each([
    ['another secret', { requestSecret: new Credential(`${secret} `) }],
    ['another pool', { userPoolId: 'eu-central-1_Another00' }],
    ['another service', { issuer: 'https://evil.example.com' }],
    ['another connection', { connection: 'workforce' }],
  ])('is refused if signed with %s', async (_, change) => {
    for (const isPasswordless of [false, true]) {
      const by = { ...settings, ...change };
      const request = await signStepUpRequest({ ...asked, isPasswordless, now: clock.now() }, by);
      await expect(open(request)).rejects.toMatchObject(untrusted);
    }
  });

  test('is refused for an app client that is not configured', async () => {
    const request = await signStepUpRequest({ ...asked, clientId: 'client-three', now: clock.now() }, settings);
    await expect(open(request)).rejects.toMatchObject(untrusted);
  });

  test('is refused after its expiry and before its time of issue', async () => {
    const later = createManualClock();
    const requests = await Promise.all(
      [false, true].map((isPasswordless) =>
        signStepUpRequest({ ...asked, isPasswordless, now: later.now() }, settings),
      ),
    );
    const openLater = createOpenStepUpRequest(settings, { clock: later, noteUse: () => {} });
    later.advanceSec(requestLifeSec + 31);
    for (const request of requests) await expect(openLater(request)).rejects.toMatchObject(untrusted);
    const future = await signStepUpRequest({ ...asked, now: later.now() }, settings);
    await expect(open(future)).rejects.toMatchObject(untrusted);
  });

  test('is refused with other claims, type or algorithm, even under the correct secret', async () => {
    const nowSec = clock.now() / 1000;
    const about = { client_id: 'client-one', nonce: 'a-nonce', sub: 'a-sub', password: true };
    const claims = { ...about, exp: nowSec + 60, iat: nowSec };
    const whole = { ...claims, iss: settings.userPoolId, aud: 'https://face.example.com/hooks/customers' };
    const key = new TextEncoder().encode(secret);
    const sign = (body: object, header: { alg: string; typ?: string }) =>
      new SignJWT({ ...body }).setProtectedHeader(header).sign(key);
    const typ = 'facestep-request+jwt';
    await open(await sign(whole, { alg: 'HS256', typ }));
    const [header = '', payload = ''] = (await sign(whole, { alg: 'HS256', typ })).split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ })).toString('base64url');
    const others = [
      await sign(whole, { alg: 'HS256' }),
      await sign(whole, { alg: 'HS256', typ: 'JWT' }),
      await sign(whole, { alg: 'HS512', typ }),
      await sign({ ...whole, exp: undefined }, { alg: 'HS256', typ }),
      await sign({ ...whole, iat: undefined }, { alg: 'HS256', typ }),
      await sign({ ...whole, sub: '' }, { alg: 'HS256', typ }),
      await sign({ ...whole, nonce: undefined }, { alg: 'HS256', typ }),
      await sign({ ...whole, nonce: 'x'.repeat(257) }, { alg: 'HS256', typ }),
      await sign({ ...whole, client_id: ['client-one'] }, { alg: 'HS256', typ }),
      // Functions of an earlier version sign this also for a user who entered no password.
      await sign({ ...whole, password: undefined }, { alg: 'HS256', typ }),
      `${none}.${payload}.`,
      `${header}.${payload}.`,
    ];
    for (const request of others) await expect(open(request)).rejects.toMatchObject(untrusted);
    const needsPassword = createOpenStepUpRequest({ ...settings, passwordless: false }, { clock, noteUse: () => {} });
    const ofEarlier = await sign({ ...whole, password: undefined }, { alg: 'HS256', typ });
    expect(await needsPassword(ofEarlier)).toMatchObject({ isAfterFirstFactor: true });
  });

  test('is never accepted from arbitrary text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (text) => {
        await expect(open(text)).rejects.toMatchObject(untrusted);
      }),
    );
  });
});

describe('the caller of a trigger', () => {
  const good = { region: 'eu-central-1', userPoolId: settings.userPoolId, callerContext: { clientId: 'client-two' } };

  test('is accepted if it is the configured pool for a configured app client', () => {
    expect(() => verifyCaller(good, settings)).not.toThrow();
  });

  test.each([
    { region: 'us-east-1' },
    { userPoolId: 'eu-central-1_abcdefghi' },
    { userPoolId: '' },
    { callerContext: { clientId: 'client' } },
    { callerContext: { clientId: 'client-one,client-two' } },
  ])('is refused with %j in place of the configured value', (change) => {
    expect(() => verifyCaller({ ...good, ...change }, settings)).toThrow(expect.objectContaining(untrusted));
  });
});
