import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { Response } from 'undici';
import { testShare } from '../../../support/data/share.js';
import { createTextLog, systemRandom } from '../../../support/fakes/sinks.js';
import { endAfterwards } from '../../../support/run/for-file.js';
import { patienceMs } from '../../../support/run/patience.js';
import {
  type Behaviour,
  faults,
  type SeenRequest,
  startFaultServer,
} from '../../../support/servers/facenition-faults.js';
import { startSelfSignedServer } from '../../../support/servers/self-signed.js';
import type { Binding, EnrolRequest, Verifier, VerifyRequest } from '../../core/ports.js';
import { Credential, Photo, SealedToken, UserSecret } from '../../core/secrets.js';
import { epochMs, epochSec } from '../../core/units.js';
import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { parseToken, renderToken } from '../token/format.js';
import { createFacenitionVerifier } from './facenition.js';

const canary = 'zq7-canary';
const clientToken = `client-${canary}`;
const password = `password ${canary} ü\r\n--`;
const opaqueToken = `${canary}${'a1b2'.repeat(10)}`;
const subject = `00u-${canary}`;
const binding: Binding = { tenant: 'acme', idp: 'okta', subject, scope: 'sign-in', accuracy: 4 };
const pixels = `\xff\xd8\xff jpeg ${canary}`;
const draw = (): Photo => new Photo(Buffer.from(pixels, 'latin1'));
const isWiped = (photo: Photo): boolean => photo.use((bytes) => bytes.every((byte) => byte === 0));

const ourToken = (expiresAt: number | null = null, keyVersion = 3): string =>
  renderToken({
    engine: 1,
    hasSecret: false,
    photos: 1,
    keyVersion,
    expiresAt: expiresAt === null ? null : epochSec(expiresAt),
    salt: Buffer.alloc(16, 1),
    stored: Buffer.alloc(128, 2),
    tag: Buffer.alloc(16, 3),
  }).use((text) => text);

const patient = { connectMs: patienceMs, headersMs: patienceMs, bodyMs: patienceMs, totalMs: patienceMs };
/** For servers that hang. The request itself arrives sooner. */
const impatient = { ...patient, headersMs: 500, bodyMs: 500, totalMs: 2000 };

async function setUp(
  behave: (request: SeenRequest, count: number) => Behaviour,
  { path = '', timeouts = patient }: { readonly path?: string; readonly timeouts?: typeof patient } = {},
) {
  const server = await startFaultServer(behave);
  return { ...connect(`${server.url}${path}`, timeouts), server };
}

function connect(url: string, timeouts = patient) {
  const log = createTextLog();
  let now = 1_700_000_000_000;
  const verifier = createFacenitionVerifier({
    url,
    token: new Credential(clientToken),
    random: systemRandom,
    log,
    timeouts,
    clock: { now: () => epochMs(now) },
  });
  endAfterwards(verifier.close);
  /** Moves the verifier's clock on. */
  const pass = (ms: number): void => {
    now += ms;
  };
  return { verifier, log, pass };
}

const verifyRequest = (changes: Partial<VerifyRequest> = {}): VerifyRequest => ({
  photos: [draw()],
  token: new SealedToken(opaqueToken),
  binding,
  secret: new UserSecret(password),
  requireLiveness: false,
  allowRenewal: true,
  ...changes,
  share: testShare,
});
const enrolRequest = (changes: Partial<EnrolRequest> = {}): EnrolRequest => ({
  photos: [draw()],
  binding,
  secret: new UserSecret(password),
  expiresAt: null,
  ...changes,
  share: testShare,
});

const answer = (json: unknown): Behaviour => ({ status: 200, json });
const yes = answer({ ok: true, authenticated: true, extra: [1] });
const lively = (value: unknown): Behaviour =>
  answer({
    ok: true,
    pass: true,
    reasons: [],
    measurements: [{ name: 'liveness', value, unit: 'probability', atLeast: 0.5, atMost: null, pass: true }],
  });

