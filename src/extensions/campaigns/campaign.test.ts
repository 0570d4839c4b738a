import { expect, test } from '@jest/globals';
import { named, openCampaignBench, toDirectory } from '../../../support/benches/campaign-bench.js';
import { createKeysInMemory } from '../../../support/fakes/keys.js';
import { loginOf } from '../../../support/fakes/simulated-profile.js';
import { until } from '../../../support/run/eventually.js';
import { readPart } from '../../../support/servers/mail-relay.js';
import { flows } from '../../app/flows.js';
import type { Directory } from '../../core/ports.js';
import { Credential } from '../../core/secrets.js';
import { FaceError } from '../../errors.js';
import { openSession } from '../../step-up/session.js';
import {
  countPeople,
  createCampaign,
  noteBounces,
  remindCampaign,
  resumeCampaign,
  startCampaign,
  stopCampaign,
} from './administer.js';
import { forgetInCampaigns } from './forget.js';
import { listCampaigns } from './storage.js';

const daySec = 86_400;
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const linkIn = (text: string): string => /https?:\/\/\S+#(\S+)/.exec(text)?.[1] ?? '';
const twice = (addresses: readonly string[]): string[] =>
  addresses.filter((address, at) => addresses.indexOf(address) !== at);

test('a campaign sends one e-mail to each of 200 people and reports the relay’s result for each', async () => {
  const well = numbered('user', 157);
  const others = [...numbered('gone', 20), ...numbered('full', 20), ...numbered('cut', 3)];
  const { begin, plan, start, countsOf, relay, peopleOf, clock, audit } = await openCampaignBench([...well, ...others]);
  begin();
  const id = await plan({ people: named([...well, ...others]) });
  expect(await countsOf(id)).toEqual({ planned: 200 });
  expect(relay.tried).toEqual([]);
  await start(id);
  const isTried = async (): Promise<boolean> => {
    const { planned = 0, sending = 0 } = await countsOf(id);
    return planned === 20 && sending === 0;
  };
  await until(isTried);
  expect(await countsOf(id)).toEqual({ sent: 157, bounced: 20, planned: 20, uncertain: 3 });
  const reasons = new Set((await peopleOf(id)).map(({ state, reason }) => `${state} ${reason}`));
  expect([...reasons].sort()).toEqual(['bounced 550', 'planned null', 'sent null', 'uncertain null']);

  // A full mailbox is tried again, and not for ever.
  for (let round = 2; round <= 5; round += 1) {
    // What became of the round before is written down before time passes.
    await until(isTried);
    clock.advanceSec(16 * 60);
    await until(() => relay.tried.filter((to) => to.startsWith('full')).length === 20 * round);
  }
  await until(async () => (await countsOf(id)).failed === 20);
  expect(await countsOf(id)).toEqual({ sent: 157, bounced: 20, failed: 20, uncertain: 3 });
  const addresses = relay.taken.map(({ to }) => to);
  expect(twice(addresses)).toEqual([]);
  expect(addresses).toHaveLength(160);
  expect(audit.events.filter(({ action }) => action === 'invitation_sent')).toHaveLength(157);
});

test('after a crash of the sender, no second e-mail is sent, and the people with uncertain delivery are listed', async () => {
  const people = numbered('user', 60);
  const { begin, abandon, plan, start, countsOf, relay, clock, delivering, deps } = await openCampaignBench(people);
  let letters = 0;
  const ifAlive = <Result>(work: () => Promise<Result>): Promise<Result> =>
    letters > 25 ? new Promise(() => {}) : work();
  const dying = begin({
    // From the 26th letter on nothing of it happens any more.
    delivery: delivering((to) => {
      letters += 1;
      return ifAlive(async () => void to);
    }),
    state: {
      ...deps.state,
      read: (key) => ifAlive(() => deps.state.read(key)),
      write: (...given) => ifAlive(() => deps.state.write(...given)),
    },
  });
  const id = await plan({ people: named(people) });
  await start(id);
  await until(() => letters === 30);
  abandon(dying);
  expect((await countsOf(id)).sending).toBe(10);

  // It holds the lease still: another one waits.
  begin();
  expect(relay.taken.length).toBeLessThanOrEqual(25);
  clock.advanceSec(61);
  await until(async () => (await countsOf(id)).sent === 50);
  expect((await countsOf(id)).sending).toBe(10);
  clock.advanceSec(181);
  await until(async () => (await countsOf(id)).uncertain === 10);
  expect(await countsOf(id)).toEqual({ sent: 50, uncertain: 10 });
  const first = relay.taken.map(({ to }) => to);
  expect(twice(first)).toEqual([]);
  expect(first).toHaveLength(55);

  await resumeCampaign(id, ['uncertain'], 'ada', deps);
  await until(async () => (await countsOf(id)).sent === 60);
  // Five of those had it: anyone who asks for it takes that on.
  expect(twice(relay.taken.map(({ to }) => to))).toHaveLength(5);
});

