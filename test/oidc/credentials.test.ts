import { beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import { createCredentialVerifier } from '../../client/index.js';
import { createOidcGuard } from '../../src/config/oidc.js';
import { withdrawDataConsents } from '../../src/core/consented-data/consents.js';
import { revokeSubject } from '../../src/enrolment/revoke.js';
import { readCredentials } from '../../src/extensions/credentials/credentials.js';
import { connectionAdditions } from '../../src/extensions/index.js';
import { eraseSubject } from '../../src/privacy/subject-rights.js';
import { clientSecret, redirectUri, startIssuer, type TestIssuer } from '../../support/benches/issuer.js';
import { askAndShow, redeem } from './consented-data-bench.js';
import { type CredentialVisits, offerIn, visitCredentials } from './credential-visits.js';
import { createVerifier, createWallet } from './wallet.js';

/* A credential to carry: offered after a face check, taken by a wallet that is not ours, ended with the enrolment. */

const credentials = {
  staff_card: {
    vct: 'https://face.example.com/staff-card',
    name: 'Staff card',
    claims: {
      name: { purpose: { en: 'To call you by your name' } },
      email: { purpose: { en: 'To write to you' } },
      employee_number: { purpose: { en: 'To open doors' }, label: { en: 'Staff number' } },
    },
    days: 30,
  },
  library_card: {
    vct: 'urn:example:library',
    name: 'Library card',
    claims: { name: { purpose: { en: 'To call you by your name' } } },
  },
};
const details = { name: 'Anna <b>Example</b>', employee_number: 4711 };
const anna = { connection: 'work', subject: 'anna' };

let op: TestIssuer;
let visits: CredentialVisits;
beforeEach(async () => {
  const relyingParty = { kind: 'relying_party', id: 'app', secret: clientSecret, redirectUris: [redirectUri] };
  const config = createOidcGuard(connectionAdditions).parse({ clients: [relyingParty], credentials });
  op = await startIssuer({ config });
  op.profile.details.set('anna', details);
  await op.enrol('anna');
  visits = visitCredentials(op);
});

const newWallet = (more?: { alg?: 'ES256' | 'EdDSA' }) => createWallet(op.open, more);
const newVerifier = () =>
  createVerifier(op.open, { issuer: op.issuer, nowSec: () => Math.floor(op.server.clock.now() / 1000) });
const sealedGuard = z.looseObject({
  iat: z.int(),
  exp: z.int(),
  status: z.object({ status_list: z.object({ idx: z.int(), uri: z.string() }) }),
});
const sealed = (credential: string) => sealedGuard.parse(decodeJwt(credential.split('~')[0] ?? ''));
const statusOf = (credential: string) => sealed(credential).status.status_list;
const readStatus = (credential: string) => newVerifier().readStatus(statusOf(credential).uri, statusOf(credential).idx);
const told = () => op.server.audit.events.filter(({ action }) => action.startsWith('credential_'));

async function getCredential(ticked: readonly string[] = ['name'], type?: string) {
  const wallet = await newWallet();
  const { link, code } = await visits.getOffer(ticked, type);
  return { wallet, credential: await wallet.take(link, code) };
}

/** A wallet that has redeemed an offer, and not yet asked for the credential. */
async function redeemOffer() {
  const wallet = await newWallet();
  const { link, code } = await visits.getOffer();
  const offer = await wallet.open(link);
  return { wallet, offer, code, accessToken: await wallet.redeem(offer, code) };
}
const refusalOf = (data: object) => ({ response: { credentialErrorResponseResult: { data } } });

describe('the consent page', () => {
  test('describes the card, preselects no claim, and shows an offer with a code after agreement', async () => {
    const visit = await visits.goToConsent();
    expect(visit.start.text).toContain('Staff card, in your wallet');
    expect(visit.consent.text).toContain('What should your Staff card contain?');
    expect(visit.consent.text).toContain('They go only into your wallet.');
    expect(visit.consent.text).toContain('<bdi class="value">Anna &lt;b&gt;Example&lt;/b&gt;</bdi>');
    expect(visit.consent.text).not.toContain('checked');
    const page = await visits.answer(visit, 'agree', ['name']);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('content-security-policy')).not.toContain('script');
    expect(page.text).toMatch(/<svg class="qr"/);
    expect(offerIn(page.text).code).toMatch(/^\d{6}$/);
  });

  test('issues no card if the user refuses, and shows the refusal', async () => {
    const page = await visits.answer(await visits.goToConsent(), 'refuse', []);
    expect(page.text).toContain('Nothing was issued.');
    expect(told()).toEqual([]);
  });

  test('shows the offer once: a repeated visit gets an error page', async () => {
    const visit = await visits.goToConsent();
    await visits.answer(visit, 'agree', ['name']);
    const again = await visit.browser.follow(visit.interactionUrl);
    expect(again.status).toBe(400);
    expect(again.text).not.toContain('openid-credential-offer');
  });
});

