import { beforeEach, describe, expect, test } from '@jest/globals';
import { createTestConnection } from '../../../support/benches/core.js';
import { drawPicture } from '../../../support/fakes/embedded.js';
import { createMemoryProfile, loginOf } from '../../../support/fakes/simulated-profile.js';
import { adminKey, startApiServer, toForm } from '../../../support/servers/api-server.js';

/* Whom a request is about: by their id at the provider, or by the name they sign in by. */

const profile = createMemoryProfile(['ada', 'grace']);
const connection = createTestConnection({ id: 'work', profile, policy: { liveness: 'off' } });
const login = loginOf('ada').toUpperCase();
const nobody = loginOf('nobody');

const server = await startApiServer({ connections: new Map([['work', connection]]) });
const token: string = (await server.issue()).token;
beforeEach(() => {
  profile.attributes.set('ada', null);
  profile.setDown(false);
});

const post = (path: string, fields: object) =>
  server.postJson(path, { connection: 'work', ...fields }, { 'x-auth-token': token });
const enrol = (who: Record<string, string>, people: readonly string[] = ['ada', 'ada', 'ada']) =>
  server.postForm(
    '/enrolments',
    toForm({
      connection: 'work',
      ...who,
      photo: people.map((person, number) => drawPicture(person, number + 1)),
      consentStatement: 'c',
      consentGivenAt: new Date(server.clock.now()).toISOString(),
    }),
    { 'x-auth-token': token },
  );
const invite = (fields: object) =>
  server.postJson('/subjects/invite', { connection: 'work', ...fields }, { 'x-admin-key': adminKey });

test('an enrolment can be created and revoked by login instead of user id, of one person only', async () => {
  expect(await enrol({ login }, ['ada', 'grace', 'ada'])).toMatchObject({
    status: 403,
    body: { code: 'face_mismatch' },
  });
  expect(await enrol({ login })).toMatchObject({ status: 201 });
  expect(profile.attributes.get('ada')).toMatch(/^fv1\./);
  expect(server.audit.events).toContainEqual(expect.objectContaining({ action: 'enrolled', subject: 'ada' }));
  expect(await post('/enrolments/revoke', { login })).toMatchObject({ status: 200 });
  expect(profile.attributes.get('ada')).toBeNull();
});

test('the check of an unknown user starts and fails like that of a user without an enrolment', async () => {
  const outcomeOf = async (who: object) => {
    const { status, body } = await post('/step-ups', { ...who, audience: 'app' });
    const form = toForm({ challenge: String(body.challenge), photo: drawPicture('ada', 9) });
    const answer = await server.postForm(`/step-ups/${body.id}/photos`, form);
    return { status, fields: Object.keys(body), answered: answer.status, state: answer.body.state };
  };
  const unenrolled = await outcomeOf({ login: loginOf('grace') });
  expect(unenrolled).toMatchObject({ status: 201, state: 'failed' });
  expect(await outcomeOf({ login: nobody })).toEqual(unenrolled);
  expect(await outcomeOf({ subject: 'nobody' })).toEqual(unenrolled);
});

test.each<[path: string, fields: object, field: string, reason: RegExp]>([
  ['/step-ups', { subject: 'ada', nonce: 'n' }, 'audience', /nonce/],
  ['/step-ups', { subject: 'ada', application: 'a', audience: 'b' }, 'application', /audience/],
  ['/step-ups', { subject: 'ada', connection: undefined }, 'connection', /token and audience/],
  ['/step-ups', { subject: 'ada', address: '192.0.2.1' }, 'address', /application/],
  ['/step-ups', { subject: 'ada', kiosk: 'front', camera: 'phone' }, 'camera', /kiosk/],
  ['/step-ups', { subject: 'ada', login }, 'login', /subject/],
  ['/invitations', {}, 'login', /subject/],
])('%s refuses the combination %j with the names of its fields', async (path, fields, field, reason) => {
  const { status, body } = await post(path, fields);
  expect({ status, ...body }).toMatchObject({ status: 400, code: 'request_malformed', field });
  expect(body.reason).toMatch(reason);
});

describe('an invitation', () => {
  test.each([{ login }, { subject: 'ada' }])(
    'with %j can be created by a backend and by an administrator',
    async (who) => {
      for (const answer of [await post('/invitations', who), await invite(who)])
        expect(answer).toMatchObject({ status: 201, body: { url: expect.stringContaining('/face?sent#') } });
      for (const path of ['/invitations', '/step-ups'])
        for (const [immediate, start] of [
          [true, '/face#'],
          [false, '/face?sent#'],
        ] as const)
          expect((await post(path, { ...who, immediate })).body.url).toContain(start);
      expect(server.audit.events.at(-1)).toMatchObject({ action: 'step_up_started', subject: 'ada' });
    },
  );

  test('fails while the provider is unavailable, and does not reveal users to a key without the scope', async () => {
    profile.setDown(true);
    expect((await invite({ login })).body.code).toBe('profile_unavailable');
    profile.setDown(false);
    const verifyOnly = (await server.issue(['verify'])).token;
    for (const who of [{ login }, { login: nobody }]) {
      const asked = { connection: 'work', ...who };
      const answer = await server.postJson('/invitations', asked, { 'x-auth-token': verifyOnly });
      expect(answer.body.code).toBe('scope_missing');
    }
  });
});
