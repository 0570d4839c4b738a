import { expect, test } from '@jest/globals';
import { named, toDirectory } from '../../../support/benches/campaign-bench.js';
import { signInByKey } from '../../../support/benches/console.js';
import { createTestConnection } from '../../../support/benches/core.js';
import { createMemoryProfile, loginOf } from '../../../support/fakes/simulated-profile.js';
import { until } from '../../../support/run/eventually.js';
import { forFile } from '../../../support/run/for-file.js';
import { adminKey, startApiServer, toForm } from '../../../support/servers/api-server.js';
import { toQuery } from '../../core/base/query.js';
import { createCampaign } from './administer.js';
import { standardSettings } from './settings.js';

/* What an administrator does with a campaign, over HTTP. */

const subjects = Array.from({ length: 130 }, (_, at) => `user${at}`);
const profile = createMemoryProfile(subjects);
const connection = createTestConnection({ id: 'work', profile, policy: { organisation: 'Example & Co' } });
const directory = toDirectory(new Map([['Pilot', subjects]]), () => false);

const server = await forFile(
  startApiServer({
    connections: new Map([[connection.id, connection]]),
    sections: { campaigns: { perMinute: 6000 } },
    directories: new Map([[connection.id, async () => directory]]),
  }),
);
server.startExtensions();

/** What the tests look at in replies. */
interface CampaignView {
  readonly id: string;
  readonly state: string;
  readonly counts: Record<string, number>;
  readonly leftOut: Record<string, number>;
  readonly own: readonly string[];
}
interface PeopleView {
  readonly people: readonly { readonly login: string }[];
  readonly cursor: string | null;
}
const ofBody = <Field>(body: unknown): Field => body as Field;

const asOwner = { 'x-admin-key': adminKey };
const get = async (path: string, fields: Record<string, unknown>) =>
  (await server.send('GET', `${path}${toQuery(fields)}`, { headers: asOwner })).body;
const post = async (path: string, fields: object) => (await server.postJson(path, fields, asOwner)).body;
const read = async (id: string) =>
  (await server.send('GET', `/campaigns/${id}`, { headers: asOwner })).body.campaign as unknown as CampaignView;
const readOnce = async (id: string, isSo: (campaign: CampaignView) => boolean): Promise<CampaignView> => {
  await until(async () => isSo(await read(id)));
  return read(id);
};
const planned = { connection: 'work', name: 'Pilot' };

test('groups are found by a part of the name', async () => {
  expect(await get('/campaigns/groups', { connection: 'work', text: 'ilo' })).toMatchObject({
    groups: [{ id: 'Pilot', name: 'Pilot' }],
  });
  expect(await get('/campaigns/groups', { connection: 'work', text: 'Everyone' })).toMatchObject({ groups: [] });
  expect(await get('/campaigns/groups', { connection: 'none', text: 'Pilot' })).toMatchObject({
    code: 'connection_unknown',
  });
});

