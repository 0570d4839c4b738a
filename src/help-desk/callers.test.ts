import { beforeEach, expect, test } from '@jest/globals';
import { draw, enrolByApi, startCapture, who } from '../../support/benches/capture-bench.js';
import { openLink, openPage } from '../../support/benches/capture-page.js';
import type { ApiServer } from '../../support/servers/api-server.js';
import type { ClientScope } from '../access/scopes.js';
import type { JsonObject } from '../core/base/json.js';

let server: ApiServer;
const tokenOf = async (scopes: readonly ClientScope[], tenant?: string) => ({
  'x-auth-token': (await server.issue(scopes, tenant)).token,
});
let tickets: { 'x-auth-token': string };
beforeEach(async () => {
  ({ server } = await startCapture());
  tickets = await tokenOf(['callers']);
});

const asked = { ...who, reference: 'HELP-4711' };
const ask = async (more: object = {}, by = tickets) => {
  const { status, body } = await server.postJson('/callers', { ...asked, ...more }, by);
  expect(status).toBe(201);
  return { id: String(body.id), url: String(body.url), number: String(body.number) };
};
const read = async (id: string, by = tickets) => (await server.send('GET', `/callers/${id}`, { headers: by })).body;
const choose = async (url: string, pick: (choices: string[]) => string) => {
  const { body } = await openLink(server, url);
  const page = openPage(server, String(body.session));
  const { choices } = (body.view as JsonObject).pairing as { choices: string[] };
  await page.post('/face/hand-off/choice', { number: pick(choices) });
  return page;
};
const detailsOf = (action: string) =>
  server.audit.events.flatMap((event) => (event.action === action ? [event.detail] : []));

test('a caller who shows their face is identified to the ticket system, and the audit trail names the ticket', async () => {
  await enrolByApi(server);
  const { id, url, number } = await ask();
  expect(await read(id)).toMatchObject({ state: 'waiting', reference: 'HELP-4711', person: null });
  const page = await choose(url, () => number);
  await page.consent();
  expect((await page.check(draw('ada'))).body.outcome).toBe('passed');
  expect(await read(id)).toMatchObject({
    state: 'passed',
    reference: 'HELP-4711',
    person: { ...who, login: '00u1@example.com' },
  });
  for (const action of ['vouching_begun', 'verified', 'vouched'])
    expect(detailsOf(action).at(-1)).toMatchObject({ reference: 'HELP-4711' });
});

test('a caller who chooses a wrong number is refused, and the audit trail names the ticket', async () => {
  await enrolByApi(server);
  const { id, url, number } = await ask();
  await choose(url, (choices) => choices.find((each) => each !== number)!);
  expect(await read(id)).toMatchObject({ state: 'refused', person: null });
  expect(detailsOf('hand_off_refused')).toMatchObject([{ reference: 'HELP-4711' }]);
});

test('a caller who cancels is refused, and the audit trail names the ticket', async () => {
  await enrolByApi(server);
  const { id, url, number } = await ask();
  const page = await choose(url, () => number);
  await page.post('/face/decline', {});
  expect(await read(id)).toMatchObject({ state: 'failed' });
  expect(detailsOf('step_up_abandoned')).toMatchObject([{ reference: 'HELP-4711' }]);
});

test('the link is sent to the address at the provider, without the number', async () => {
  const { body } = await server.postJson('/callers', { ...asked, send: 'email' }, tickets);
  expect(body.url).toBeNull();
  const message = server.messages.at(-1)!;
  expect(message).toMatchObject({ channel: 'email', to: '00u1@example.com' });
  expect(message.text.replace(/https?:\S+/, '')).not.toContain(String(body.number));
});

test('a check is visible only to the token that started it', async () => {
  const { id } = await ask();
  expect((await read(id, await tokenOf(['callers']))).code).toBe('not_found');
});

test('a token without the scope, or of another connection, verifies no caller', async () => {
  for (const [by, code] of [
    [await tokenOf(['enrol', 'verify', 'identify']), 'scope_missing'],
    [await tokenOf(['callers'], 'globex'), 'connection_unknown'],
  ] as const)
    expect((await server.postJson('/callers', asked, by)).body.code).toBe(code);
});

test('a token gets at most 6 checks an hour of one person', async () => {
  for (let begun = 1; begun <= 6; begun += 1) await ask();
  expect((await server.postJson('/callers', asked, tickets)).body.code).toBe('locked_out');
});

test.each(['', '..', 'a/b', '-1', 'x'.repeat(65)])(
  'the reference %j, which is no ticket id, is refused',
  async (reference) => {
    const { body } = await server.postJson('/callers', { ...asked, reference }, tickets);
    expect(body).toMatchObject({ code: 'request_malformed', field: 'reference' });
  },
);