const errorOf = async (work: Promise<unknown>): Promise<FaceError> => {
  const error: unknown = await work.then(
    () => new Error('did not refuse'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FaceError)) throw error;
  return error;
};

const fieldsOf = async ({ headers, body }: SeenRequest): Promise<Record<string, unknown[]>> => {
  const form = await new Response(body, { headers: { 'content-type': String(headers['content-type']) } }).formData();
  const fields: Record<string, unknown[]> = {};
  for (const [name, value] of form) {
    const read = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer()).toString('latin1');
    fields[name] = [...(fields[name] ?? []), read];
  }
  return fields;
};

describe('a Facenition service with a fault', () => {
  // How often the server is asked: verification counts attempts there, detection leaves nothing behind.
  test.each([
    ['hang before headers', 'upstream_unavailable', 1, 1],
    ['hang in body', 'upstream_unavailable', 1, 1],
    ['drip', 'upstream_unavailable', 1, 1],
    ['truncate', 'upstream_unavailable', 1, 3],
    ['close', 'upstream_unavailable', 1, 3],
    ['huge body', 'upstream_malformed', 1, 1],
    ['huge headers', 'upstream_malformed', 1, 1],
    ['not http', 'upstream_malformed', 1, 1],
    [faults['html with 200'], 'upstream_malformed', 1, 1],
    [faults['html with 502'], 'upstream_unavailable', 1, 3],
    [faults['json with 500'], 'upstream_unavailable', 1, 1],
    [faults['json with 503'], 'upstream_unavailable', 1, 3],
    [faults.nothing, 'upstream_malformed', 1, 1],
    [faults.redirect, 'upstream_malformed', 1, 1],
  ] as const satisfies [Behaviour, FaceErrorCode, number, number][])(
    'the fault %j ends in %s after %i request for a verification and %i for a detection',
    async (behaviour, code, verifications, detections) => {
      const timeouts = ['hang before headers', 'hang in body', 'drip'].some((each) => each === behaviour)
        ? impatient
        : patient;
      const { verifier, server, log } = await setUp(() => behaviour, { timeouts });
      const request = verifyRequest();
      const photo = draw();
      const errors = [await errorOf(verifier.verify(request))];
      expect(server.requests.length).toBe(verifications);
      errors.push(await errorOf(verifier.detect(photo, testShare)));
      expect(server.requests.length).toBe(verifications + detections);
      expect(errors.map((error) => error.code)).toEqual([code, code]);
      expect(server.requests.every(({ path }) => path === '/authenticate' || path === '/detect')).toBe(true);
      expect([...request.photos, photo].map(isWiped)).toEqual([false, false]);
      const printed = inspect(errors, { depth: 9, showHidden: true }) + JSON.stringify(errors) + log.text();
      expect(printed).not.toContain(canary);
      expect(errors.map((error) => error.cause)).toEqual([undefined, undefined]);
    },
  );

  test.each([
    ['null', null],
    ['ok: false with status 200', { ok: false, authenticated: true }],
    ['text instead of a boolean', { ok: true, authenticated: 'true' }],
    ['no verdict', { ok: true }],
  ])('a reply of the wrong shape, %s, is upstream_malformed and never a match', async (_name, json) => {
    const { verifier, server } = await setUp(() => answer(json));
    expect((await errorOf(verifier.verify(verifyRequest()))).code).toBe('upstream_malformed');
    expect(server.requests.length).toBe(1);
  });

  test.each([
    ['no token', { ok: true }],
    ['a token with a space', { ok: true, token: 'a b' }],
    ['an invalid fv1 token', { ok: true, token: 'fv1.AAAA' }],
    ['an fv1 token with another expiry', { ok: true, token: ourToken(2_000_000_000) }],
  ])('an enrolment reply with %s is upstream_malformed', async (_name, json) => {
    const { verifier } = await setUp(() => answer(json));
    expect((await errorOf(verifier.enrol(enrolRequest()))).code).toBe('upstream_malformed');
  });
});

