import { describe, expect, test } from '@jest/globals';
import { attemptsOfToken } from '../src/core/limits/attempts.js';
import { countAttempt } from '../src/core/limits/lockout.js';
import { drawPicture } from '../support/fakes/embedded.js';
import { testIssuer } from '../support/fakes/keys.js';
import { startApiServer } from '../support/servers/api-server.js';
import { openServer } from '../test/contract/bench.js';
import { createFacestepClient, createReceiptVerifier, type FacestepClient, type Fetch } from './index.js';

const realFetch: Fetch = (url, init) => fetch(url, init);
const ada = drawPicture('ada', 1);
const adaLater = drawPicture('ada', 2);
const eve = drawPicture('eve', 1);

const server = await startApiServer();
const { token } = await server.issue();
const client: FacestepClient = createFacestepClient({ url: `${server.origin}/`, clientToken: token, fetch: realFetch });

describe('a step-up with the client library', () => {
  const audience = 'https://shop.example.com/login';
  const start = async (subject: string, binding = {}) => {
    const { token } = await client.generate([ada], { scope: 'app:login', ...binding });
    return client.startStepUp({ subject, token, audience, nonce: 'n-1', scope: 'app:login' });
  };
  const verifier = () =>
    createReceiptVerifier({
      issuer: testIssuer,
      audience,
      keys: { jwksUri: `${server.origin}/.well-known/jwks.json`, fetch: realFetch },
      clock: server.clock,
    });

  test('returns a receipt if it passes, which the verifier accepts for its audience, subject and nonce', async () => {
    const { id, challenge } = await start('user-1');
    expect(await client.readStepUp(id)).toEqual({ state: 'started', receipt: null, contentKey: null });
    const { state, receipt } = await client.sendPhotos(id, challenge, [adaLater]);
    expect(state).toBe('passed');
    const claims = await verifier().verify(receipt!, { subject: 'user-1', nonce: 'n-1' });
    expect(claims).toMatchObject({ iss: testIssuer, aud: audience, sub: 'user-1', txn: id, accuracy: 4, nonce: 'n-1' });
    expect(await client.readStepUp(id)).toEqual({ state: 'passed', receipt, contentKey: null });
    await expect(verifier().verify(receipt!, { subject: 'user-2' })).rejects.toMatchObject({ code: 'subject' });
  });

  test('fails with another face and returns no receipt', async () => {
    const { id, challenge } = await start('user-1');
    expect(await client.sendPhotos(id, challenge, [eve])).toEqual({ state: 'failed', receipt: null });
  });
});

describe('the other calls of the client library', () => {
  test('create, authenticate and score a token', async () => {
    const binding = { password: 'secret', scope: 'door', accuracy: 5 };
    const { token, quality } = await client.generate([ada], binding);
    expect(quality).toEqual({ photos: 1, weak: true });
    expect(await client.authenticate(token, [adaLater], binding)).toBe(true);
    expect(await client.authenticate(token, [eve], binding)).toBe(false);
    expect(await client.authenticateScore(token, [adaLater], binding)).toMatchObject({ authenticated: true });
    expect(await client.authenticateScore(token, [eve], binding)).toMatchObject({ authenticated: false, score: null });
  });

  test('release a content key of 32 bytes for the enrolled face, and null for another face', async () => {
    const { token } = await client.generate([ada]);
    const key = await client.contentKey(token, [adaLater]);
    expect(key).toHaveLength(32);
    expect(await client.contentKey(token, [ada])).toEqual(key);
    expect(await client.contentKey(token, [eve])).toBeNull();
  });
});

describe('a failed call throws a FacestepError', () => {
  test('with the error code of the server', async () => {
    await expect(client.quality(Buffer.from('wall'))).rejects.toMatchObject({
      name: 'FacestepError',
      code: 'face_none',
      status: 400,
    });
    const stranger = createFacestepClient({ url: server.origin, clientToken: 'fst_wrong', fetch: realFetch });
    await expect(stranger.quality(ada)).rejects.toMatchObject({ code: 'caller_untrusted', status: 401 });
    await expect(client.readStepUp('../token')).rejects.toMatchObject({ code: 'step_up_unknown' });
  });

  test('with the field, the reason and the id of the request', async () => {
    const requestId = expect.stringMatching(/^[0-9a-f]{24}$/);
    await expect(client.startStepUp({ connection: 'work', subject: 'ada', accuracy: 9 })).rejects.toMatchObject({
      code: 'request_malformed',
      field: 'accuracy',
      reason: 'Expected a whole number from 1 to 8.',
      requestId,
    });
    await expect(client.quality(Buffer.from('wall'))).rejects.toMatchObject({ field: null, reason: null, requestId });
  });

  test('with the wait that the server requests', async () => {
    const { token, tokenId } = await client.generate([ada]);
    const fail = async () => ({ succeeded: false, result: null });
    for (let failed = 0; failed < 100; failed += 1) await countAttempt(attemptsOfToken(tokenId), fail, server.deps);
    await expect(client.authenticate(token, [ada])).rejects.toMatchObject({
      code: 'locked_out',
      status: 429,
      retryAfterSec: expect.any(Number),
    });
  });

  test('for a missing or invalid reply', async () => {
    const bodies = ['{"ok":true}', 'no JSON', '{"ok":true,"authenticated":"yes"}', ''];
    const odd = await openServer((request, response) => {
      request.resume();
      response.end(bodies.shift());
    });
    const lost = createFacestepClient({ url: odd.url, clientToken: 'fst_canary', fetch: realFetch });
    for (const _ of [...bodies])
      await expect(lost.authenticate('t', [ada])).rejects.toMatchObject({ code: 'reply_malformed', status: 200 });
    await odd.close();
    await expect(lost.authenticate('t', [ada])).rejects.toMatchObject({ code: 'unreachable', status: null });
  });

  test('a client token that is not a valid header value is refused without printing it', () => {
    const make = (clientToken: string) => () =>
      createFacestepClient({ url: server.origin, clientToken, fetch: realFetch });
    for (const wrong of ['fst_canary\nfst_other', 'fst_canary\0', 'fst_canaré'])
      expect(make(wrong)).toThrow(/^clientToken is not a client token: it has characters other than printable ASCII$/);
    expect(make('fst_canary\r\n')).not.toThrow();
  });

  test('for a redirect, which is not followed with the token and the photos', async () => {
    const elsewhere: string[] = [];
    const target = await openServer((request, response) => {
      elsewhere.push(request.url ?? '');
      response.end('{"ok":true,"authenticated":true}');
    });
    const redirecting = await openServer((request, response) => {
      request.resume();
      response.writeHead(307, { location: target.url }).end();
    });
    const led = createFacestepClient({ url: redirecting.url, clientToken: 'fst_canary', fetch: realFetch });
    await expect(led.authenticate('t', [ada])).rejects.toMatchObject({ code: 'unreachable' });
    expect(elsewhere).toEqual([]);
    for (const each of [target, redirecting]) await each.close();
  });
});
