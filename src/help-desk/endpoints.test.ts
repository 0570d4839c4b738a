import { beforeEach, describe, expect, test } from '@jest/globals';
import { beginPage, draw, enrolByApi, startCapture, who } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import { type SessionHeaders, toSessionHeaders } from '../../support/benches/console.js';
import { type ApiServer, addAdministrator, adminKey } from '../../support/servers/api-server.js';
import { beginSession } from '../access/console-sessions.js';
import { consoleGuard } from '../config/console.js';
import type { JsonObject } from '../core/base/json.js';
import type { Policy } from '../core/connection.js';
import { FaceError } from '../errors.js';

let server: ApiServer;
let auth: { 'x-auth-token': string };
/** Two help desk agents, and an auditor. */
let agent: { 'x-admin-key': string };
let second: { 'x-admin-key': string };
let auditor: { 'x-admin-key': string };

async function startWith(policy: Partial<Policy> = {}): Promise<void> {
  const bypass = { allowed: true, minutes: 20, approvals: 1, takesKeys: true } as const;
  const signIn = { issuer: 'https://login.example.com', clientId: 'console', clientSecret: 's', roles: {} };
  const console = consoleGuard.parse({ signIn });
  ({ server, auth } = await startCapture({ helpRequests: true, bypass, ...policy }, { console }));
  [agent, second, auditor] = [
    await addAdministrator(server, 'grace', 'help-desk'),
    await addAdministrator(server, 'joan', 'help-desk'),
    await addAdministrator(server, 'kay', 'auditor'),
  ];
}
beforeEach(() => startWith());

const detailsOf = (action: string) =>
  server.audit.events.flatMap((event) => (event.action === action ? [event.detail] : []));
type Page = ReturnType<typeof openPage>;

const enrol = () => enrolByApi(server);
const begin = (more: object = {}) => beginPage(server, { audience: 'https://app.example.com', ...more });

test.each([
  '/help-desk/vouchings',
  '/help-desk/vouchings/x',
  '/help-desk/bypass-codes',
  '/help-desk/bypass-codes/x/approve',
  '/help-desk/requests/x/take',
  '/help-desk/requests/x/settle',
])('%s requires an administrator with the help-desk role', async (path) => {
  expect((await server.postJson(path, {}, auditor)).body.code).toBe('role_missing');
  expect((await server.postJson(path, {}, auth)).body.code).toBe('caller_untrusted');
});