describe('a Facenition service that refuses a request', () => {
  test.each([
    [400, { ok: false, error: canary, code: 'face_none' }, 'face_none'],
    [413, { ok: false, error: canary, code: 'body_too_large' }, 'body_too_large'],
    [400, { ok: false, error: canary, code: 'token_revoked' }, 'token_revoked'],
    [429, { ok: false, error: canary, code: 'locked_out' }, 'locked_out'],
    // The hosted service sends no code: whatever it is, the request is at fault.
    [400, { ok: false, error: canary }, 'request_malformed'],
    // Our own client token, scope or address: not the caller's affair.
    [401, { ok: false, error: canary, code: 'caller_untrusted' }, 'upstream_unavailable'],
    [404, { ok: false, error: canary }, 'upstream_unavailable'],
    [429, { ok: false, error: canary }, 'upstream_unavailable'],
    [400, { ok: false, error: canary, code: canary }, 'upstream_unavailable'],
    [400, { ok: false, error: canary, code: 'toString' }, 'upstream_unavailable'],
    [400, { ok: true, authenticated: true }, 'upstream_malformed'],
  ] as const)(
    '%i %j becomes %s without the service’s text; only a token error causes a second request, for a decoy',
    async (status, json, code) => {
      const { verifier, server, log } = await setUp(() => ({ status, json }));
      const errors = [
        await errorOf(verifier.verify(verifyRequest())),
        await errorOf(verifier.detect(draw(), testShare)),
      ];
      expect(errors.map((error) => error.code)).toEqual([code, code]);
      expect(server.requests.length).toBe(code.startsWith('token_') ? 3 : 2);
      expect(inspect(errors, { depth: 9, showHidden: true }) + log.text()).not.toContain(canary);
    },
  );

  test('causes a refused verification if the error is a mismatch', async () => {
    const { verifier } = await setUp(() => ({ status: 403, json: { ok: false, code: 'face_mismatch' } }));
    expect(await verifier.verify(verifyRequest())).toMatchObject({ matched: false });
    expect((await errorOf(verifier.enrol(enrolRequest()))).code).toBe('face_mismatch');
  });

  test('causes an error with the retry-after time if the error is a lockout', async () => {
    const json = { ok: false, code: 'locked_out' };
    const { verifier } = await setUp(() => ({ status: 429, json, headers: { 'retry-after': '120' } }));
    expect((await errorOf(verifier.verify(verifyRequest()))).detail).toMatchObject({ retryAfterSec: 120 });
  });

  test('never opens the circuit breaker', async () => {
    const { verifier, server } = await setUp(() => ({ status: 400, json: { ok: false, code: 'face_none' } }));
    for (let count = 0; count < 12; count += 1) await errorOf(verifier.verify(verifyRequest()));
    expect(server.requests.length).toBe(12);
  });
});

describe('the circuit breaker', () => {
  test('opens after five outages, refuses calls, tries one request after the cool-down, and closes if that succeeds', async () => {
    let isBack = false;
    const { verifier, server, log, pass } = await setUp(() => (isBack ? yes : faults['json with 500']));
    for (let count = 0; count < 5; count += 1) await errorOf(verifier.verify(verifyRequest()));
    const refused = verifyRequest();
    expect((await errorOf(verifier.verify(refused))).code).toBe('upstream_unavailable');
    expect(await verifier.isReady()).toBe(false);
    expect(server.requests.length).toBe(5);
    pass(10_000);
    await errorOf(verifier.verify(verifyRequest()));
    await errorOf(verifier.verify(verifyRequest()));
    expect(server.requests.length).toBe(6);
    isBack = true;
    pass(10_000);
    for (let count = 0; count < 3; count += 1)
      expect(await verifier.verify(verifyRequest())).toMatchObject({ matched: true });
    expect(server.requests.length).toBe(9);
    expect(log.text().match(/open|half_open|closed/g)).toEqual(['open', 'half_open', 'open', 'half_open', 'closed']);
  });
});

