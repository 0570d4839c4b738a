import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ApiServer, startApiServer } from '../../test/api-server.js';
import { digestOf, lendCamera, openLink, openOnPhone, openPage } from '../../test/capture-page.js';
import { defaultPolicy } from '../../test/core.js';
import { createTestVerifier } from '../../test/embedded.js';
import { createMemoryProfile } from '../../test/simulated-profile.js';
import type { Connection } from '../core/connection.js';
import { createEndpoints } from '../server/endpoints.js';

/* Every call that takes a session, by everybody who can have one. */

let server: ApiServer;
let profile: ReturnType<typeof createMemoryProfile>;
let auth: { 'x-auth-token': string };

beforeEach(async () => {
  profile = createMemoryProfile(['00u1']);
  const policy = { ...defaultPolicy, liveness: 'challenge', userSecret: 'passkey', handOff: true } as const;
  const connection: Connection = { id: 'acme', kind: 'okta', profile, openStepUpRequest: null, policy };
  server = await startApiServer({ verifier: createTestVerifier(), connections: new Map([['acme', connection]]) });
  auth = { 'x-auth-token': (await server.issue()).token };
});
afterEach(() => server.stop());

type Page = ReturnType<typeof openPage>;
const who = { connection: 'acme', subject: '00u1' };
const photos = () => Array.from({ length: 5 }, () => Buffer.from(`face ada centre:${randomUUID()}`));