test('a campaign is not changed if the audit trail cannot record the change', async () => {
  const { plan, start, begin, campaignOf, countsOf, audit, deps } = await openCampaignBench(['user0']);
  const runner = begin();
  const id = await plan({ people: named(['user0']) });
  await runner.close();
  const append = () => Promise.reject(new FaceError('state_unavailable'));
  const full = { ...deps, audit: { ...deps.audit, append } };
  const settings = { name: 'All', connection: 'work', language: 'en', linkDays: 14, reminderDays: 7 } as const;
  const asked = { ...settings, reminders: 2, from: { group: 'Pilot' } };
  await expect(createCampaign(asked, 'ada', full)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect(await listCampaigns(deps)).toHaveLength(1);
  await expect(startCampaign(id, 'ada', full)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect((await campaignOf(id)).state).toBe('planned');
  await start(id);
  await expect(stopCampaign(id, 'ada', full)).rejects.toMatchObject({ code: 'state_unavailable' });
  await expect(remindCampaign(id, 'ada', full)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect(await campaignOf(id)).toMatchObject({ state: 'running', remindAt: null });
  await stopCampaign(id, 'ada', deps);
  await expect(resumeCampaign(id, [], 'ada', full)).rejects.toMatchObject({ code: 'state_unavailable' });
  expect((await campaignOf(id)).state).toBe('stopped');
  begin();
  await resumeCampaign(id, [], 'ada', deps);
  await until(async () => (await countsOf(id)).sent === 1);
  const told = audit.events.map(({ action }) => action).filter((action) => action.startsWith('campaign_'));
  expect(told).toEqual(['campaign_planned', 'campaign_started', 'campaign_stopped', 'campaign_resumed']);
});

test('the plan lists the omitted people with the reason', async () => {
  const { begin, plan, peopleOf, profile } = await openCampaignBench(['anna', 'berta', 'clara', 'dora']);
  profile.attributes.set('berta', 'FV1.x');
  begin();
  const [anna, berta, clara] = named(['anna', 'berta', 'clara']);
  const id = await plan({
    people: [
      anna!,
      berta!,
      { ...clara!, email: 'clara@private.test', name: 'Clara' },
      { ...anna!, line: 9, login: loginOf('ANNA') },
      { ...anna!, line: 10, login: 'nobody@example.com' },
      { ...anna!, line: 11, email: 'anna@private.test', name: 'Anna', reason: 'double' },
    ],
  });
  // An omitted line stores nothing that identifies a person.
  expect((await peopleOf(id)).at(-1)).toMatchObject({ line: 11, login: '', email: null, name: null, reason: 'double' });
  expect((await peopleOf(id)).map(({ state, reason, email }) => [state, reason, email])).toEqual([
    ['planned', null, loginOf('anna')],
    ['left_out', 'already_enrolled', loginOf('berta')],
    ['planned', 'provider_address', loginOf('clara')],
    ['left_out', 'double', loginOf('anna')],
    ['left_out', 'unknown', null],
    ['left_out', 'double', null],
  ]);
});

test('an erased user is not added again by a repeated group listing or by the rest of a file', async () => {
  const people = numbered('user', 120);
  const { begin, deps, clock, profile, campaignOf, peopleOf } = await openCampaignBench(people);
  const { listMembers, searchGroups } = toDirectory(new Map([['Pilot', people]]), () => false);
  let isDown = true;
  const directory: Directory = {
    register: null,
    searchGroups,
    async *listMembers(group) {
      yield* listMembers(group);
      if (isDown) throw new FaceError('profile_unavailable');
    },
  };
  begin({ directories: new Map([['work', async () => directory]]) });
  const settings = { name: 'All', language: 'en', linkDays: 14, reminderDays: 7, reminders: 2 } as const;
  const create = async (from: Parameters<typeof createCampaign>[0]['from']): Promise<string> =>
    (await createCampaign({ ...settings, connection: 'work', from }, 'ada', deps)).id;
  profile.setDown(true);
  const group = await create({ group: 'Pilot' });
  const file = await create({ people: named(people) });
  for (const id of [group, file]) await until(async () => (await campaignOf(id)).problem === 'profile_unavailable');
  await forgetInCampaigns({ connection: 'work', subject: 'user7' }, deps);
  expect((await peopleOf(group)).some(({ subject }) => subject === 'user7')).toBe(false);
  isDown = false;
  profile.setDown(false);
  clock.advanceSec(301);
  for (const id of [group, file]) {
    await until(async () => (await campaignOf(id)).state === 'planned');
    const left = people.filter((each) => each !== 'user7');
    expect((await peopleOf(id)).map(({ subject }) => subject)).toEqual(left);
  }
});

test('opened, enrolled and expired links are tracked, and reminders are sent when due, each with a new link', async () => {
  const { begin, plan, start, campaignOf, countsOf, peopleOf, relay, profile, clock, audit, deps } =
    await openCampaignBench(['anna', 'berta', 'clara']);
  begin();
  const id = await plan({ people: named(['anna', 'berta', 'clara']) });
  await start(id);
  await until(async () => (await countsOf(id)).sent === 3);
  const tickets = new Map(relay.taken.map((letter) => [letter.to, linkIn(readPart(letter, 'plain'))]));
  const openLink = (subject: string, ticket = tickets.get(loginOf(subject))!) =>
    openSession(
      { ticket: new Credential(ticket), browser: null, returnUrl: null },
      { ...deps, flows, keys: createKeysInMemory() },
    );
  const [first] = await peopleOf(id);
  expect(first!.link!.expiresAt - clock.now()).toBeLessThanOrEqual(30 * daySec * 1000);

  await openLink('anna');
  clock.advanceSec(61);
  await until(async () => (await countsOf(id)).opened === 1);
  await openLink('berta');
  profile.attributes.set('berta', 'FV1.x');
  clock.advanceSec(2 * 3600);
  await until(async () => (await countsOf(id)).enrolled === 1);

  clock.advanceSec(7 * daySec);
  await until(() => relay.taken.length === 5);
  const reminders = relay.taken.slice(3);
  expect(reminders.map(({ to }) => to).sort()).toEqual([loginOf('anna'), loginOf('clara')]);
  await until(async () => (await countsOf(id)).sent === 2);
  // One person, one link.
  await until(() => audit.events.some(({ action }) => action === 'step_up_expired'));
  await expect(openLink('clara')).rejects.toMatchObject({ code: 'step_up_finished' });
  const renewed = linkIn(readPart(reminders.find(({ to }) => to === loginOf('clara'))!, 'plain'));
  await openLink('clara', renewed);

  clock.advanceSec(7 * daySec);
  await until(() => relay.taken.length === 7);
  // The reminders are on record before time passes: a later date of sending would count as after the next reminder.
  await until(async () => (await peopleOf(id)).filter(({ reminders }) => reminders === 2).length === 2);
  for (let day = 0; day < 20; day += 1) clock.advanceSec(daySec);
  await until(async () => (await countsOf(id)).expired === 2);
  expect(relay.taken).toHaveLength(7);
  await until(async () => (await campaignOf(id)).state === 'done');

  clock.advanceSec(1);
  await remindCampaign(id, 'ada', deps);
  await until(() => relay.taken.length === 9);
});

test('enrolled users and erased users get no e-mail, and bounces are recorded', async () => {
  const { begin, plan, start, countsOf, peopleOf, relay, profile, deps, campaignOf } = await openCampaignBench([
    'anna',
    'berta',
    'clara',
  ]);
  begin();
  const id = await plan({ people: named(['anna', 'berta', 'clara']) });
  profile.attributes.set('berta', 'FV1.x');
  await start(id);
  await until(async () => (await countsOf(id)).sent === 2);
  expect(await countsOf(id)).toEqual({ sent: 2, enrolled: 1 });
  expect(relay.tried.sort()).toEqual([loginOf('anna'), loginOf('clara')]);
  expect(await noteBounces(await campaignOf(id), [loginOf('CLARA'), 'x@y.z'], 'ada', deps)).toBe(1);
  await forgetInCampaigns({ connection: 'work', subject: 'clara' }, deps);
  expect((await peopleOf(id)).map(({ login }) => login)).toEqual([loginOf('anna'), loginOf('berta')]);
  await forgetInCampaigns({ connection: 'other', subject: 'anna' }, deps);
  expect(await peopleOf(id)).toHaveLength(2);
});

test('an address from a file is used only if the configuration allows it', async () => {
  const { begin, plan, peopleOf, deps, campaignOf } = await openCampaignBench(['user0', 'user1']);
  const [first, second] = named(['user0', 'user1']);
  const people = [
    { ...first!, email: 'attacker@example.net' },
    { ...second!, email: loginOf('user1').toUpperCase() },
  ];
  const runner = begin();
  const id = await plan({ people });
  expect((await peopleOf(id)).map(({ email, state, reason }) => [email, state, reason])).toEqual([
    [loginOf('user0'), 'planned', 'provider_address'],
    [loginOf('user1'), 'planned', null],
  ]);
  expect((await countPeople(await campaignOf(id), deps)).remarks).toEqual({ provider_address: 1 });
  await runner.close();
  begin({ campaigns: { ...deps.campaigns, addresses: 'file' } });
  const other = await plan({ people });
  expect((await peopleOf(other)).map(({ email, reason }) => [email, reason])).toEqual([
    ['attacker@example.net', null],
    [loginOf('user1').toUpperCase(), null],
  ]);
});
