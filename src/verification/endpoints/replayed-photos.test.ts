import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestCore } from '../../../support/benches/core.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { clientScopes } from '../../access/scopes.js';
import { holderOf, readEarlierFrames } from '../../enrolment/earlier-frames.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };
const signIn = async (replay: 'all' | 'none' | 'step_ups') => {
  auth = { 'x-auth-token': (await server.issue(clientScopes, 'work', replay)).token };
};
beforeEach(async () => {
  const { connection } = await createTestCore({ liveness: 'off' });
  server = await startApiServer({
    connections: new Map([[connection.id, connection]]),
  });
});

type Fields = Parameters<typeof toForm>[0];
const post = (path: string, fields: Fields) => server.postForm(path, toForm(fields), auth);
const picture = (shot: number, person = 'anna') => drawPicture(person, shot);
/** The same picture in other bytes, as after it was encoded again. */
const encodedAgain = (shot: number) => Buffer.from(`face anna ${shot} 0.8`);
const codesOf = (action: string) =>
  server.audit.events.flatMap((event) =>
    event.action === action && 'code' in event.detail ? [event.detail.code] : [],
  );

describe('with replay “all”, a token of /generate', () => {
  let token: string;
  let tokenId: string;
  beforeEach(async () => {
    await signIn('all');
    const { body } = await post('/generate', { photo: [picture(1), picture(2), picture(3)] });
    token = String(body.token);
    tokenId = String(body.tokenId);
  });
  const authenticate = (photo: Uint8Array) => post('/authenticate', { token, photo });

  test.each<[string, Uint8Array]>([
    ['the enrolled file', picture(2)],
    ['the enrolled picture, encoded again', encodedAgain(1)],
  ])('refuses %s, and accepts a new photo', async (_, photo) => {
    expect(await authenticate(photo)).toMatchObject({ status: 409, body: { code: 'photo_replayed' } });
    expect(codesOf('verification_refused')).toEqual(['photo_replayed']);
    expect((await authenticate(picture(4))).body).toEqual({ ok: true, authenticated: true });
  });

  test.each(['/authenticate', '/authenticate-score', '/content-key'])(
    'refuses at %s a photo that it accepted before, and gives nothing else away',
    async (path) => {
      expect((await authenticate(picture(4))).body.authenticated).toBe(true);
      const refused = await post(path, { token, photo: picture(4) });
      expect(refused).toMatchObject({ status: 409, body: { code: 'photo_replayed' } });
      expect(Object.keys(refused.body).sort()).toEqual(['code', 'error', 'ok']);
    },
  );

  test('accepts one of two concurrent requests with the same photo', async () => {
    const answers = await Promise.all([authenticate(picture(4)), authenticate(picture(4))]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('does not remember photos that do not match, which could push out earlier ones', async () => {
    for (let shot = 0; shot < 25; shot += 1)
      expect((await authenticate(picture(shot, 'berta'))).body.authenticated).toBe(false);
    expect((await authenticate(picture(1))).body.code).toBe('photo_replayed');
  });

  test('keeps digests of the photos until the token is revoked', async () => {
    expect(await readEarlierFrames(holderOf(tokenId), server.deps)).toMatchObject({ challenges: 1 });
    await server.postJson('/revoke', { token }, auth);
    expect(await readEarlierFrames(holderOf(tokenId), server.deps)).toBeNull();
  });

  test('refuses a copy at /identify', async () => {
    const identify = (shot: number) => post('/identify', { photo: picture(shot), roster: Buffer.from(token) });
    expect((await identify(4)).body.outcome).toBe('identified');
    expect((await identify(4)).body.code).toBe('photo_replayed');
  });
});

test('by default, /authenticate accepts the same file again and stores nothing', async () => {
  await signIn('step_ups');
  const { body } = await post('/generate', { photo: picture(1) });
  for (const _ of [1, 2])
    expect((await post('/authenticate', { token: String(body.token), photo: picture(1) })).body.authenticated).toBe(
      true,
    );
  expect(await readEarlierFrames(holderOf(String(body.tokenId)), server.deps)).toBeNull();
});

describe('the photos of a user of a connection', () => {
  const enrol = (photo: Uint8Array) =>
    post('/enrolments', {
      connection: 'work',
      subject: 'anna',
      photo,
      consentStatement: 'face check',
      consentGivenAt: new Date(server.clock.now()).toISOString(),
    });
  const check = async (photo: Uint8Array) => {
    const fields = { connection: 'work', subject: 'anna', audience: 'shop' };
    const { id, challenge } = (await server.postJson('/step-ups', fields, auth)).body;
    return server.postForm(`/step-ups/${id}/photos`, toForm({ challenge: String(challenge), photo }));
  };

  test('by default, a step-up fails with the enrolled file and with a photo of an earlier step-up', async () => {
    await signIn('step_ups');
    expect((await enrol(picture(1))).status).toBe(201);
    const states = [];
    for (const photo of [picture(1), encodedAgain(1), picture(2), picture(2), picture(3)])
      states.push((await check(photo)).body.state);
    expect(states).toEqual(['failed', 'failed', 'passed', 'failed', 'passed']);
    expect(codesOf('verification_refused')).toEqual(Array(3).fill('photo_replayed'));
  });

  test('step-ups with a token that the client holds push out none of a user whom they name', async () => {
    await signIn('step_ups');
    await enrol(picture(1));
    const { token } = (await post('/generate', { photo: [picture(1, 'eve'), picture(2, 'eve')] })).body;
    for (let shot = 3; shot < 25; shot += 1) {
      const fields = { token, subject: 'anna', audience: 'shop' };
      const { id, challenge } = (await server.postJson('/step-ups', fields, auth)).body;
      const photo = picture(shot, 'eve');
      const { body } = await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge: String(challenge), photo }));
      expect(body.state).toBe('passed');
    }
    expect((await check(picture(1))).body.state).toBe('failed');
  });

  test('a copy and another face get the same answer', async () => {
    await signIn('step_ups');
    await enrol(picture(1));
    const copy = await check(picture(1));
    const stranger = await check(picture(1, 'berta'));
    const withoutId = ({ status, body: { id: _, expiresAt: __, ...rest } }: typeof copy) => ({ status, ...rest });
    expect(withoutId(copy)).toEqual(withoutId(stranger));
  });

  test('with replay “none”, a step-up accepts the same file again', async () => {
    await signIn('none');
    await enrol(picture(1));
    expect((await check(picture(1))).body.state).toBe('passed');
    expect(await readEarlierFrames({ connection: 'work', subject: 'anna' }, server.deps)).toBeNull();
  });

  test('only with replay “all”, a new enrolment refuses a photo that was used before', async () => {
    await signIn('step_ups');
    expect([(await enrol(picture(1))).status, (await enrol(picture(1))).status]).toEqual([201, 201]);
    await signIn('all');
    expect((await enrol(picture(1))).body.code).toBe('photo_replayed');
    expect(codesOf('enrolment_refused')).toEqual(['photo_replayed']);
    expect((await enrol(picture(2))).status).toBe(201);
  });
});
