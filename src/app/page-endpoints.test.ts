import { beforeEach, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { startCapture, who } from '../../support/benches/capture-bench.js';
import { drawPicture } from '../../support/fakes/embedded.js';
import { type ApiServer, toForm } from '../../support/servers/api-server.js';
import { addSec, toEpochSec } from '../core/units.js';
import { FaceError } from '../errors.js';

type Fields = Parameters<typeof toForm>[0];

let server: ApiServer;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];
let auth: { 'x-auth-token': string };

beforeEach(async () => {
  // A provider whose signature is a word.
  const openStepUpRequest = async (request: string) => {
    const [signature, subject = '', nonce = ''] = request.split(' ');
    if (signature?.startsWith('signed') !== true) throw new FaceError('caller_untrusted');
    const expiresAt = addSec(server.clock.now(), signature === 'signed-late' ? -1 : 120);
    // Before the store was made, so that no one knows whether it was used.
    const issuedAt = toEpochSec(addSec(server.clock.now(), signature === 'signed-before' ? -1 : 0));
    return { subject, nonce, audience: 'pool', issuedAt, expiresAt, isAfterFirstFactor: true };
  };
  const policy = { stepUpTimeoutSec: 120, enrolmentDays: 365, liveness: 'passive' } as const;
  ({ server, profile, auth } = await startCapture(policy, { openStepUpRequest }));
});

const ada = (shot: number) => drawPicture('ada', shot);
const consent = () => ({
  consentStatement: 'face check, version 1',
  consentGivenAt: new Date(server.clock.now() - 60_000).toISOString(),
});
const enrol = (fields: Fields = {}, headers: Record<string, string> = auth) =>
  server.postForm('/enrolments', toForm({ ...who, ...consent(), photo: [ada(1), ada(2), ada(3)], ...fields }), headers);
const start = (body: object = who, headers: Record<string, string> = auth) =>
  server.postJson('/step-ups', body, headers);
const submit = (stepUp: { id: unknown; challenge: unknown }, fields: Fields = {}) =>
  server.postForm(
    `/step-ups/${stepUp.id}/photos`,
    toForm({ challenge: String(stepUp.challenge), photo: ada(4), ...fields }),
  );
const started = async () => {
  const { body } = await start();
  return { id: String(body.id), challenge: String(body.challenge) };
};
const read = (id: unknown, headers = auth) => server.send('GET', `/step-ups/${id}`, { headers });

describe('enrolments at the API', () => {
  test('write the token into the profile and do not return it', async () => {
    const answer = await enrol();
    expect(answer).toMatchObject({ status: 201, body: { ok: true, photos: 3, weak: false } });
    const token = profile.attributes.get('00u1')!;
    expect(token.length).toBeGreaterThan(100);
    expect(JSON.stringify(answer.body)).not.toContain(token);
    expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain(token);
    const days = (Date.parse(String(answer.body.expiresAt)) - server.clock.now()) / 86_400_000;
    expect(Math.round(days)).toBe(365);
    expect((await enrol({ photo: ada(1) })).body.weak).toBe(true);
  });

  test('refuse consent with an error for the invalid field, and report it as missing only if it was not sent', async () => {
    for (const [fields, code, field] of [
      [{ consentGivenAt: [] }, 'consent_missing', 'consentGivenAt'],
      [{ consentGivenAt: '2026-11-20' }, 'request_malformed', 'consentGivenAt'],
      [{ consentGivenAt: '2999-01-01T00:00:00Z' }, 'request_malformed', 'consentGivenAt'],
      [{ consentStatement: 'x'.repeat(2001) }, 'request_malformed', 'consentStatement'],
      [{ consent_given_at: 'x' }, 'field_unknown', 'consentGivenAt'],
    ] as const)
      expect(await enrol(fields as Fields)).toMatchObject({ status: 400, body: { code, field } });
  });

  test.each<[string, Fields, number, string]>([
    ['no consent', { consentStatement: [] }, 400, 'consent_missing'],
    ['an unknown connection', { connection: 'none' }, 404, 'connection_unknown'],
    ['an unknown user', { subject: '00u9' }, 404, 'subject_unknown'],
    ['no photo', { photo: [] }, 400, 'photo_missing'],
    ['six photos', { photo: [1, 2, 3, 4, 5, 6].map(ada) }, 400, 'photo_too_many'],
    ['an unknown field', { accuracy: '1' }, 400, 'field_unknown'],
  ])('refuse %s', async (_, fields, status, code) => {
    expect(await enrol(fields)).toMatchObject({ status, body: { code } });
    expect(profile.attributes.get('00u1')).toBeNull();
  });

  test('require the scope enrol', async () => {
    const weak = { 'x-auth-token': (await server.issue(['verify', 'match'])).token };
    expect((await enrol({}, weak)).body.code).toBe('scope_missing');
    expect((await server.postJson('/enrolments/revoke', who, weak)).body.code).toBe('scope_missing');
  });
});