describe('a wallet of another vendor', () => {
  test.each(['ES256', 'EdDSA'] as const)('accepts the card with the selected claims under its %s key', async (alg) => {
    const wallet = await newWallet({ alg });
    const { link, code } = await visits.getOffer(['name', 'employee_number']);
    const credential = await wallet.take(link, code);
    const { kid: _, ...jwk } = { kid: '', ...wallet.jwk };
    expect(decodeProtectedHeader(credential.split('~')[0] ?? '')).toMatchObject({ typ: 'dc+sd-jwt', alg: 'ES256' });
    expect(sealed(credential)).toMatchObject({
      iss: op.issuer,
      vct: credentials.staff_card.vct,
      cnf: { jwk },
      _sd_alg: 'sha-256',
      evidence: [{ type: 'face', presence: 'simulated' }],
    });
    expect(sealed(credential).exp - sealed(credential).iat).toBe(30 * 86_400);
    // What is in it is concealed until it is shown.
    expect(JSON.stringify(sealed(credential))).not.toMatch(/Anna|4711|anna/);
    const payload = await newVerifier().verify(credential);
    expect(payload).toMatchObject({ sub: 'anna', name: details.name, employee_number: 4711 });
    expect(payload).not.toHaveProperty('email');
  });

  test('presents the card to the client library, which refuses it for another nonce and after the enrolment ends', async () => {
    const { wallet, credential } = await getCredential(['name', 'email']);
    const audience = 'x509_hash:of-a-portal';
    const iat = Math.floor(op.server.clock.now() / 1000);
    const presentation = await wallet.present(credential, ['sub', 'name'], { audience, nonce: 'n-1', iat });
    const { origin } = new URL(op.issuer);
    const cards = createCredentialVerifier({
      issuer: op.issuer,
      vct: credentials.staff_card.vct,
      keys: { jwksUri: `${origin}/.well-known/jwks.json`, fetch: op.open },
      fetch: op.open,
      clock: op.server.clock,
    });
    const { subject, claims } = await cards.verify(presentation, { audience, nonce: 'n-1' });
    expect([subject, ...claims]).toEqual(['anna', ['name', details.name]]);
    await expect(cards.verify(presentation, { audience, nonce: 'n-2' })).rejects.toMatchObject({ code: 'nonce' });
    await revokeSubject({ connection: op.connection, subject: 'anna' }, op.server.deps);
    await expect(cards.verify(presentation, { audience, nonce: 'n-1' })).rejects.toMatchObject({ code: 'ended' });
  });

  test('receives the provider’s current values, and the server stores none of them', async () => {
    const wallet = await newWallet();
    const { link, code } = await visits.getOffer(['name']);
    op.profile.details.set('anna', { name: 'Anna Newname' });
    const payload = await newVerifier().verify(await wallet.take(link, code));
    expect(payload).toMatchObject({ name: 'Anna Newname' });
    const [held] = await readCredentials(anna, op.server.deps);
    expect(held).toMatchObject({ type: 'staff_card', claims: ['name'] });
    expect(JSON.stringify([held, op.server.audit.events])).not.toContain('Newname');
    expect(told()).toMatchObject([
      { action: 'credential_issued', detail: { credential: 'staff_card', claims: ['name'] } },
    ]);
  });
});

