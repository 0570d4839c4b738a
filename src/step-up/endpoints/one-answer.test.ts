import { randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { openLink, openPage } from '../../../support/benches/capture-page.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { firstView } from '../../../support/data/first-view.js';
import { parameters } from '../../../support/data/parameters.js';
import { countExaminations } from '../../../support/fakes/counted.js';
import { createTestSight } from '../../../support/fakes/embedded.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { createSimulatedEngine } from '../../../support/fakes/simulated-engine.js';
import { createSimulatedJudge } from '../../../support/fakes/simulated-judge.js';
import { createMemoryProfile } from '../../../support/fakes/simulated-profile.js';
import { systemRandom } from '../../../support/fakes/sinks.js';
import { cheapStretch } from '../../../support/fakes/stretch.js';
import { type ApiServer, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { attemptsOfSubject, attemptsOfToken } from '../../core/limits/attempts.js';
import { countAttempt } from '../../core/limits/lockout.js';
import type { Keys } from '../../core/ports.js';
import { createEmbeddedVerifier } from '../../face/verifier/embedded.js';

/*
 * To the person in front of the camera whatever is wrong is one answer, after the same work: on the page, and where a
 * backend sends the photos.
 */

const sealingKeys: (Uint8Array | null)[] = [];
/** What was asked of the ports behind the verifier. */
const work = { examined: 0, macs: 0 };
let server: ApiServer;
let profile: ReturnType<typeof createMemoryProfile>;
let auth: { 'x-auth-token': string };

const keys: Keys = {
  currentVersion: () => createKeysInMemory(...sealingKeys).currentVersion(),
  holds: (version) => createKeysInMemory(...sealingKeys).holds(version),
  async mac(version, message) {
    const mac = await createKeysInMemory(...sealingKeys).mac(version, message);
    work.macs += 1;
    return mac;
  },
};

async function startWith(liveness: 'passive' | 'challenge'): Promise<void> {
  sealingKeys.splice(0, sealingKeys.length, randomBytes(32));
  profile = createMemoryProfile(['unenrolled', 'enrolled']);
  const acme = createTestConnection({ id: 'acme', kind: 'okta', profile, policy: { liveness, enrolmentDays: 1 } });
  const engine = countExaminations(createSimulatedEngine(), work);
  const verifier = createEmbeddedVerifier({ engine, parameters, keys, random: systemRandom, stretch: cheapStretch });
  const seeing = { judge: createSimulatedJudge(engine), analysisCache: createTestSight(engine) };
  server = await startApiServer({ verifier, ...seeing, connections: new Map([['acme', acme]]) });
  auth = { 'x-auth-token': (await server.issue()).token };
}

const draw = (person: string, liveness = 0.9, movement = '1'): Uint8Array =>
  Buffer.from(`face ${person} ${movement}:${randomUUID()} ${liveness}`);

async function enrol(): Promise<string> {
  const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
  const form = toForm({ connection: 'acme', subject: 'enrolled', ...consent, photo: [1, 2, 3].map(() => draw('ada')) });
  expect((await server.postForm('/enrolments', form, auth)).status).toBe(201);
  return String(profile.attributes.get('enrolled'));
}

/** Who is checked, and by which face. */
interface Checked {
  readonly subject: string;
  readonly person?: string;
  readonly liveness?: number;
}

async function retireKey(): Promise<void> {
  sealingKeys.push(randomBytes(32));
  sealingKeys[0] = null;
}

const refreshAuth = async () => {
  auth = { 'x-auth-token': (await server.issue()).token };
};
const enrolled = (more: Omit<Checked, 'subject'> = {}, spoil: (token: string) => unknown = () => {}) =>
  async function prepare(): Promise<Checked> {
    await spoil(await enrol());
    return { subject: 'enrolled', ...more };
  };
const revoke = async (token: string) => expect((await server.postJson('/revoke', { token }, auth)).status).toBe(200);

/** Name of the failure, its reason in the audit trail, and how to cause it. */
const wrongs: readonly (readonly [string, string | null, () => Promise<Checked>])[] = [
  ['a wrong face', null, enrolled({ person: 'eve' })],
  ['an unknown user', null, async () => ({ subject: 'nobody' })],
  ['a user without an enrolment', null, async () => ({ subject: 'unenrolled' })],
  [
    'an expired token',
    'token_expired',
    enrolled({}, () => {
      server.clock.advanceSec(86_400);
      return refreshAuth();
    }),
  ],
  ['a revoked token', 'token_revoked', enrolled({}, revoke)],
  [
    'a damaged token',
    'token_malformed',
    async () => {
      // The server has no record of this enrolment, so it believes the provider.
      profile.attributes.set('unenrolled', (await enrol()).slice(0, -1));
      return { subject: 'unenrolled' };
    },
  ],
  ['a token whose key is retired', 'token_key_retired', enrolled({}, retireKey)],
  ['the right face with a low liveness score', 'liveness_low', enrolled({ liveness: 0.02 })],
  ['a wrong face with a low liveness score', 'liveness_low', enrolled({ person: 'eve', liveness: 0.02 })],
];

const start = async (body: object) => {
  const { body: started } = await server.postJson('/step-ups', body, auth);
  return { id: String(started.id), challenge: String(started.challenge), url: String(started.url) };
};

/** One check each, from its start; `null` instead of what differs from one step-up to the next. */
const doors = {
  'photos of a backend': async ({ subject, person = 'ada', liveness }: Checked) => {
    const { id, challenge } = await start({ connection: 'acme', subject });
    const form = toForm({ challenge, photo: [draw(person, liveness), draw(person, liveness)] });
    const { status, headers, body } = await server.postForm(`/step-ups/${id}/photos`, form);
    const { state } = (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body;
    const told = { ...body, ...('id' in body ? { id: null, expiresAt: null } : {}) };
    return { status, body: told, state, retryAfter: headers.get('retry-after') };
  },
  'the capture page': async ({ subject, person = 'ada', liveness }: Checked) => {
    const { id, url } = await start({ connection: 'acme', subject });
    const { body: opened } = await openLink(server, url);
    const page = openPage(server, String(opened.session));
    await page.consent();
    const { status, headers, body } = await page.check((movement) => draw(person, liveness, movement));
    const { state } = (await server.send('GET', `/step-ups/${id}`, { headers: auth })).body;
    const told = 'view' in body ? { ...body, view: { ...Object(body.view), id: null, expiresAt: null } } : body;
    return { status, body: told, state, retryAfter: headers.get('retry-after') };
  },
} as const;

const expected = {
  'photos of a backend': {
    liveness: 'passive',
    answer: {
      status: 200,
      state: 'failed',
      retryAfter: null,
      body: { ok: true, id: null, state: 'failed', expiresAt: null, receipt: null },
    },
    work: { examined: 2, macs: 1 },
    retryAfter: '900',
  },
  'the capture page': {
    liveness: 'challenge',
    answer: {
      status: 200,
      state: 'started',
      retryAfter: null,
      body: {
        ok: true,
        outcome: 'try_again',
        hint: 'follow',
        receipt: null,
        view: {
          ...firstView,
          id: null,
          triesLeft: 2,
          expiresAt: null,
          retentionDays: 1,
          light: 'offered',
          organisation: null,
        },
      },
    },
    work: { examined: 18, macs: 1 },
    // The frames of the refused attempt took three times .9 s.
    retryAfter: '898',
  },
} as const;

const fail = async () => ({ succeeded: false, result: null });

describe.each(['photos of a backend', 'the capture page'] as const)('a check through %s', (door) => {
  const { liveness, answer, work: expectedWork, retryAfter } = expected[door];
  beforeEach(() => startWith(liveness));

  test.each(wrongs)(
    '%s gets the same response after the same work, and counts as one failed attempt',
    async (_, code, prepare) => {
      const checked = await prepare();
      const binding = { tenant: 'acme', idp: 'okta', subject: checked.subject, scope: '', accuracy: 4 } as const;
      for (let failed = 0; failed < 3; failed += 1) await countAttempt(attemptsOfSubject(binding), fail, server.deps);
      for (const lockedForSec of [null, 900]) {
        Object.assign(work, { examined: 0, macs: 0 });
        const body = door === 'the capture page' ? { ...answer.body, lockedForSec } : answer.body;
        expect(await doors[door](checked)).toEqual({ ...answer, body });
        expect(work).toEqual(expectedWork);
      }
      const refused = server.audit.events.filter(({ action }) => action === 'verification_refused');
      expect(refused.map(({ detail }) => detail.code ?? null)).toEqual([code, code]);
      const locked = await doors[door](checked);
      expect(locked).toMatchObject({ status: 429, body: { code: 'locked_out' }, state: 'started', retryAfter });
    },
  );

  test('an unusable photo keeps the step-up open and costs no attempt, for any fault of the token', async () => {
    const answers = new Set<string>();
    for (const [, , prepare] of wrongs) {
      await startWith(liveness);
      const { subject } = await prepare();
      const seen = await doors[door]({ subject, person: '' });
      expect(seen.state).toBe('started');
      answers.add(JSON.stringify(seen));
      const counted = `failures:0:subject:okta:acme:${subject}`;
      expect(await server.deps.state.add(counted, 0, server.clock.now())).toBe(0);
    }
    expect([...answers]).toHaveLength(1);
  });
});

describe('a token held by the backend', () => {
  beforeEach(() => startWith('passive'));
  const scope = 'kyc';
  const generate = async () => {
    const form = toForm({ photo: [1, 2, 3].map(() => draw('ada')), scope });
    const { token, tokenId } = (await server.postForm('/generate', form, auth)).body;
    return { token: String(token), tokenId: String(tokenId) };
  };
  const check = async (token: string, person = 'ada') => {
    const { id, challenge } = await start({
      subject: 'New@example.com',
      token,
      scope,
      audience: 'https://app.example',
    });
    const sent = await server.postForm(`/step-ups/${id}/photos`, toForm({ challenge, photo: draw(person) }));
    return { status: sent.status, code: sent.body.code ?? null, state: sent.body.state ?? null };
  };

  const kept: [string, string | null, (token: string) => unknown, string][] = [
    ['a wrong face', null, () => {}, 'eve'],
    ['a revoked token', 'token_revoked', revoke, 'ada'],
    ['a token whose key is retired', 'token_key_retired', retireKey, 'ada'],
  ];
  test.each(kept)(
    '%s fails with the same response, counts as a failed attempt, and the audit trail has the reason',
    async (_, code, spoil, person) => {
      const { token, tokenId } = await generate();
      await spoil(token);
      for (let failed = 0; failed < 98; failed += 1) await countAttempt(attemptsOfToken(tokenId), fail, server.deps);
      for (const _attempt of [99, 100]) {
        Object.assign(work, { examined: 0, macs: 0 });
        expect(await check(token, person)).toEqual({ status: 200, code: null, state: 'failed' });
        expect(work).toEqual({ examined: 1, macs: 1 });
      }
      expect(await check(token, person)).toEqual({ status: 429, code: 'locked_out', state: null });
      const refused = server.audit.events.filter(({ action }) => action === 'verification_refused');
      expect(refused.map(({ detail }) => detail.code ?? null)).toEqual([code, code, 'locked_out']);
    },
  );

  test('a malformed token of the backend is refused when the step-up starts', async () => {
    const { token } = await generate();
    const body = { subject: 'New@example.com', token: token.slice(0, -1), scope, audience: 'https://app.example' };
    const answer = await server.postJson('/step-ups', body, auth);
    expect(answer).toMatchObject({ status: 400, body: { code: 'token_malformed' } });
  });
});
