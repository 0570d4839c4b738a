import { createPrivateKey } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createTestCore } from '../../support/benches/core.js';
import { checkDrawn, enrolDrawn } from '../../support/benches/drawn-face.js';
import { createAuthenticator } from '../../support/fakes/authenticator.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import type { PasskeyCredential } from '../core/ports.js';
import { UserSecret } from '../core/secrets.js';
import { decoyPasskey, keepPasskey, readPasskey } from '../enrolment/passkey-record.js';
import { revokeSubject } from '../enrolment/revoke.js';
import { parsePasskeyAnswer } from '../enrolment/webauthn/answer.js';
import { createPasskeys } from '../enrolment/webauthn/passkeys.js';
import { prfSaltOf, startCeremony, takeNewPasskey, takePasskey } from './user-secret.js';

/** The enrolment and the check as the capture page drives them, with an authenticator of Anna's. */
async function setUp() {
  const core = await createTestCore();
  const { connection } = core;
  const deps = { ...core.deps, passkeys: createPasskeys({ publicUrl: 'https://face.example.com' }) };
  const anna = { connection: 'work', subject: 'anna' };
  const authenticator = createAuthenticator();
  const begin = (stepUpId: string, ceremony: 'create' | 'get', subject = 'anna') =>
    startCeremony({ connection: 'work', subject, stepUpId, ceremony, organisation: null, derivesSecret: true }, deps);
  const sent = (answer: unknown) => parsePasskeyAnswer(JSON.stringify(answer));
  const check = async (secret: UserSecret | null, person = 'anna') => {
    const photos = [drawPhoto(person, 9)];
    return (await checkDrawn({ connection, subject: 'anna', photos, secret }, deps)).verdict.matched;
  };
  const enrolWith = async (secret: UserSecret | null, passkey: PasskeyCredential | null = null) => {
    await enrolDrawn({ connection, subject: 'anna', photos: [drawPhoto('anna', 1)], secret, passkey }, deps);
  };
  const enrol = async (by = authenticator, stepUpId = 'enrolment') => {
    const answer = sent(by.create(await begin(stepUpId, 'create')));
    const { secret, passkey } = await takeNewPasskey({ stepUpId, answer, derivesSecret: true }, deps);
    await enrolWith(secret.value, passkey);
    return { secret };
  };
  const take = (answer: unknown, stepUpId = 'step-up', subject = 'anna') =>
    takePasskey({ connection: 'work', subject, stepUpId, answer: sent(answer).assertion! }, deps);
  return { ...core, deps, anna, authenticator, begin, sent, check, enrol, enrolWith, take };
}

/** P-256's generator as a public key, with its private key: the number one. */
const generator = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'EC',
    crv: 'P-256',
    d: `${'A'.repeat(42)}E`,
    x: 'axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY',
    y: 'T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU',
  },
});

const text = (secret: UserSecret | null): string | undefined => secret?.use((value) => value);

describe('with a passkey', () => {
  test('an assertion is valid once, and only for its own step-up', async () => {
    const { authenticator, begin, enrol, take } = await setUp();
    const { secret } = await enrol();
    const own = authenticator.get(await begin('step-up', 'get'));
    await begin('other', 'get');
    expect(text((await take(own, 'other')).value)).not.toBe(text(secret.value));
    expect(text((await take(own)).value)).toBe(text(secret.value));
    expect(text((await take(own)).value)).not.toBe(text(secret.value));
    expect(text((await take(own, 'never begun')).value)).not.toBe(text(secret.value));
  });

  test('an assertion is invalid after a wrong one, or when another ceremony starts', async () => {
    const { authenticator, begin, enrol, take } = await setUp();
    const { secret } = await enrol();
    const first = authenticator.get(await begin('step-up', 'get'));
    const second = authenticator.get(await begin('step-up', 'get'));
    expect(text((await take(first)).value)).not.toBe(text(secret.value));
    expect(text((await take(second)).value)).not.toBe(text(secret.value));
  });

  test('an assertion is invalid after ten minutes', async () => {
    const { authenticator, begin, clock, enrol, take } = await setUp();
    const { secret } = await enrol();
    const late = authenticator.get(await begin('step-up', 'get'));
    clock.advanceSec(600);
    expect(text((await take(late)).value)).not.toBe(text(secret.value));
  });

  test('one of five concurrent uses of an assertion is accepted', async () => {
    const { authenticator, begin, enrol, take } = await setUp();
    const { secret } = await enrol();
    const answer = authenticator.get(await begin('step-up', 'get'));
    const taken = await Promise.all(Array.from({ length: 5 }, () => take(answer)));
    expect(taken.filter(({ value }) => text(value) === text(secret.value))).toHaveLength(1);
  });

  test('revocation deletes the credential, and later requests get the decoy options', async () => {
    const { anna, begin, connection, deps, enrol } = await setUp();
    const before = await begin('before', 'get');
    await enrol();
    await revokeSubject({ connection, subject: 'anna' }, deps);
    expect(await readPasskey(anna, deps)).toBeNull();
    expect({ ...(await begin('after', 'get')), challenge: null }).toEqual({ ...before, challenge: null });
  });

  test('a new credential is accepted once', async () => {
    const { authenticator, begin, deps, sent } = await setUp();
    const answer = sent(authenticator.create(await begin('one', 'create')));
    const taking = { stepUpId: 'one', answer, derivesSecret: true };
    await takeNewPasskey(taking, deps);
    await expect(takeNewPasskey(taking, deps)).rejects.toMatchObject({ code: 'secret_missing' });
  });

  test('without PRF output opens no token, neither new nor enrolled', async () => {
    const { authenticator, begin, deps, enrol, sent, take } = await setUp();
    const answer = sent(authenticator.create(await begin('one', 'create'), { hasPrf: false }));
    const taking = takeNewPasskey({ stepUpId: 'one', answer, derivesSecret: true }, deps);
    await expect(taking).rejects.toMatchObject({ code: 'secret_missing' });
    const { secret } = await enrol();
    const used = await take(authenticator.get(await begin('step-up', 'get'), { hasPrf: false }));
    expect(text(used.value)).not.toBe(text(secret.value));
  });

  test('only the public credential is stored, until the enrolment ends', async () => {
    const { anna, begin, authenticator, clock, deps, sent, state } = await setUp();
    const answer = sent(authenticator.create(await begin('one', 'create')));
    const { passkey: credential, secret } = await takeNewPasskey(
      { stepUpId: 'one', answer, derivesSecret: true },
      deps,
    );
    await keepPasskey(anna, { credential, tokenId: 'one', current: null, expiresAt: clock.now() }, deps);
    expect(await readPasskey(anna, deps)).toBeNull();
    await keepPasskey(anna, { credential, tokenId: 'one', current: null, expiresAt: null }, deps);
    const { value } = (await state.read('passkey:work:anna'))!;
    const kept = 'backupEligible counter expiresAt hardened id publicKey replaces tokenId transports';
    expect(Object.keys(Object(value)).toSorted().join(' ')).toBe(kept);
    expect(JSON.stringify(value)).not.toContain(text(secret.value));
  });
});