describe('the issuer refuses', () => {
  test('an offer that was redeemed before, and revokes the first access token', async () => {
    const { wallet, offer, code, accessToken } = await redeemOffer();
    await expect(wallet.redeem(offer, code)).rejects.toMatchObject({ errorResponse: { error: 'invalid_grant' } });
    const proof = await wallet.prove(offer);
    await expect(wallet.retrieve(offer, { accessToken, proof })).rejects.toThrow();
    expect(told()).toEqual([]);
  });

  test('a wrong code, and then also the correct code', async () => {
    const wallet = await newWallet();
    const { link, code } = await visits.getOffer();
    const offer = await wallet.open(link);
    const wrong = code === '000000' ? '000001' : '000000';
    await expect(wallet.redeem(offer, wrong)).rejects.toMatchObject({ errorResponse: { error: 'invalid_grant' } });
    await expect(wallet.redeem(offer, code)).rejects.toMatchObject({ errorResponse: { error: 'invalid_grant' } });
  });

  test('an offer older than ten minutes', async () => {
    const wallet = await newWallet();
    const { link, code } = await visits.getOffer();
    const offer = await wallet.open(link);
    op.server.clock.advanceSec(700);
    await expect(wallet.redeem(offer, code)).rejects.toMatchObject({ errorResponse: { error: 'invalid_grant' } });
  });

  test('a credential that was not offered', async () => {
    const { wallet, offer, accessToken } = await redeemOffer();
    const proof = await wallet.prove(offer);
    await expect(wallet.retrieve(offer, { accessToken, proof, type: 'library_card' })).rejects.toMatchObject(
      refusalOf({ error: 'credential_request_denied' }),
    );
  });

  test('a second credential for one offer, and a proof that was used before', async () => {
    const { wallet, offer, accessToken } = await redeemOffer();
    const proof = await wallet.prove(offer);
    await wallet.retrieve(offer, { accessToken, proof });
    await expect(wallet.retrieve(offer, { accessToken, proof: await wallet.prove(offer) })).rejects.toMatchObject(
      refusalOf({ error_description: 'the offer was already used' }),
    );
    const second = await visits.getOffer();
    const again = await wallet.open(second.link);
    const another = await wallet.redeem(again, second.code);
    await expect(wallet.retrieve(again, { accessToken: another, proof })).rejects.toMatchObject(
      refusalOf({ error: 'invalid_proof' }),
    );
  });

  test('a proof with an invented nonce, or signed by another key than its header names', async () => {
    const { wallet, offer, accessToken } = await redeemOffer();
    const thief = await newWallet();
    const [head = '', body = ''] = (await wallet.prove(offer)).split('.');
    const [, , signature = ''] = (await thief.prove(offer)).split('.');
    await expect(wallet.retrieve(offer, { accessToken, proof: `${head}.${body}.${signature}` })).rejects.toMatchObject(
      refusalOf({ error: 'invalid_proof' }),
    );
    const { nonce: _, ...claims } = decodeJwt(`${head}.${body}.${signature}`);
    const { SignJWT } = await import('jose');
    const forged = await new SignJWT({ ...claims, nonce: 'of-its-own' })
      .setProtectedHeader({ ...decodeProtectedHeader(`${head}.${body}.x`), alg: 'ES256' })
      .sign(wallet.privateKey);
    await expect(wallet.retrieve(offer, { accessToken, proof: forged })).rejects.toMatchObject(
      refusalOf({ error: 'invalid_nonce' }),
    );
  });

  test('the access token of a sign-in', async () => {
    const wallet = await newWallet();
    const { link } = await visits.getOffer();
    const offer = await wallet.open(link);
    const signedIn = await askAndShow(op, { id: 'app' });
    const { tokens } = await redeem(signedIn, signedIn.page.url);
    const proof = await wallet.prove(offer);
    await expect(wallet.retrieve(offer, { accessToken: tokens.access_token, proof })).rejects.toMatchObject(
      refusalOf({ error: 'invalid_token' }),
    );
  });

  test('the offer of a user who has since withdrawn the consent or was revoked', async () => {
    const wallet = await newWallet();
    const first = await visits.getOffer();
    await withdrawDataConsents(anna, { client: 'credential:staff_card' }, op.server.deps);
    await expect(wallet.take(first.link, first.code)).rejects.toThrow();
    const second = await visits.getOffer();
    await revokeSubject({ connection: op.connection, subject: 'anna' }, op.server.deps);
    await expect(wallet.take(second.link, second.code)).rejects.toMatchObject(
      refusalOf({ error_description: 'the enrolment has ended' }),
    );
    expect(told()).toEqual([]);
  });
});

describe('the status of a card', () => {
  test('is valid until the enrolment ends, then revoked', async () => {
    const { credential } = await getCredential();
    expect(await readStatus(credential)).toBe(0);
    await newVerifier().verify(credential);
    await revokeSubject({ connection: op.connection, subject: 'anna' }, op.server.deps);
    expect(await readStatus(credential)).toBe(1);
    await expect(newVerifier().verify(credential)).rejects.toThrow('Status is not valid');
    expect(told().at(-1)).toMatchObject({ action: 'credential_ended', detail: { why: 'enrolment_ended' } });
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      'an erasure',
      () => eraseSubject({ connection: op.connection, subject: 'anna', receiptId: 'r', by: 'admin' }, op.server.deps),
    ],
    ['a new enrolment of the user', () => op.enrol('anna', 'anna')],
    [
      'the user withdrawing the consent',
      () => withdrawDataConsents(anna, { client: 'credential:staff_card' }, op.server.deps),
    ],
    [
      'an administrator withdrawing all consents',
      () => withdrawDataConsents(anna, { client: null, by: 'admin' }, op.server.deps),
    ],
    ['a new card of the same type', () => getCredential()],
  ])('is revoked by %s', async (_, end) => {
    const { credential } = await getCredential();
    const other = await getCredential(['name'], 'library_card');
    await end();
    expect(await readStatus(credential)).toBe(1);
    const held = (await readCredentials(anna, op.server.deps)).map(({ type }) => type);
    expect(held.includes('library_card')).toBe((await readStatus(other.credential)) === 0);
  });

  test('ends at its expiry: a verifier refuses an expired card, and the user’s list omits it', async () => {
    const { credential } = await getCredential();
    op.server.clock.advanceSec(31 * 86_400);
    await expect(newVerifier().verify(credential)).rejects.toThrow(/expired/i);
    expect(await readCredentials(anna, op.server.deps)).toEqual([]);
  });
});

test('a client cannot be registered under an id that the server uses for wallets and cards', () => {
  for (const id of ['facestep-wallet', 'credential:staff_card']) {
    const relyingParty = { kind: 'relying_party', id, redirectUris: [redirectUri] };
    expect(createOidcGuard(connectionAdditions).safeParse({ clients: [relyingParty] }).success).toBe(false);
  }
});