describe('connections to the service', () => {
  test('are at most 16, and at most 64 calls wait or run', async () => {
    const { verifier, server } = await setUp(() => yes);
    const outcomes = await Promise.all(
      Array.from({ length: 80 }, () => verifier.verify(verifyRequest()).then(() => 'done', toCode)),
    );
    expect(outcomes.filter((outcome) => outcome === 'overloaded').length).toBe(16);
    expect(outcomes.filter((outcome) => outcome === 'done').length).toBe(64);
    expect(server.connections()).toBeLessThanOrEqual(16);
  });

  test('are closed after an unrequested reply, so that no later user receives the reply', async () => {
    const { verifier } = await setUp((_request, count) =>
      count % 2 === 1 ? 'two answers' : answer({ ok: true, authenticated: false }),
    );
    for (let count = 0; count < 10; count += 1)
      expect(await verifier.verify(verifyRequest())).toMatchObject({ matched: false });
  });
});

test('an untrusted server certificate is refused before any request is sent', async () => {
  const server = await startSelfSignedServer();
  expect((await errorOf(connect(server.url).verifier.verify(verifyRequest()))).code).toBe('upstream_unavailable');
  expect(server.requests()).toBe(0);
});

describe('requests to the service', () => {
  test('have the API’s fields and the client token, no user id and no copy of a photo, for enrolment and verification', async () => {
    const { verifier, server } = await setUp(
      ({ path }) => (path.endsWith('generate') ? answer({ ok: true, token: opaqueToken }) : yes),
      { path: '/base/' },
    );
    const expiresAt = epochSec(2_000_000_000);
    await verifier.enrol(enrolRequest({ photos: [draw(), draw()], expiresAt }));
    await verifier.verify(verifyRequest({ expectedExpiresAt: expiresAt }));
    const [enrolment, verification] = server.requests;
    const { scope, ...enrolled } = await fieldsOf(enrolment!);
    expect(enrolled).toEqual({
      expiry: ['2033-05-18T03:33:20.000Z'],
      accuracy: ['4'],
      password: [password],
      photo: [pixels],
    });
    expect(String(scope)).toMatch(/^sign-in#[\w-]{43}$/);
    expect(await fieldsOf(verification!)).toEqual({ ...enrolled, scope, token: [opaqueToken], photo: [pixels] });
    for (const { method, headers } of server.requests) {
      expect(method).toBe('POST');
      expect(headers).toMatchObject({ 'x-auth-token': clientToken, 'x-api-version': '2' });
    }
    expect(server.requests.map(({ path }) => path)).toEqual(['/base/generate', '/base/authenticate']);
    expect(Buffer.concat(server.requests.map(({ body }) => body)).toString('latin1')).not.toContain(subject);
  });

  test('are not sent if the verifier itself can refuse the call', async () => {
    const { verifier, server } = await setUp(() => yes);
    const six = Array.from({ length: 6 }, draw);
    const refusals = await Promise.all([
      errorOf(verifier.verify(verifyRequest({ photos: [] }))),
      errorOf(verifier.enrol(enrolRequest({ photos: six }))),
      errorOf(verifier.match(draw(), [], 4, testShare)),
      ...['', 'a b', 'a'.repeat(257), 'a\r\nb', 'fv1.short'].map((text) =>
        errorOf(verifier.verify(verifyRequest({ token: new SealedToken(text) }))),
      ),
      errorOf(verifier.enrol(enrolRequest({ binding: { ...binding, subject: '\ud800' } }))),
    ]);
    expect(refusals.map(({ code }) => code)).toEqual([
      'photo_missing',
      'photo_too_many',
      'photo_missing',
      ...Array(5).fill('token_malformed'),
      'request_malformed',
    ]);
    expect(server.requests.length).toBe(0);
  });
});

describe('a user without an enrolment', () => {
  const verifyNobody = (verifier: Verifier) => verifier.verify(verifyRequest({ token: null, secret: null }));

  test.each([
    ['a match', yes],
    ['token_key_retired', { status: 400, json: { ok: false, code: 'token_key_retired' } }],
    ['a refusal without a code', { status: 400, json: { ok: false } }],
  ] satisfies [string, Behaviour][])(
    'is verified against a decoy token; the reply %s does not match',
    async (_name, reply) => {
      const { verifier, server } = await setUp(() => reply);
      expect(await verifyNobody(verifier)).toEqual({ matched: false, liveness: null, renewed: null });
      expect(server.requests.map(({ path }) => path)).toEqual(['/authenticate']);
    },
  );

  test('receives the service’s error about the photo', async () => {
    const { verifier } = await setUp(() => ({ status: 400, json: { ok: false, code: 'face_none' } }));
    expect((await errorOf(verifyNobody(verifier))).code).toBe('face_none');
  });

  test.each([
    ['fv1', ourToken(2_000_000_000, 7)],
    ['hexadecimal digits', 'a1b2c3d4'.repeat(8)],
    ['another alphabet', 'Zz_-09'.repeat(9)],
  ])('gets a new decoy each time in the form of the last tokens sent: %s', async (_name, text) => {
    const { verifier, server } = await setUp(() => yes);
    await verifier.verify(verifyRequest({ token: new SealedToken(text) }));
    await verifyNobody(verifier);
    await verifyNobody(verifier);
    const sent = (await Promise.all(server.requests.map(fieldsOf))).map(({ token }) => String(token));
    const [, one, other] = sent;
    expect(new Set(sent).size).toBe(3);
    expect([one!.length, other!.length]).toEqual([text.length, text.length]);
    const alphabet = /^[0-9a-f]+$/.test(text) ? /^[0-9a-f]+$/ : /^[\w.-]+$/;
    expect(one).toMatch(alphabet);
    // Engine, flags and key version: the first four bytes of ours.
    if (text.startsWith('fv1.')) expect(one!.slice(0, 9)).toBe(text.slice(0, 9));
  });
});

test('a token that was not sent does not influence the form of decoys', async () => {
  const { verifier, server } = await setUp(() => yes);
  const invented = new SealedToken(ourToken(2_000_000_000, 65_535));
  await verifier.verify(verifyRequest({ token: invented, expectedExpiresAt: null }));
  await verifier.verify(verifyRequest({ token: null }));
  for (const { token } of await Promise.all(server.requests.map(fieldsOf)))
    expect(parseToken(new SealedToken(String(token))).fields).toMatchObject({ keyVersion: 1 });
});

describe('a token error of the service', () => {
  const about = (code: string): Behaviour => ({ status: 400, json: { ok: false, code } });

  test.each(['token_malformed', 'token_expired', 'token_revoked', 'token_key_retired'])(
    '%s is returned after another check with a decoy',
    async (code) => {
      const { verifier, server } = await setUp((_request, count) => (count === 1 ? about(code) : yes));
      expect((await errorOf(verifier.verify(verifyRequest()))).code).toBe(code);
      const sent = (await Promise.all(server.requests.map(fieldsOf))).map(({ token }) => String(token));
      expect(sent.map((text) => text === opaqueToken)).toEqual([true, false]);
    },
  );

  test('is replaced by the error about an unusable photo', async () => {
    const { verifier } = await setUp((_request, count) => about(count === 1 ? 'token_revoked' : 'face_none'));
    expect((await errorOf(verifier.verify(verifyRequest()))).code).toBe('face_none');
  });
});

describe('the expected expiry of a token', () => {
  test.each([
    [2_000_000_000, 2_000_000_000, true],
    [2_000_000_000, undefined, true],
    [2_000_000_000, 2_000_000_001, false],
    [2_000_000_000, null, false],
    [null, 2_000_000_000, false],
    [null, null, true],
  ])('token expiry %p, expected %p: matched is %p', async (held, expected, matched) => {
    const { verifier, server } = await setUp(() => yes);
    const request = verifyRequest({
      token: new SealedToken(ourToken(held)),
      ...(expected === undefined ? {} : { expectedExpiresAt: expected === null ? null : epochSec(expected) }),
    });
    expect(await verifier.verify(request)).toMatchObject({ matched });
    // Asked all the same, so that the time tells nothing; but not about a token that is not the one expected, as a service
    // that takes the expected expiry for the token's would open it, and count its attempts under another name.
    expect(server.requests.length).toBe(1);
    const { token } = await fieldsOf(server.requests[0]!);
    expect(String(token) === ourToken(held)).toBe(matched);
  });
});

describe('liveness of the service', () => {
  test('is measured for each photo before the check, and the minimum is returned', async () => {
    const values = [0.9, 0.04, 0.7];
    const { verifier, server } = await setUp(({ path }, count) =>
      path === '/liveness' ? lively(values[count - 1]) : yes,
    );
    const verdict = await verifier.verify(verifyRequest({ photos: [draw(), draw(), draw()], requireLiveness: true }));
    expect(verdict).toMatchObject({ matched: false, liveness: 0.04 });
    expect(server.requests.map(({ path }) => path)).toEqual(['/liveness', '/liveness', '/liveness', '/authenticate']);
  });

  test.each([
    [0.05, true],
    [0.049, false],
  ])(
    'decides at the value %d if the token is sent and may match (%s); otherwise a decoy is sent',
    async (value, isSent) => {
      const { verifier, server } = await setUp(({ path }) => (path === '/liveness' ? lively(value) : yes));
      expect(await verifier.verify(verifyRequest({ requireLiveness: true }))).toMatchObject({ matched: isSent });
      const { token } = await fieldsOf(server.requests[1]!);
      expect(String(token) === opaqueToken).toBe(isSent);
    },
  );

  test.each([
    ['none', answer({ ok: true, pass: true, reasons: [], measurements: [] })],
    ['2', lively(2)],
    ['text', lively('1')],
  ])('is upstream_malformed with the value %s, and no check follows', async (_name, reply) => {
    const { verifier, server } = await setUp(() => reply);
    const request = verifyRequest({ requireLiveness: true });
    expect((await errorOf(verifier.verify(request))).code).toBe('upstream_malformed');
    expect(server.requests.map(({ path }) => path)).toEqual(['/liveness']);
  });
});

test.each([
  ['a match are returned with two decimals', true, 0.72],
  ['a mismatch are not returned, even if the service sends one', false, null],
])('scores of %s', async (_name, authenticated, told) => {
  const { verifier } = await setUp(() => answer({ ok: true, authenticated, score: 0.71828, threshold: 0.41 }));
  expect(await verifier.score(verifyRequest())).toEqual({ matched: authenticated, score: told, threshold: 0.41 });
});

describe('readiness is true only if the service accepts the client token', () => {
  test.each([
    ['refuses an empty request by code', { status: 400, json: { ok: false, code: 'request_malformed' } }, true],
    ['refuses an empty request without a code', { status: 400, json: { ok: false, error: 'photo' } }, true],
    ['does not accept the client token', { status: 401, json: { ok: false, code: 'caller_untrusted' } }, false],
    ['denies the client token verification', { status: 403, json: { ok: false, code: 'scope_missing' } }, false],
    ['accepts an empty request', yes, false],
    ['is down', faults['html with 502'], false],
  ] satisfies [string, Behaviour, boolean][])('a service that %s', async (_name, behaviour, ready) => {
    const { verifier } = await setUp(() => behaviour);
    expect(await verifier.isReady()).toBe(ready);
  });

  test('is requested at most once in five seconds, for any number of callers', async () => {
    const { verifier, server, pass } = await setUp(() => ({ status: 400, json: { ok: false } }));
    await Promise.all(Array.from({ length: 50 }, () => verifier.isReady()));
    pass(4999);
    await verifier.isReady();
    expect(server.requests.length).toBe(1);
    pass(1);
    await verifier.isReady();
    expect(server.requests.length).toBe(2);
    expect(server.requests.map(({ path }) => path)).toEqual(['/authenticate', '/authenticate']);
  });
});