/** What each call sends, and who is let in. A check needs `verify`, a look at what is held `manage`. */
const calls: readonly {
  readonly call: string;
  readonly purpose?: 'manage';
  readonly send: (page: Page) => Promise<{ readonly body: { readonly code?: unknown } }>;
  readonly allowed: readonly Role[];
}[] = [
  { call: 'GET /face/session', send: (page) => page.get('/face/session'), allowed: ['own', 'unpaired', 'camera'] },
  { call: 'POST /face/consent', send: (page) => page.consent(), allowed: ['own', 'camera'] },
  {
    call: 'POST /face/reference',
    send: (page) => page.lookAtReference(Buffer.from('wall')),
    allowed: ['own', 'camera'],
  },
  { call: 'POST /face/challenge', send: (page) => page.post('/face/challenge'), allowed: ['own', 'camera'] },
  {
    call: 'POST /face/challenge/frames',
    send: (page) => page.post('/face/challenge/frames', { nonce: 'n', digest: digestOf(Buffer.from('x')) }),
    allowed: ['own', 'camera'],
  },
  {
    call: 'POST /face/frames',
    send: (page) => page.send({ nonce: 'n', photo: photos() }),
    allowed: ['own', 'camera'],
  },
  { call: 'POST /face/passkey', send: (page) => page.post('/face/passkey'), allowed: ['own', 'camera'] },
  { call: 'POST /face/decline', send: (page) => page.post('/face/decline'), allowed: ['own', 'camera'] },
  { call: 'POST /face/hand-off', send: (page) => page.post('/face/hand-off'), allowed: ['own'] },
  {
    call: 'POST /face/hand-off/choice',
    send: (page) => page.post('/face/hand-off/choice', { number: null }),
    allowed: ['unpaired'],
  },
  {
    call: 'GET /face/enrolment',
    purpose: 'manage',
    send: (page) => page.get('/face/enrolment'),
    allowed: ['own'],
  },
  {
    call: 'GET /face/notices',
    purpose: 'manage',
    send: (page) => page.get('/face/notices'),
    allowed: ['own'],
  },
  {
    call: 'POST /face/notices',
    purpose: 'manage',
    send: (page) => page.post('/face/notices', { on: [], email: true, language: 'en' }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/notices/devices',
    purpose: 'manage',
    send: (page) =>
      page.post('/face/notices/devices', {
        endpoint: 'https://push.example.com/x',
        p256dh: Buffer.alloc(65, 4).toString('base64url'),
        auth: Buffer.alloc(16).toString('base64url'),
        publicKey: 'x',
      }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/notices/devices/remove',
    purpose: 'manage',
    send: (page) => page.post('/face/notices/devices/remove', { device: null }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/enrolment/revoke',
    purpose: 'manage',
    send: (page) => page.post('/face/enrolment/revoke'),
    allowed: ['own'],
  },
  {
    call: 'POST /face/enrolment/renew',
    purpose: 'manage',
    send: (page) => page.post('/face/enrolment/renew'),
    allowed: ['own'],
  },
  {
    call: 'GET /face/data-consents',
    purpose: 'manage',
    send: (page) => page.get('/face/data-consents'),
    allowed: ['own'],
  },
  {
    call: 'POST /face/data-consents/withdraw',
    purpose: 'manage',
    send: (page) => page.post('/face/data-consents/withdraw', { client: 'shop' }),
    allowed: ['own'],
  },
  ...(
    [
      ['POST', '/face/checks'],
      ['GET', '/face/devices'],
      ['POST', '/face/devices/forget'],
      ['GET', '/face/services'],
      ['POST', '/face/export'],
    ] as const
  ).map(([method, path]) => ({
    call: `${method} ${path}`,
    purpose: 'manage' as const,
    send: (page: Page) => (method === 'GET' ? page.get(path) : page.post(path)),
    allowed: ['own'] as const,
  })),
  {
    call: 'GET /face/links',
    purpose: 'manage',
    send: (page) => page.get('/face/links'),
    allowed: ['own'],
  },
  {
    call: 'POST /face/links/end',
    purpose: 'manage',
    send: (page) => page.post('/face/links/end', { connection: 'payroll' }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/another-way/send',
    send: (page) => page.post('/face/another-way/send', { channel: 'email' }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/another-way/code',
    send: (page) => page.post('/face/another-way/code', { channel: 'email', id: 'i', code: '077113' }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/another-way/recovery-code',
    send: (page) => page.post('/face/another-way/recovery-code', { code: 'a2b3-c4d5-e6f7' }),
    allowed: ['own'],
  },
  {
    call: 'POST /face/another-way/bypass-code',
    send: (page) => page.post('/face/another-way/bypass-code', { code: 'a2b3-c4d5-e6f7' }),
    allowed: ['own'],
  },
  { call: 'POST /face/help', send: (page) => page.post('/face/help', { reason: 'other' }), allowed: ['own'] },
  { call: 'POST /face/recovery-codes', send: (page) => page.post('/face/recovery-codes'), allowed: ['own'] },
  { call: 'POST /face/receipt', send: (page) => page.post('/face/receipt'), allowed: ['own'] },
];

/** A session of each role on a step-up of its own. */
const roles = {
  own: async (page: Page) => page,
  unpaired: async (page: Page) => (await openOnPhone(server, page)).phone,
  camera: (page: Page) => lendCamera(server, page),
} as const;
type Role = keyof typeof roles;
const isRole = (name: string): name is Role => name in roles;

async function begin(purpose?: 'manage'): Promise<Page> {
  const path = purpose === undefined ? '/step-ups' : '/invitations';
  const { body } = await server.postJson(path, { ...who, ...(purpose === undefined ? {} : { purpose }) }, auth);
  const page = openPage(server, String((await openLink(server, String(body.url))).body.session));
  await page.consent();
  return page;
}

test('the list holds every call that takes a session, each for an action of its own but codes', () => {
  const endpoints = createEndpoints(server.deps).filter(({ auth: { kind } }) => kind === 'session');
  expect(calls.map(({ call }) => call).sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
  const actions = endpoints.flatMap(({ auth: needed }) => (needed.kind === 'session' ? [needed.action] : []));
  // Whichever code it is, it is given in place of the face.
  const others = actions.filter((action) => action !== 'pass_another_way');
  expect(actions.length - others.length).toBe(3);
  expect(new Set(others).size).toBe(others.length);
});

test.each(calls)('$call is for $allowed alone', async ({ purpose, send, allowed }) => {
  for (const role of Object.keys(roles).filter(isRole)) {
    const page = await roles[role](await begin(purpose));
    const isLetIn = (await send(page)).body.code !== 'step_up_unknown';
    expect({ role, isLetIn }).toEqual({ role, isLetIn: allowed.includes(role) });
  }
});
