import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { beginAgreed, startCapture } from '../../../support/benches/capture-bench.js';
import { digestOf, lendCamera, openOnPhone, type openPage } from '../../../support/benches/capture-page.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import { createEndpoints } from '../../app/endpoints.js';

/* Every call that takes a session, by everybody who can have one. */

let server: ApiServer;

beforeEach(async () => {
  ({ server } = await startCapture({ userSecret: 'passkey', handOff: true }));
});

type Page = ReturnType<typeof openPage>;
const photos = () => Array.from({ length: 5 }, () => Buffer.from(`face ada centre:${randomUUID()}`));

interface Call {
  readonly call: string;
  readonly purpose?: 'manage' | undefined;
  readonly send: (page: Page) => Promise<{ readonly body: { readonly code?: unknown } }>;
  readonly allowed: readonly Role[];
}
const get = (path: string, allowed: readonly Role[], purpose?: 'manage'): Call => ({
  call: `GET ${path}`,
  purpose,
  allowed,
  send: (page) => page.get(path),
});
const post = (path: string, allowed: readonly Role[], body: object = {}, purpose?: 'manage'): Call => ({
  call: `POST ${path}`,
  purpose,
  allowed,
  send: (page) => page.post(path, body),
});
const held = (path: string, body: object = {}) => post(path, ['own'], body, 'manage');
const any = ['own', 'camera'] as const;
const address = {
  endpoint: 'https://push.example.com/x',
  p256dh: Buffer.alloc(65, 4).toString('base64url'),
  auth: Buffer.alloc(16).toString('base64url'),
  publicKey: 'x',
};

/** What each call sends, and who is let in. A check needs `verify`, a look at what is held `manage`. */
const calls: readonly Call[] = [
  get('/face/session', ['own', 'unpaired', 'camera']),
  { call: 'POST /face/consent', send: (page) => page.consent(), allowed: any },
  post('/face/document/request', any),
  post('/face/document', any),
  { call: 'POST /face/reference', send: (page) => page.lookAtReference(Buffer.from('wall')), allowed: any },
  get('/face/picture-keys', ['own', 'camera']),
  post('/face/challenge', any),
  post('/face/challenge/frames', any, { nonce: 'n', digest: digestOf(Buffer.from('x')), looks: [] }),
  { call: 'POST /face/frames', send: (page) => page.send({ nonce: 'n', photo: photos() }), allowed: any },
  post('/face/vendor-check', any),
  post('/face/vendor-check/finish', any, { nonce: 'n' }),
  post('/face/passkey', any),
  post('/face/decline', any),
  post('/face/test', ['own']),
  post('/face/hand-off', ['own']),
  post('/face/hand-off/choice', ['unpaired'], { number: null }),
  ...['enrolment', 'notices', 'data-consents', 'devices', 'services', 'links'].map((name) =>
    get(`/face/${name}`, ['own'], 'manage'),
  ),
  held('/face/notices', { on: [], email: true, language: 'en' }),
  held('/face/notices/devices', address),
  held('/face/notices/devices/remove', { device: null }),
  held('/face/enrolment/revoke'),
  held('/face/enrolment/renew'),
  held('/face/data-consents/withdraw', { client: 'shop' }),
  held('/face/checks'),
  held('/face/checks/not-me', { id: `${'1'.repeat(13)}-x` }),
  held('/face/devices/forget'),
  held('/face/export'),
  held('/face/links/end', { connection: 'payroll' }),
  held('/face/caller-pin'),
  post('/face/another-way/send', ['own'], { channel: 'email' }),
  post('/face/another-way/code', ['own'], { channel: 'email', id: 'i', code: '077113' }),
  post('/face/another-way/passkey', ['own'], { passkey: '{}' }),
  held('/face/passkey/add', { passkey: '{}' }),
  held('/face/passkey/remove'),
  post('/face/another-way/recovery-code', ['own'], { code: 'a2b3-c4d5-e6f7' }),
  post('/face/another-way/bypass-code', ['own'], { code: 'a2b3-c4d5-e6f7' }),
  post('/face/help', ['own'], { reason: 'other' }),
  post('/face/set-up-link', ['own']),
  post('/face/recovery-codes', ['own']),
  post('/face/receipt', ['own']),
];

/** A session of each role on a step-up of its own. */
const roles = {
  own: async (page: Page) => page,
  unpaired: async (page: Page) => (await openOnPhone(server, page)).phone,
  camera: (page: Page) => lendCamera(server, page),
} as const;
type Role = keyof typeof roles;
const isRole = (name: string): name is Role => name in roles;

const begin = async (purpose?: 'manage'): Promise<Page> =>
  (await (purpose === undefined ? beginAgreed(server) : beginAgreed(server, { purpose }, '/invitations'))).page;

test('the list has every session endpoint, and each has its own action, except codes', () => {
  const endpoints = createEndpoints(server.deps).filter(({ auth: { kind } }) => kind === 'session');
  expect(calls.map(({ call }) => call).sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
  const actions = endpoints.flatMap(({ auth: needed }) => (needed.kind === 'session' ? [needed.action] : []));
  // Whichever code it is, it is given in place of the face.
  const others = actions.filter((action) => action !== 'pass_another_way');
  expect(actions.length - others.length).toBe(4);
  expect(new Set(others).size).toBe(others.length);
});

test.each(calls)('$call is allowed for the roles $allowed only', async ({ purpose, send, allowed }) => {
  for (const role of Object.keys(roles).filter(isRole)) {
    const page = await roles[role](await begin(purpose));
    const isLetIn = (await send(page)).body.code !== 'step_up_unknown';
    expect({ role, isLetIn }).toEqual({ role, isLetIn: allowed.includes(role) });
  }
});
