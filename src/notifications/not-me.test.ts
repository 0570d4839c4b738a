import { beforeEach, expect, test } from '@jest/globals';
import { startCapture } from '../../support/benches/capture-bench.js';
import { plainRequest } from '../../support/benches/core.js';
import { enrolDrawn } from '../../support/benches/drawn-face.js';
import { drawPhoto } from '../../support/fakes/simulated-engine.js';
import type { ApiServer } from '../../support/servers/api-server.js';
import { withSubscribers } from '../core/audit-events.js';
import type { Connection } from '../core/connection.js';
import { FaceError } from '../errors.js';
import { startStepUp, submitPhotos } from '../step-up/step-up.js';
import { createNotificationSender } from './sender.js';

let server: ApiServer;
let connection: Connection;
let profile: Awaited<ReturnType<typeof startCapture>>['profile'];
beforeEach(async () => {
  const policy = { liveness: 'off', notices: true, helpDesk: 'help@example.com' } as const;
  ({ server, acme: connection, profile } = await startCapture(policy, {}, ['anna', 'berta']));
});

const createNotices = () => {
  const notices = createNotificationSender({ ...server.deps, currentRequest: () => null, stepUpOf: async () => null });
  return { notices, audit: withSubscribers(server.audit, [notices.onEvent]) };
};

const lastSecret = (): string => /\/face\/not-me\?lang=en#([\w-]{43})$/m.exec(server.messages.at(-1)!.text)![1]!;

/** Enrols someone, as the server does, and takes the secret out of the notice they get. */
async function enrol(subject: string): Promise<string> {
  const { deps, messages } = server;
  const { notices, audit } = createNotices();
  await enrolDrawn({ connection, subject }, { ...deps, audit });
  await notices.drain();
  expect(messages.at(-1)!.to).toBe(`${subject}@example.com`);
  return lastSecret();
}

const report = (secret: string) => server.postJson('/face/not-me', { secret });
const actions = () => server.audit.events.map(({ action, subject }) => `${action} ${subject}`);

test('a report of “this was not me” ends the enrolment and running step-ups, and notifies the help desk once', async () => {
  const secret = await enrol('anna');
  const other = await enrol('berta');
  const started = await startStepUp({ connection, subject: 'anna' }, plainRequest, server.deps);

  // A program that looks through mail follows the link: that does nothing.
  const page = await fetch(`${server.origin}/face/not-me?lang=en`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  await page.text();
  expect(profile.attributes.get('anna')).not.toBeNull();

  const about = await server.postJson('/face/not-me/about', { secret });
  expect(about.body).toMatchObject({ organisation: connection.policy.organisation });
  expect((await report(secret)).status).toBe(200);
  expect(profile.attributes.get('anna')).toBeNull();
  expect(profile.attributes.get('berta')).not.toBeNull();
  expect(actions()).toEqual(expect.arrayContaining(['revoked anna', 'consent_withdrawn anna', 'not_me_reported anna']));
  const photos = [drawPhoto('anna', 9)];
  const ended = await submitPhotos({ ...started, photos, secret: null }, server.deps);
  expect(ended.state).toBe('failed');
  const { to, subject, text } = server.messages.at(-1)!;
  expect({ to, subject }).toEqual({ to: 'help@example.com', subject: 'A user reported: this was not me' });
  expect(text).toContain('anna');
  const subjects = server.messages.filter(({ to: each }) => each === 'anna@example.com').map((each) => each.subject);
  expect(subjects).toEqual(['Your face check was set up']);

  const count = server.audit.events.length;
  expect((await report(secret)).body.code).toBe('step_up_unknown');
  expect(server.audit.events).toHaveLength(count);
  expect((await report(other)).status).toBe(200);
});

test('a report ends the provider’s sessions if configured, and ends the enrolment even if that fails', async () => {
  const ended: string[] = [];
  const detailOf = () => server.audit.events.findLast(({ action }) => action === 'not_me_reported')?.detail;
  Object.assign(profile, { endSessions: async (subject: string) => void ended.push(subject) });
  expect((await report(await enrol('anna'))).status).toBe(200);
  expect([ended, detailOf()]).toEqual([['anna'], { sessions: 'ended' }]);
  expect(server.messages.at(-1)?.text).toContain('were ended');
  Object.assign(profile, { endSessions: () => Promise.reject(new FaceError('profile_unavailable')) });
  expect((await report(await enrol('berta'))).status).toBe(200);
  expect(detailOf()).toEqual({ sessions: 'failed' });
  expect(profile.attributes.get('berta')).toBeNull();
  expect(server.messages.at(-1)?.text).toContain('could not be ended');
});

test('a report of a failed check or a lockout only notifies the help desk: the enrolment and the sessions remain', async () => {
  await enrol('anna');
  const ended: string[] = [];
  Object.assign(profile, { endSessions: async (subject: string) => void ended.push(subject) });
  const { notices, audit } = createNotices();
  const anna = { connection: connection.id, subject: 'anna' };
  for (const event of [
    { action: 'verification_refused', ...anna, detail: { tokenId: 't' } },
    { action: 'locked_out', ...anna, detail: { level: 1, until: '2026-01-01T00:00:00.000Z' } },
  ] as const) {
    await audit.append(event);
    await notices.drain();
    const secret = lastSecret();
    expect((await server.postJson('/face/not-me/about', { secret })).body.endsEnrolment).toBe(false);
    expect((await report(secret)).status).toBe(200);
    expect(server.audit.events.at(-1)).toMatchObject({ action: 'not_me_reported', detail: { sessions: 'kept' } });
    expect(server.messages.at(-1)).toMatchObject({ to: 'help@example.com' });
    expect(server.messages.at(-1)!.text).not.toContain('revoked');
  }
  expect(ended).toEqual([]);
  expect(profile.attributes.get('anna')).not.toBeNull();
});

test('two concurrent reports end one enrolment and are audited once', async () => {
  const secret = await enrol('anna');
  const answers = await Promise.all([report(secret), report(secret)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
  expect(actions().filter((each) => each === 'not_me_reported anna')).toHaveLength(1);
});

test('an expired, invented or missing link is refused, and the enrolment remains', async () => {
  const secret = await enrol('anna');
  server.clock.advanceSec(7 * 86_400 + 1);
  for (const text of [secret, 'a'.repeat(43)]) expect((await report(text)).body.code).toBe('step_up_unknown');
  expect((await report('')).body.code).toBe('request_malformed');
  expect(profile.attributes.get('anna')).not.toBeNull();
});