describe('a face check that verifies a caller for the help desk', () => {
  const vouch = async (more: object = {}) => {
    const { status, body } = await server.postJson('/help-desk/vouchings', { ...who, ...more }, agent);
    expect(status).toBe(201);
    return { id: String(body.id), url: String(body.url), number: String(body.number) };
  };
  const look = async (id: string, by = agent) => (await server.postJson(`/help-desk/vouchings/${id}`, {}, by)).body;
  const openOn = async (url: string) => {
    const { body } = await openLink(server, url);
    return { page: openPage(server, String(body.session)), view: body.view as JsonObject };
  };
  const choose = (page: Page, number: string | null) => page.post('/face/hand-off/choice', { number });

  test('shows the user to the agent for ten minutes and is audited', async () => {
    await enrol();
    const { id, url, number } = await vouch();
    expect(new URL(url).search).toBe('?lang=en&sent');
    expect(await look(id)).toMatchObject({ state: 'waiting', person: null });
    const { page, view } = await openOn(url);
    expect(view).toMatchObject({ role: 'unpaired', pairing: { kind: 'call' }, anotherWays: [], helpOffered: false });
    expect((view.pairing as { choices: string[] }).choices).toContain(number);
    expect(await look(id)).toMatchObject({ state: 'opened' });
    expect((await choose(page, number)).body.view).toMatchObject({ role: 'own', consentNeeded: true, pairing: null });
    expect(await look(id)).toMatchObject({ state: 'checking' });
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    const person = { ...who, login: '00u1@example.com', email: '00u1@example.com', phone: '+4915112345678' };
    expect(await look(id)).toMatchObject({ state: 'passed', person });
    await look(id);
    expect(detailsOf('vouched')).toEqual([{ stepUpId: expect.any(String), outcome: 'passed', by: 'grace' }]);
    server.clock.advanceSec(599);
    expect(await look(id)).toMatchObject({ state: 'passed', person });
    server.clock.advanceSec(1);
    expect(await look(id)).toMatchObject({ state: 'expired', person: null });
  });

  test('says if the user is not enrolled, so that no face can pass', async () => {
    const ask = async (path: string, more: object = {}) =>
      (await server.postJson(path, { ...who, ...more }, agent)).body.isEnrolled;
    expect(await ask('/help-desk/vouchings')).toBe(false);
    expect(await ask('/help-desk/enrolments', { proof: 'vouched' })).toBe(false);
    await enrol();
    expect(await ask('/help-desk/vouchings')).toBe(true);
    await server.postJson('/subjects/revoke', who, { 'x-admin-key': adminKey });
    expect(await ask('/help-desk/vouchings')).toBe(false);
  });

  test('does not reveal the user while the audit trail cannot be written', async () => {
    await enrol();
    const { id, url, number } = await vouch();
    const { page } = await openOn(url);
    await choose(page, number);
    await page.consent();
    expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
    const { append } = server.audit;
    server.audit.append = async () => {
      throw new FaceError('state_unavailable');
    };
    expect(await look(id)).toMatchObject({ code: 'state_unavailable' });
    server.audit.append = append;
    expect(await look(id)).toMatchObject({ state: 'passed', person: who });
    expect(detailsOf('vouched')).toMatchObject([{ outcome: 'passed', by: 'grace' }]);
  });

  test.each(['another', 'none'])('is refused if the user selects %s number', async (kind) => {
    await enrol();
    const { id, url, number } = await vouch();
    const { page, view } = await openOn(url);
    const another = (view.pairing as { choices: string[] }).choices.find((each) => each !== number)!;
    expect((await choose(page, kind === 'none' ? null : another)).body.view).toMatchObject({ state: 'failed' });
    expect((await choose(page, number)).body.code).toBe('step_up_finished');
    expect(await look(id)).toMatchObject({ state: 'refused', person: null });
    expect(detailsOf('vouched')).toMatchObject([{ outcome: 'refused' }]);
    // A stranger on the telephone locks no one out.
    expect(detailsOf('locked_out')).toEqual([]);
  });

  test('is visible only to the agent who requested it', async () => {
    const { id } = await vouch();
    expect((await look(id, second)).code).toBe('not_found');
    expect((await look('unknown')).code).toBe('not_found');
  });

  test('is sent by e-mail or SMS to the provider’s contact data, without the number', async () => {
    for (const [send, to] of [
      ['email', '00u1@example.com'],
      ['sms', '+4915112345678'],
    ] as const) {
      const { body } = await server.postJson('/help-desk/vouchings', { ...who, send, language: 'fr' }, agent);
      expect(body.url).toBeNull();
      const message = server.messages.at(-1)!;
      expect(message).toMatchObject({ channel: send, to });
      expect(message.text).toMatch(/https?:\/\/\S+\/face\?lang=fr&sent#/);
      expect(message.text.replace(/https?:\S+/, '')).not.toContain(String(body.number));
    }
  });

  test('leaves no pass for hooks, and is limited per user', async () => {
    for (let begun = 1; begun <= 6; begun += 1) await vouch();
    expect((await server.postJson('/help-desk/vouchings', who, agent)).body.code).toBe('locked_out');
    expect((await server.postJson('/help-desk/vouchings', { ...who, subject: '00u2' }, agent)).status).toBe(201);
    const unknown = { ...who, subject: 'nobody' };
    expect((await server.postJson('/help-desk/vouchings', unknown, agent)).body.code).toBe('subject_unknown');
    expect(await server.deps.state.read('passed:acme:00u1')).toBeNull();
  });
});

describe('a bypass code', () => {
  const make = async (more: object = {}) =>
    (await server.postJson('/help-desk/bypass-codes', { ...who, ...more }, agent)).body;
  const use = async (page: Page, code: unknown) => (await page.post('/face/another-way/bypass-code', { code })).body;
  const passed = { view: { state: 'passed_another_way' } };

  test('for a locked-out person names the end of the lockout, before which it does not work', async () => {
    expect(await make()).toMatchObject({ lockedUntil: null });
    const { page } = await begin();
    for (let tries = 0; tries < 5; tries += 1) await use(page, 'ABCD-EFGH-JKLM');
    const { code, lockedUntil } = await make();
    expect(new Date(String(lockedUntil)).getTime()).toBeGreaterThan(server.clock.now());
    expect((await use(page, code)).code).toBe('locked_out');
  });

  test('passes one step-up, and the result names the administrator who created it', async () => {
    const { code, state } = await make();
    expect(state).toBe('ready');
    const { id, page, view } = await begin();
    expect(view.anotherWays).toEqual(['bypass_code']);
    expect(await use(page, code)).toMatchObject(passed);
    expect(detailsOf('another_way_passed')).toMatchObject([{ stepUpId: id, way: 'bypass_code', by: 'grace' }]);
    expect((await use((await begin()).page, code)).code).toBe('code_wrong');
    const kept = JSON.stringify(await server.deps.state.read('bypass-codes'));
    expect(kept).not.toContain(String(code));
    expect(server.log.text() + JSON.stringify(server.audit.events)).not.toContain(String(code));
  });

  test('is valid for one user, connection and application only', async () => {
    const { code } = await make({ application: 'app.example.com' });
    for (const other of [{ subject: '00u2' }, { connection: 'other' }, { audience: 'https://else.example.com' }])
      expect((await use((await begin(other)).page, code)).code).toBe('code_wrong');
    expect(await use((await begin()).page, code)).toMatchObject(passed);
  });

  test('expires, and ends when another code is created for the user', async () => {
    const { code: former } = await make({ minutes: 5 });
    const { code } = await make({ minutes: 5 });
    expect((await use((await begin()).page, former)).code).toBe('code_wrong');
    server.clock.advanceSec(300);
    expect((await use((await begin()).page, code)).code).toBe('code_wrong');
    expect((await make({ minutes: 21 })).code).toBe('request_malformed');
  });

  test('counts wrong codes as failed attempts of the user', async () => {
    const { code } = await make();
    for (let tries = 1; tries <= 5; tries += 1)
      expect((await use((await begin()).page, 'AAAA-AAAA-AAAA')).code).toBe('code_wrong');
    expect((await use((await begin()).page, code)).code).toBe('locked_out');
  });

  test('requires the approval of another administrator if the policy requires it', async () => {
    await startWith({ bypass: { allowed: true, minutes: 20, approvals: 2, takesKeys: true } });
    const { id, code, state } = await make();
    expect(state).toBe('waiting');
    const { page } = await begin();
    expect((await use(page, code)).code).toBe('code_wrong');
    const approve = async (by: typeof agent) =>
      (await server.postJson(`/help-desk/bypass-codes/${id}/approve`, {}, by)).body;
    expect((await approve(agent)).code).toBe('approver_same');
    const { body } = await server.send('GET', '/help-desk/bypass-codes', { headers: second });
    expect(body.codes).toMatchObject([{ id, state: 'waiting', by: 'grace', approvedBy: null }]);
    expect(JSON.stringify(body)).not.toContain('digest');
    const { append } = server.audit;
    server.audit.append = () => Promise.reject(new FaceError('state_unavailable'));
    expect((await approve(second)).code).toBe('state_unavailable');
    server.audit.append = append;
    expect((await use(page, code)).code).toBe('code_wrong');
    expect((await approve(second)).ok).toBe(true);
    expect((await approve(second)).code).toBe('not_found');
    expect(detailsOf('bypass_approved')).toEqual([{ id, by: 'joan' }]);
    expect(await use(page, code)).toMatchObject(passed);
    expect(detailsOf('another_way_passed')).toMatchObject([{ by: 'grace', approvedBy: 'joan' }]);
  });

  const signInAs = async (login: string, subject: string): Promise<SessionHeaders> => {
    const by = { kind: 'provider', issuer: 'https://login.example.com', subject, login } as const;
    const secret = await beginSession({ name: login, role: 'help-desk', by }, server.deps);
    return toSessionHeaders(server, `__Host-facestep-console=${secret.use((text) => text)}`);
  };

  test('cannot be approved by its creator, even after a change of login', async () => {
    await startWith({ bypass: { allowed: true, minutes: 20, approvals: 2, takesKeys: true } });
    const before = await signInAs('joan', 'sub-1');
    const after = await signInAs('joan.smith', 'sub-1');
    const { id } = (await server.postJson('/v1/help-desk/bypass-codes', who, { ...before })).body;
    const approve = async (by: SessionHeaders | typeof agent) =>
      (await server.postJson(`/v1/help-desk/bypass-codes/${id}/approve`, {}, { ...by })).body;
    expect((await approve(after)).code).toBe('approver_same');
    expect((await approve(await signInAs('joan', 'sub-2'))).ok).toBe(true);
  });

  test('cannot be created or approved with an admin key if the policy forbids keys', async () => {
    await startWith({ bypass: { allowed: true, minutes: 20, approvals: 2, takesKeys: false } });
    expect((await make()).code).toBe('role_missing');
    const joan = await signInAs('joan', 'sub-1');
    const grace = await signInAs('grace', 'sub-2');
    const { id } = (await server.postJson('/v1/help-desk/bypass-codes', who, { ...joan })).body;
    const approve = async (by: SessionHeaders | typeof agent) =>
      (await server.postJson(`/v1/help-desk/bypass-codes/${id}/approve`, {}, { ...by })).body;
    expect((await approve(second)).code).toBe('role_missing');
    expect((await approve(grace)).ok).toBe(true);
  });

  test('is not created if the policy forbids it, for an unknown user, or above the rate limit', async () => {
    expect((await make({ subject: 'nobody' })).code).toBe('subject_unknown');
    for (let made = 1; made <= 5; made += 1) await make();
    expect((await make()).code).toBe('locked_out');
    await startWith({ bypass: { allowed: false, minutes: 20, approvals: 1, takesKeys: true } });
    expect((await make()).code).toBe('not_found');
  });

  test('ends with the enrolment', async () => {
    const { code } = await make();
    await server.postJson('/subjects/revoke', who, agent);
    expect((await use((await begin()).page, code)).code).toBe('code_wrong');
  });
});

describe('a request for help', () => {
  const list = async (more: Record<string, string> = {}, by = agent) =>
    (await server.send('GET', `/help-desk/requests?${new URLSearchParams(more)}`, { headers: by })).body as {
      requests: JsonObject[];
      cursor: string | null;
    };
  const ask = async (page: Page, note = '') => (await page.post('/face/help', { reason: 'cannot_move', note })).body;
  const call = async (id: unknown, what: 'take' | 'settle', by: typeof agent, fields: object = {}) =>
    (await server.postJson(`/help-desk/requests/${id}/${what}`, fields, by)).body;

  test('is listed, taken by one administrator, and settled', async () => {
    const { id: stepUpId, page, view } = await begin();
    expect(view.helpOffered).toBe(true);
    expect((await ask(page, '  <b>broken</b>\u202e\narm ')).ok).toBe(true);
    const { requests } = await list();
    expect(requests).toMatchObject([
      { ...who, stepUpId, reason: 'cannot_move', note: '<b>broken</b> arm', takenBy: null },
    ]);
    const { id } = requests[0]!;
    expect((await call(id, 'settle', agent, { settlement: 'bypass' })).code).toBe('not_found');
    for (let times = 0; times < 2; times += 1)
      expect((await call(id, 'take', agent)).request).toMatchObject({ takenBy: 'grace' });
    expect((await call(id, 'take', second)).code).toBe('request_taken');
    expect((await call(id, 'settle', second, { settlement: 'bypass' })).code).toBe('not_found');
    expect((await call(id, 'settle', agent, { settlement: 'bypass' })).ok).toBe(true);
    expect((await list()).requests).toEqual([]);
    expect(server.audit.events.map(({ action }) => action).filter((action) => action.startsWith('help_'))).toEqual([
      'help_asked',
      'help_taken',
      'help_settled',
    ]);
    expect(JSON.stringify(server.audit.events)).not.toContain('broken');
  });

  test('is limited to one per user, three per hour and 200 characters', async () => {
    const { page } = await begin();
    expect((await ask(page, 'x'.repeat(201))).code).toBe('request_malformed');
    for (const note of ['one', 'two', 'three']) await ask(page, note);
    expect((await ask(page)).code).toBe('locked_out');
    expect((await list()).requests).toMatchObject([{ note: 'three' }]);
  });

  test('expires after a day, is exported with the user’s data, and is erased with it', async () => {
    await ask((await begin()).page);
    server.clock.advanceSec(24 * 3600);
    expect((await list()).requests).toEqual([]);
    auth = { 'x-auth-token': (await server.issue()).token };
    await ask((await begin()).page);
    const exported = async () => {
      const { body } = await server.postJson('/subjects/export', who, { 'x-admin-key': adminKey });
      return (body.subjects as [{ held: { helpRequests: unknown } }])[0].held.helpRequests;
    };
    const [{ at, reason, note }] = (await list()).requests;
    expect(await exported()).toEqual([{ at, reason, note }]);
    await server.postJson('/subjects/erase', who, { 'x-admin-key': adminKey });
    expect((await list()).requests).toEqual([]);
    expect(await exported()).toEqual([]);
  });
});
