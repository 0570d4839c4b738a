import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { JWTVerifyGetKey, JWTVerifyOptions } from 'jose';
import { readPage } from '../page.js';
import { type CredentialVisits, visitCredentials } from './credential-visits.js';
import { configurationOf, joseOver, runProgram } from './documented.js';
import { startIssuer, type TestIssuer } from './issuer.js';
import { createWallet } from './wallet.js';

/* What docs/credential.md says, done to the letter: its configuration, and its program with jose, over sockets. */

const page = readPage('docs/credential.md');

interface Program {
  checkCard(presentation: string, nonce: string): Promise<object>;
}

let op: TestIssuer;
let visits: CredentialVisits;
let checkCard: Program['checkCard'];
/** Where requests of the program go; it knows the public address alone. */
let reach: (url: string) => Promise<Response>;
beforeAll(async () => {
  const [settings] = configurationOf(page, { SCIM_TOKEN: 'a-token' }).connections;
  if (settings?.oidc == null) throw new Error('no OpenID provider on the page');
  op = await startIssuer({ config: settings.oidc });
  op.profile.details.set('anna', { given_name: 'Anna', family_name: 'Example' });
  await op.enrol('anna');
  visits = visitCredentials(op);
  reach = (url) => op.open(url);
  const { createRemoteJWKSet, importJWK, jwtVerify } = joseOver(op.open);
  const modules = {
    ...{ createHash, inflateSync, createRemoteJWKSet, importJWK },
    fetch: (url: string | URL) => reach(String(url)),
    // The server’s clock is its own.
    jwtVerify: (jws: string, key: JWTVerifyGetKey, options: JWTVerifyOptions) =>
      jwtVerify(jws, key, options.maxTokenAge === undefined ? { ...options, currentDate: now() } : options),
  };
  const addresses = { 'https://face.example.com/oidc/people': op.issuer };
  ({ checkCard } = await runProgram<Program>(page, { modules, exported: ['checkCard'], addresses }));
});
afterAll(async () => {
  await op.stop();
});

const now = (): Date => new Date(op.server.clock.now());
const audience = 'https://door.example.com';

async function carry(ticked: readonly string[] = ['given_name', 'family_name']) {
  const wallet = await createWallet(op.open);
  const { link, code } = await visits.getOffer(ticked);
  return { wallet, credential: await wallet.take(link, code) };
}

test('its program takes a card that a wallet shows it, and refuses what is not shown to it, by its holder, now', async () => {
  const { wallet, credential } = await carry();
  const shown = await wallet.present(credential, ['given_name'], { audience, nonce: 'nonce-1' });
  expect(await checkCard(shown, 'nonce-1')).toEqual({
    given_name: 'Anna',
    evidence: [{ type: 'face', time: expect.any(String), presence: 'simulated' }],
  });
  await expect(checkCard(shown, 'nonce-2')).rejects.toThrow('not shown to us, or not now');
  const elsewhere = await wallet.present(credential, ['given_name'], { audience: 'https://other', nonce: 'nonce-1' });
  await expect(checkCard(elsewhere, 'nonce-1')).rejects.toThrow('"aud"');
  const thief = await createWallet(op.open);
  const stolen = await thief.present(credential, ['given_name'], { audience, nonce: 'nonce-1' });
  await expect(checkCard(stolen, 'nonce-1')).rejects.toThrow('signature');
  // What another disclosure says is not what was proven, nor what was signed.
  const [jws = '', , proof = ''] = shown.split('~');
  const forged = Buffer.from(JSON.stringify(['salt', 'given_name', 'Berta'])).toString('base64url');
  await expect(checkCard([jws, forged, proof].join('~'), 'nonce-1')).rejects.toThrow('not shown to us, or not now');
});