describe('a step-up', () => {
  test('with an audience returns a receipt for that audience and leaves no pass for hooks', async () => {
    await enrol();
    const asked = { connection: 'acme', subject: '00u1', audience: 'https://app.example.com', nonce: 'n-1' };
    const stepUp = (await server.postJson('/step-ups', asked, auth)).body as { id: string; challenge: string };
    expect((await read(stepUp.id)).body.receipt).toBeNull();
    const { receipt, state } = (await submit(stepUp)).body;
    expect(state).toBe('passed');
    const jwks = (await server.send('GET', '/.well-known/jwks.json')).body as unknown as JSONWebKeySet;
    const { payload } = await jwtVerify(String(receipt), createLocalJWKSet(jwks), {
      issuer: server.deps.issuer,
      audience: 'https://app.example.com',
      currentDate: new Date(server.clock.now()),
    });
    expect(payload).toMatchObject({ sub: '00u1', nonce: 'n-1', txn: stepUp.id, connection: 'acme', amr: ['face'] });
    expect((await read(stepUp.id)).body.receipt).toBe(receipt);
    expect(await server.deps.state.read('passed:acme:00u1')).toBeNull();
    server.clock.advanceSec(121);
    expect((await read(stepUp.id)).body).toMatchObject({ state: 'passed', receipt: null });
  });

  test('with a caller-held token requires no user, and deletes the token when it ends', async () => {
    const { token } = (await server.postForm('/generate', toForm({ photo: [ada(1), ada(2)], scope: 'kyc' }), auth))
      .body;
    const asked = { subject: 'New@example.com', token: String(token), scope: 'kyc' };
    const start = (more: object) => server.postJson('/step-ups', { ...asked, ...more }, auth);
    const pass = async (more: object) => {
      const stepUp = (await start(more)).body as { id: string; challenge: string };
      const stored = JSON.stringify(await server.deps.state.read(`step-up:${stepUp.id}`));
      expect(stored).toContain(String(token));
      const { body } = await submit(stepUp);
      expect(JSON.stringify(await server.deps.state.read(`step-up:${stepUp.id}`))).not.toContain(String(token));
      return body;
    };
    const { receipt } = await pass({ audience: 'https://app.example.com' });
    expect(decodeJwt(String(receipt))).toMatchObject({ sub: 'New@example.com', connection: 'api:default' });
    expect(await pass({ connection: 'acme', application: 'portal' })).toMatchObject({ state: 'passed', receipt: null });
    expect(await server.deps.state.read('passed:acme:identifier:new@example.com')).not.toBeNull();
    const other = (await start({ audience: 'a', scope: 'other' })).body as { id: string; challenge: string };
    expect((await submit(other)).body.state).toBe('failed');
  });

  test('requested by a provider starts once and binds the receipt to the signed user, nonce and audience', async () => {
    await enrol();
    const asked = { connection: 'acme', request: 'signed 00u1 n-7' };
    const stepUp = (await server.postJson('/step-ups/requested', asked)).body as { id: string; challenge: string };
    expect(decodeJwt(String((await submit(stepUp)).body.receipt))).toMatchObject({
      sub: '00u1',
      nonce: 'n-7',
      aud: 'pool',
    });
    const again = await server.postJson('/step-ups/requested', asked);
    expect(again).toMatchObject({ status: 409, body: { code: 'step_up_finished' } });
    const untrusted = { status: 401, body: { code: 'caller_untrusted' } };
    for (const request of ['unsigned 00u1 n-8', 'signed-late 00u1 n-9', 'signed-before 00u1 n-10']) {
      expect(await server.postJson('/step-ups/requested', { ...asked, request })).toMatchObject(untrusted);
    }
    expect((await server.postJson('/step-ups/requested', { ...asked, connection: 'none' })).body.code).toBe(
      'connection_unknown',
    );
  });

  test('with an unknown id is refused before the body is read', async () => {
    const large = Buffer.alloc(9 * 1024 * 1024);
    expect((await submit({ id: 'unknown', challenge: 'x' }, { photo: large })).body.code).toBe('step_up_unknown');
    const over = await submit(await started(), { photo: [large, large] });
    expect(over).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  test('is available to clients of the connection’s tenant and of the default tenant only', async () => {
    const own = { 'x-auth-token': (await server.issue(undefined, 'acme')).token };
    const foreign = { 'x-auth-token': (await server.issue(undefined, 'globex')).token };
    const { body } = await start(who, own);
    expect(body.ok).toBe(true);
    expect((await start(who, foreign)).body.code).toBe('connection_unknown');
    expect((await enrol({}, foreign)).body.code).toBe('connection_unknown');
    expect((await read(body.id, own)).status).toBe(200);
    expect((await read(body.id, foreign)).body.code).toBe('step_up_unknown');
    expect((await start({ ...who, connection: 'none' })).body.code).toBe('connection_unknown');
  });
});
