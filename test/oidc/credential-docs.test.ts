import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as jose from 'jose';
import { connectionGuards } from '../../adapters/index.js';
import { createConfigGuard } from '../../src/config/schema.js';
import { revokeSubject } from '../../src/core/enrolment/revoke.js';
import { projectRoot } from '../paths.js';
import { type CredentialVisits, visitCredentials } from './credential-visits.js';
import { createKeysFolder, startIssuer, type TestIssuer } from './issuer.js';
import { createWallet } from './wallet.js';

/* What docs/credential.md says, done to the letter: its configuration, and its program with jose, over sockets. */

const page = readFileSync(join(projectRoot, 'docs/credential.md'), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

let keys: Awaited<ReturnType<typeof createKeysFolder>>;
let op: TestIssuer;
let visits: CredentialVisits;
let checkCard: (presentation: string, nonce: string) => Promise<object>;
/** Where requests of the program go; it knows the public address alone. */
let reach: (url: string) => Promise<Response>;
beforeAll(async () => {
  keys = await createKeysFolder();
  const written = blockOf('json').replace('{ "env": "SCIM_TOKEN" }', '"a-token"');
  const [settings] = createConfigGuard(connectionGuards).parse(JSON.parse(written)).connections;
  if (settings?.oidc == null) throw new Error('no OpenID provider on the page');
  op = await startIssuer({ keysFile: keys.file, config: settings.oidc });
  op.profile.details.set('anna', { given_name: 'Anna', family_name: 'Example' });
  await op.enrol('anna');
  visits = visitCredentials(op);
  reach = (url) => op.open(url);
  const code = blockOf('js')
    .replace(/^import .*\n/gm, '')
    .replace('https://face.example.com/oidc/people', op.issuer)
    .replace('export async function', 'async function');
  const fetchThere = (url: string | URL) => reach(String(url));
  const there = {
    ...jose,
    createRemoteJWKSet: (url: URL) =>
      jose.createRemoteJWKSet(url, { [jose.customFetch]: (address: string) => op.open(address) }),
    // The server’s clock is its own.
    jwtVerify: (jws: string, key: jose.JWTVerifyGetKey, options: jose.JWTVerifyOptions) =>
      jose.jwtVerify(jws, key, options.maxTokenAge === undefined ? { ...options, currentDate: now() } : options),
  };
  const names = ['createHash', 'inflateSync', 'createRemoteJWKSet', 'importJWK', 'jwtVerify', 'fetch'];
  const { createHash } = await import('node:crypto');
  const { inflateSync } = await import('node:zlib');
  const given = [createHash, inflateSync, there.createRemoteJWKSet, there.importJWK, there.jwtVerify, fetchThere];
  checkCard = new Function(...names, `${code}\nreturn checkCard;`)(...given);
});
afterAll(async () => {
  await op.stop();
  await keys.remove();
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

test('its program refuses a card whose list cannot be had, and one that has ended', async () => {
  const { wallet, credential } = await carry();
  const shown = await wallet.present(credential, ['given_name'], { audience, nonce: 'nonce-3' });
  reach = async () => new Response('', { status: 503 });
  await expect(checkCard(shown, 'nonce-3')).rejects.toThrow('the status list cannot be had');
  reach = (url) => op.open(url);
  await checkCard(shown, 'nonce-3');
  await revokeSubject({ connection: op.connection, subject: 'anna' }, op.server.deps);
  await expect(checkCard(shown, 'nonce-3')).rejects.toThrow('the card has ended');
});