test('a campaign from a file can be planned, previewed with custom texts, started, listed by page, stopped and reminded', async () => {
  const lines = [
    'login,email,name,language',
    ...subjects.slice(0, 60).map(loginOf),
    `${loginOf('user0')}`,
    'unknown,,,de',
  ];
  const form = toForm({ ...planned, reminders: '1', people: Buffer.from(lines.join('\n')) });
  const made = await server.postForm('/campaigns', form, asOwner);
  expect(made.status).toBe(201);
  const { id } = made.body.campaign as { id: string };
  const plan = await readOnce(id, ({ state }) => state === 'planned');
  expect(plan).toMatchObject({ source: 'csv', createdBy: 'owner', counts: { planned: 60, left_out: 2 } });
  expect(plan.leftOut).toEqual({ double: 1, unknown: 1 });
  expect(server.messages).toEqual([]);

  const words = {
    campaign: id,
    kind: 'invitation',
    language: 'en',
    subject: 'Hello {name}',
    text: 'One\n\n{nmae} two',
  };
  expect((await post('/campaigns/words', words)).unknown).toEqual(['nmae']);
  expect((await read(id)).own).toEqual([]);
  expect((await post('/campaigns/words', { ...words, text: 'By {lastDay}, <b>{organisation}</b>' })).unknown).toEqual(
    [],
  );
  expect((await read(id)).own).toEqual(['invitation.en']);
  const own = await post('/campaigns/preview', { campaign: id, kind: 'invitation', language: 'en' });
  expect(own.html).toContain('&lt;b&gt;Example &amp; Co&lt;/b&gt;');

  expect((await post('/campaigns/stop', { campaign: id })).code).toBe('campaign_state');
  await post('/campaigns/start', { campaign: id });
  await readOnce(id, ({ counts }) => counts.sent === 60);
  expect(server.messages).toHaveLength(60);
  expect(server.messages[0]).toMatchObject({ channel: 'email', subject: `Hello ${loginOf('user0')}` });
  const all: string[] = [];
  let cursor: string | null = null;
  do {
    const page: PeopleView = ofBody(
      await get('/campaigns/people', {
        campaign: id,
        state: 'sent',
        limit: 25,
        ...(cursor === null ? {} : { cursor }),
      }),
    );
    all.push(...page.people.map(({ login }) => login));
    cursor = page.cursor;
  } while (cursor !== null);
  expect(all).toEqual(subjects.slice(0, 60).map(loginOf));
  expect((await get('/campaigns/people', { campaign: id, cursor: 'x' })).code).toBe('request_malformed');
  expect(await post('/campaigns/bounces', { campaign: id, addresses: [loginOf('user3')] })).toMatchObject({ found: 1 });
  expect((await post('/campaigns/stop', { campaign: id })).campaign).toMatchObject({ state: 'stopped' });
  await post('/campaigns/resume', { campaign: id, again: ['bounced'] });
  await readOnce(id, ({ counts }) => counts.sent === 60);
  server.clock.advanceSec(1);
  await post('/campaigns/remind', { campaign: id });
  await readOnce(id, () => server.messages.length === 60 + 1 + 60);
  const actions = server.audit.events.map(({ action }) => action).filter((action) => action.startsWith('campaign_'));
  expect(actions).toEqual([
    'campaign_planned',
    'campaign_worded',
    'campaign_started',
    'campaign_bounces_noted',
    'campaign_stopped',
    'campaign_resumed',
    'campaign_reminded',
  ]);
  await post('/campaigns/stop', { campaign: id });

  const { subjects: held } = ofBody<{ subjects: { held: { campaigns: unknown } }[] }>(
    await post('/subjects/export', { connection: 'work', subject: 'user5' }),
  );
  expect(held[0]!.held.campaigns).toMatchObject([{ campaign: id, login: loginOf('user5'), state: 'sent' }]);
  await post('/subjects/erase', { connection: 'work', subject: 'user5' });
  expect((await read(id)).counts.sent).toBe(59);
});

test('an invalid plan is refused', async () => {
  const file = Buffer.from('login\nada\n').toString('base64');
  for (const [fields, code] of [
    [{ ...planned, group: 'Pilot', people: file }, 'request_malformed'],
    [planned, 'request_malformed'],
    [{ ...planned, connection: 'other', group: 'x' }, 'connection_unknown'],
    [{ ...planned, people: Buffer.from('name\nada\n').toString('base64') }, 'csv_header_missing'],
    [{ ...planned, people: '' }, 'csv_header_missing'],
    [{ ...planned, group: 'Pilot', linkDays: 31 }, 'request_malformed'],
    [{ ...planned, group: 'Pilot', reminders: 6 }, 'request_malformed'],
  ] as const)
    expect((await post('/campaigns', fields)).code).toBe(code);
  expect((await post('/campaigns/start', { campaign: 'aaaaaaaaaaaaaaaa' })).code).toBe('not_found');
});

test('an invalid campaign id is not found, even if it names a record of a campaign', async () => {
  const asked = { name: 'x', connection: 'work', language: 'en', linkDays: 1, reminderDays: 1, reminders: 0 } as const;
  const { id } = await createCampaign({ ...asked, from: { people: named(['user1']) } }, 'owner', {
    ...server.deps,
    campaigns: standardSettings,
  });
  const { status, body } = await server.send('GET', `/campaigns/${id}:people:0`, { headers: asOwner });
  expect([status, body.code]).toEqual([404, 'not_found']);
});

test('with the setting campaigns: null no endpoint replies, nothing is sent, and the console does not list campaigns', async () => {
  const off = await startApiServer({ sections: { campaigns: null } });
  off.startExtensions();
  expect((await off.send('GET', '/campaigns', { headers: asOwner })).status).toBe(404);
  const headers = await signInByKey(off);
  const { body } = await off.send('GET', '/console/api/session', { headers });
  expect(body.session).toMatchObject({ extensions: expect.not.arrayContaining(['campaigns']) });
  expect(off.messages).toEqual([]);
});
