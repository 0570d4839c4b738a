import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Connection, Policy } from '../../src/core/connection.js';
import { drawPicture } from '../fakes/embedded.js';
import { createMemoryProfile } from '../fakes/simulated-profile.js';
import { type ApiServer, startApiServer, toForm } from '../servers/api-server.js';
import { openLink, openPage, type TestBrowser } from './capture-page.js';
import { defaultPolicy } from './core.js';

export const who = { connection: 'acme', subject: '00u1' };

/** Creates a picture that no other test has sent: of that person, following what was asked. */
export const draw =
  (person: string, liveness = 0.9) =>
  (movement: string) =>
    Buffer.from(`face ${person} ${movement}:${randomUUID()} ${liveness}`);

type Given = Partial<Parameters<typeof startApiServer>[0]> & Partial<Pick<Connection, 'openStepUpRequest'>>;

/** Starts a server of the connections `acme` and `other` that ask for the challenge, with a client token. */
export async function startCapture(
  policy: Partial<Policy> = {},
  { openStepUpRequest, ...given }: Given = {},
  subjects: readonly string[] = ['00u1', '00u2'],
) {
  const toConnection = (id: string) => {
    const profile = createMemoryProfile(subjects);
    const full: Policy = { ...defaultPolicy, liveness: 'challenge', ...policy };
    return { id, kind: 'okta', profile, openStepUpRequest, policy: full };
  };
  const acme = toConnection('acme');
  const other = toConnection('other');
  const connections = new Map<string, Connection>([acme, other].map((each) => [each.id, each]));
  const server = await startApiServer({ connections, ...given });
  return { server, connections, acme, profile: acme.profile, auth: { 'x-auth-token': (await server.issue()).token } };
}

/** Enrols a user as a backend does. */
export async function enrolByApi(server: ApiServer, subject = '00u1', person = 'ada'): Promise<void> {
  const consent = { consentStatement: 'v1', consentGivenAt: new Date(server.clock.now()).toISOString() };
  const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
  const auth = { 'x-auth-token': (await server.issue()).token };
  const form = toForm({ connection: 'acme', subject, ...consent, photo });
  assert.equal((await server.postForm('/enrolments', form, auth)).status, 201);
}

/** Starts a step-up or makes an invitation as a backend does, and opens its link. */
export async function beginPage(
  server: ApiServer,
  fields: object = {},
  path = '/step-ups',
  browser: TestBrowser | null = null,
) {
  const auth = { 'x-auth-token': (await server.issue()).token };
  const { body } = await server.postJson(path, { ...who, ...fields }, auth);
  const opened = await openLink(server, String(body.url));
  const page = openPage(server, String(opened.body.session), browser);
  return { id: String(body.id), page, view: opened.body.view as JsonObject };
}

/** Opens a page as `beginPage` does; its person agrees to be looked at. */
export async function beginAgreed(...given: Parameters<typeof beginPage>) {
  const begun = await beginPage(...given);
  await begun.page.consent(String(begun.view.consentVersion));
  return begun;
}