describe('a user without a credential', () => {
  const shapeOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value !== 'object' || value === null) return typeof value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, shapeOf(part)]));
  };
  const idOf = (options: Awaited<ReturnType<typeof startCeremony>>) => JSON.stringify(options.allowCredentials);

  test('gets decoy passkeys of the same shape, equal at each request except for the challenge', async () => {
    const { begin, enrol } = await setUp();
    await enrol();
    const known = await begin('one', 'get');
    const first = await begin('two', 'get', 'berta');
    const again = await begin('three', 'get', 'berta');
    expect(Object.keys(first)).toEqual(Object.keys(known));
    expect(shapeOf({ ...first, allowCredentials: null })).toEqual(shapeOf({ ...known, allowCredentials: null }));
    expect(idOf(first)).toMatch(/^\[\{"type":"public-key","id":"[\w-]{22,64}","transports":\["\w+"(,"\w+")?\]\}\]$/);
    expect({ ...again, challenge: null }).toEqual({ ...first, challenge: null });
    expect(again.challenge).not.toBe(first.challenge);
  });

  test('gets decoy passkeys with other ids for each subject, connection and server', async () => {
    const { begin, deps } = await setUp();
    const other = await setUp();
    const options = [
      await begin('one', 'get', 'berta'),
      await begin('two', 'get', 'nobody'),
      await startCeremony(
        {
          connection: 'home',
          subject: 'berta',
          stepUpId: 'three',
          ceremony: 'get',
          organisation: null,
          derivesSecret: true,
        },
        deps,
      ),
      await other.begin('one', 'get', 'berta'),
    ];
    expect(new Set(options.map(idOf)).size).toBe(4);
  });

  test('gets credential ids of the lengths that real authenticators use', async () => {
    const { begin } = await setUp();
    const lengths = new Set<number>();
    for (let each = 0; each < 60; each += 1) {
      const [, id = ''] = /"id":"([\w-]+)"/.exec(idOf(await begin('one', 'get', `subject-${each}`))) ?? [];
      lengths.add(Buffer.from(id, 'base64url').length);
    }
    expect([...lengths].toSorted((a, b) => a - b)).toEqual([16, 20, 32, 48]);
  });

  test('cannot pass with the decoy’s publicly known key', async () => {
    const { begin, deps, sent } = await setUp();
    const decoy = await decoyPasskey({ connection: 'work', subject: 'berta' }, deps);
    const authenticator = createAuthenticator();
    authenticator.hold(decoy.id, generator);
    const answer = sent(authenticator.get(await begin('step-up', 'get', 'berta'))).assertion!;
    const { challenge: expectedChallenge } = JSON.parse(Buffer.from(answer.clientDataJSON, 'base64url').toString());
    expect(await deps.passkeys.verifyAssertion(answer, { expectedChallenge, credential: decoy })).not.toBeNull();
    const taken = await takePasskey({ connection: 'work', subject: 'berta', stepUpId: 'step-up', answer }, deps);
    expect(text(taken.value)).not.toBe(text(answer.prf!));
  });
});

test('the PRF input has 32 bytes, is stable, and differs for each subject and connection', () => {
  const salts = [
    { connection: 'work', subject: 'anna' },
    { connection: 'work', subject: 'berta' },
    { connection: 'home', subject: 'anna' },
    { connection: 'worka', subject: 'nna' },
    { connection: '', subject: 'workanna' },
  ].map((owner) => Buffer.from(prfSaltOf(owner)).toString('hex'));
  // SHA-256 of 00000014 "facestep/passkey/prf" 00000004 "work" 00000004 "anna": another one would lock everybody out.
  expect(salts[0]).toBe('7731bd52f6e6a9b06181136f752b948f09dcc441d66ecd4ec88a12494b51567f');
  expect(new Set(salts).size).toBe(5);
});

describe('with a PIN', () => {
  const pin = new UserSecret('482915');

  test('wrong PINs count as failed attempts, like wrong faces', async () => {
    const { check, enrolWith } = await setUp();
    await enrolWith(pin);
    for (let each = 0; each < 5; each += 1) expect(await check(new UserSecret(`48291${each}${each}`))).toBe(false);
    await expect(check(pin)).rejects.toMatchObject({ code: 'locked_out' });
  });
});
