import { describe, expect, test } from '@jest/globals';
import { type Behaviour, createAuthenticator } from '../../../support/fakes/authenticator.js';
import type { JsonObject } from '../../core/base/json.js';
import type { PasskeyAnswer, PasskeyCredential } from '../../core/ports.js';
import { parsePasskeyAnswer } from './answer.js';
import { createPasskeys } from './passkeys.js';

const passkeys = createPasskeys({ publicUrl: 'https://face.example.com/step-up' });
const challenge = Buffer.alloc(32, 7).toString('base64url');
const salt = Buffer.alloc(32, 9);
const user = { id: Buffer.alloc(32, 3), name: 'anna' };

const creationOptions = (): JsonObject => passkeys.creationOptions({ challenge, salt, user, organisation: 'Acme' });
const requestOptions = (credential: PasskeyCredential): JsonObject =>
  passkeys.requestOptions({ challenge, salt, credential });

/** As it travels. */
const sent = (answer: unknown): PasskeyAnswer => parsePasskeyAnswer(JSON.stringify(answer));

async function enrolled(defaults: Partial<Behaviour> = {}) {
  const authenticator = createAuthenticator(defaults);
  const answer = sent(authenticator.create(creationOptions()));
  const proven = (await passkeys.verifyCreation(answer, { expectedChallenge: challenge }))!;
  return {
    authenticator,
    ...proven,
    secretText: proven.secret!.use((text) => text),
    verify: (given: unknown, expectedChallenge = challenge, credential = proven.credential) =>
      passkeys.verifyAssertion(sent(given).assertion!, { expectedChallenge, credential }),
  };
}

test('the options of a new credential require user verification and PRF, and no attestation', () => {
  expect(creationOptions()).toEqual({
    rp: { id: 'face.example.com', name: 'Acme' },
    user: { id: user.id.toString('base64url'), name: 'anna', displayName: 'anna' },
    challenge,
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
    timeout: 300_000,
    authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'required' },
    attestation: 'none',
    hardened: true,
    extensions: { prf: { eval: { first: salt.toString('base64url') } } },
  });
});

describe('a new credential', () => {
  test.each([true, false])(
    'yields the same secret as its later uses; PRF at creation: %s',
    async (hasPrfAtCreation) => {
      const { authenticator, credential, secretText, verify } = await enrolled({ hasPrfAtCreation });
      expect(secretText).toMatch(/^[\w-]{43}$/);
      const used = await verify(authenticator.get(requestOptions(credential)));
      expect(used!.secret!.use((text) => text)).toBe(secretText);
      expect(used!.credential).toEqual({ ...credential, counter: credential.counter + 1 });
    },
  );

  test('is classified as bound to its device (hwk) or synced to others (swk)', async () => {
    expect(await enrolled()).toMatchObject({ method: 'hwk', credential: { backupEligible: false } });
    expect(await enrolled({ isBackupEligible: true })).toMatchObject({
      method: 'swk',
      credential: { backupEligible: true },
    });
  });

  test.each<[string, Partial<Behaviour>]>([
    ['of another origin', { origin: 'https://face.example.org' }],
    ['of another relying party', { rpId: 'example.com' }],
    ['to another challenge', { challenge: Buffer.alloc(32, 8).toString('base64url') }],
    ['of another ceremony', { type: 'webauthn.get' }],
    ['without user verification', { isUserVerified: false }],
    ['without user presence', { isUserPresent: false, isUserVerified: false }],
  ])('%s is refused', async (_, behaviour) => {
    const answer = sent(createAuthenticator().create(creationOptions(), behaviour));
    expect(await passkeys.verifyCreation(answer, { expectedChallenge: challenge })).toBeNull();
  });

  test('is refused if its first use is by another credential', async () => {
    const first = createAuthenticator({ hasPrfAtCreation: false }).create(creationOptions());
    const second = createAuthenticator({ hasPrfAtCreation: false }).create(creationOptions());
    const mixed = sent({ creation: first.creation, assertion: second.assertion });
    expect(await passkeys.verifyCreation(mixed, { expectedChallenge: challenge })).toBeNull();
  });

  test('is refused under another id than the signed one', async () => {
    const { creation } = createAuthenticator().create(creationOptions());
    const renamed = sent({ creation: { ...creation, id: Buffer.alloc(32, 1).toString('base64url') } });
    expect(await passkeys.verifyCreation(renamed, { expectedChallenge: challenge })).toBeNull();
  });
});

describe('a use of a credential', () => {
  test.each<[string, Partial<Behaviour>]>([
    ['at another origin', { origin: 'https://face.example.com.evil.example' }],
    ['over http', { origin: 'http://face.example.com' }],
    ['for another relying party', { rpId: 'example.com' }],
    ['of another ceremony', { type: 'webauthn.create' }],
    ['without user verification', { isUserVerified: false }],
    ['without user presence', { isUserPresent: false, isUserVerified: false }],
    ['with a lower counter, as a clone has', { counts: -1 }],
    ['that is now backup-eligible', { isBackupEligible: true }],
  ])('%s is refused', async (_, behaviour) => {
    const { authenticator, credential, verify } = await enrolled({ counts: 2 });
    expect(await verify(authenticator.get(requestOptions(credential), behaviour))).toBeNull();
    expect(await verify(authenticator.get(requestOptions(credential)))).not.toBeNull();
  });

  test('is verified repeatedly if the authenticator has no counter', async () => {
    const { authenticator, credential, verify } = await enrolled({ counts: 0 });
    for (const _ of [1, 2]) expect(await verify(authenticator.get(requestOptions(credential)))).not.toBeNull();
  });

  test('is refused from another authenticator, under either credential id', async () => {
    const { credential, verify } = await enrolled();
    const { authenticator: foreign } = await enrolled();
    const { assertion } = foreign.get(requestOptions(credential));
    expect(await verify({ assertion })).toBeNull();
    expect(await verify({ assertion: { ...assertion, id: credential.id } })).toBeNull();
  });

  test('is refused after a change of any signed byte', async () => {
    const { authenticator, credential, verify } = await enrolled();
    const { assertion } = authenticator.get(requestOptions(credential));
    for (const name of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
      const bytes = Buffer.from(assertion.response[name], 'base64url');
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
      const response = { ...assertion.response, [name]: bytes.toString('base64url') };
      expect(await verify({ assertion: { ...assertion, response } })).toBeNull();
    }
  });
});
