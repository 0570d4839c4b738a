import { afterEach, expect, test } from '@jest/globals';
import { named, openCampaignBench, toDirectory } from '../../../test/campaign-bench.js';
import { readPart } from '../../../test/mail-relay.js';
import { testShare } from '../../../test/share.js';
import { drawPhoto } from '../../../test/simulated-engine.js';
import { loginOf } from '../../../test/simulated-profile.js';
import { FaceError } from '../../errors.js';
import { Credential } from '../concealed.js';
import { toDeliveryError } from '../delivery-fault.js';
import { enrolSubject } from '../enrolment/enrol.js';
import type { Directory, Profile, State } from '../ports.js';
import { openSession } from '../step-up/session.js';
import {
  createCampaign,
  noteBounces,
  remindCampaign,
  resumeCampaign,
  startCampaign,
  stopCampaign,
} from './administer.js';
import { forgetInCampaigns, readCampaignHoldings } from './forget.js';
import { listCampaigns, maxCampaigns } from './storage.js';

type Bench = Awaited<ReturnType<typeof openCampaignBench>>;
let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});
const open = async (subjects: readonly string[]): Promise<Bench> => {
  bench = await openCampaignBench(subjects);
  return bench;
};

const daySec = 86_400;
const numbered = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
const linkIn = (text: string): string => /https?:\/\/\S+#(\S+)/.exec(text)?.[1] ?? '';
const twice = (addresses: readonly string[]): string[] =>
  addresses.filter((address, at) => addresses.indexOf(address) !== at);

test('200 people: everybody is written to once, and what the relay says of each is told', async () => {
  const well = numbered('user', 157);
  const others = [...numbered('gone', 20), ...numbered('full', 20), ...numbered('cut', 3)];
  const { begin, plan, start, until, countsOf, relay, peopleOf, clock, audit } = await open([...well, ...others]);
  begin();
  const id = await plan({ people: named([...well, ...others]) });
  expect(await countsOf(id)).toEqual({ planned: 200 });
  expect(relay.tried).toEqual([]);
  await start(id);
  const isTried = async (): Promise<boolean> => {
    const { planned = 0, sending = 0 } = await countsOf(id);
    return planned === 20 && sending === 0;
  };
  await until('tried', isTried);
  expect(await countsOf(id)).toEqual({ sent: 157, bounced: 20, planned: 20, uncertain: 3 });
  const reasons = new Set((await peopleOf(id)).map(({ state, reason }) => `${state} ${reason}`));
  expect([...reasons].sort()).toEqual(['bounced 550', 'planned null', 'sent null', 'uncertain null']);

  // A full mailbox is tried again, and not for ever.
  for (let round = 2; round <= 5; round += 1) {
    // What became of the round before is written down before time passes.
    await until(`written down before round ${round}`, isTried);
    clock.advanceSec(16 * 60);
    await until(`round ${round}`, () => relay.tried.filter((to) => to.startsWith('full')).length === 20 * round);
  }
  await until('given up', async () => (await countsOf(id)).failed === 20);
  expect(await countsOf(id)).toEqual({ sent: 157, bounced: 20, failed: 20, uncertain: 3 });
  const addresses = relay.taken.map(({ to }) => to);
  expect(twice(addresses)).toEqual([]);
  expect(addresses).toHaveLength(160);
  expect(audit.events.filter(({ action }) => action === 'invitation_sent')).toHaveLength(157);
});

test('a sender that dies between claim and letter: the next one writes to nobody twice, and tells who is uncertain', async () => {
  const people = numbered('user', 60);
  const { begin, abandon, plan, start, until, countsOf, relay, clock, delivering, deps } = await open(people);
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
  await until('dead', () => letters === 30);
  abandon(dying);
  expect((await countsOf(id)).sending).toBe(10);

  // It holds the lease still: another one waits.
  begin();
  expect(relay.taken.length).toBeLessThanOrEqual(25);
  clock.advanceSec(61);
  await until('the others are written to', async () => (await countsOf(id)).sent === 50);
  expect((await countsOf(id)).sending).toBe(10);
  clock.advanceSec(181);
  await until('uncertain', async () => (await countsOf(id)).uncertain === 10);
  expect(await countsOf(id)).toEqual({ sent: 50, uncertain: 10 });
  const first = relay.taken.map(({ to }) => to);
  expect(twice(first)).toEqual([]);
  expect(first).toHaveLength(55);

  await resumeCampaign(id, ['uncertain'], 'ada', deps);
  await until('asked for', async () => (await countsOf(id)).sent === 60);
  // Five of those had it: whoever asks for it takes that on.
  expect(twice(relay.taken.map(({ to }) => to))).toHaveLength(5);
});

test('whoever is to be written to once more is, though a sender looks at the campaign just then', async () => {
  const { begin, plan, start, until, countsOf, campaignOf, delivering, deps } = await open(['user0']);
  let isDown = true;
  begin({
    delivery: delivering(async () => {
      if (isDown) throw toDeliveryError({ fault: 'refused', status: 550 });
    }),
  });
  const id = await plan({ people: named(['user0']) });
  await start(id);
  await until('over', async () => (await campaignOf(id)).state === 'done');
  isDown = false;
  const isOver = async () => (await campaignOf(id)).state === 'done' || (await countsOf(id)).sent === 1;
  const write: State['write'] = async (...given) => {
    const isWritten = await deps.state.write(...given);
    if (given[0] === `campaign:${id}`) await until('looked at', isOver);
    return isWritten;
  };
  await resumeCampaign(id, ['bounced'], 'ada', { ...deps, state: { ...deps.state, write } });
  await until('written to', async () => (await countsOf(id)).sent === 1);
  expect((await campaignOf(id)).state).toBe('running');
});

test('nothing is done to a campaign that cannot be put on record', async () => {
  const { plan, start, begin, campaignOf, countsOf, until, audit, deps } = await open(['user0']);
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
  await until('sent', async () => (await countsOf(id)).sent === 1);
  const told = audit.events.flatMap(({ action, detail }) =>
    action.startsWith('campaign_') ? [{ action, detail }] : [],
  );
  expect(told).toEqual([
    { action: 'campaign_planned', detail: { campaign: id, source: 'csv', by: 'ada' } },
    { action: 'campaign_started', detail: { campaign: id, people: 1, by: 'ada' } },
    { action: 'campaign_stopped', detail: { campaign: id, by: 'ada' } },
    { action: 'campaign_resumed', detail: { campaign: id, again: [], by: 'ada' } },
  ]);
});

test('two senders that both believe to hold the lease write to nobody twice', async () => {
  const people = numbered('user', 300);
  const { begin, plan, start, until, countsOf, relay, deps } = await open(people);
  const first = begin();
  const id = await plan({ people: named(people) });
  await first.close();
  // Each takes the lease for free.
  const free = {
    ...deps.state,
    read: async (key: string) => (key === 'campaign-sender' ? null : deps.state.read(key)),
    write: async (...given: Parameters<typeof deps.state.write>) =>
      given[0] === 'campaign-sender' ? true : deps.state.write(...given),
  };
  begin({ state: free });
  begin({ state: free });
  await start(id);
  await until('sent', async () => (await countsOf(id)).sent === 300);
  expect(relay.taken).toHaveLength(300);
  expect(twice(relay.taken.map(({ to }) => to))).toEqual([]);
});

test('a stop in the middle holds, and going on goes on', async () => {
  const people = numbered('user', 120);
  const { begin, plan, start, until, countsOf, relay, deps, campaignOf } = await open(people);
  const runner = begin();
  const id = await plan({ people: named(people) });
  const stopped = new Promise<void>((resolve) => {
    relay.watch(() => {
      if (relay.taken.length === 30) void stopCampaign(id, 'ada', deps).then(() => resolve());
    });
  });
  await start(id);
  await stopped;
  await runner.close();
  const { sent = 0, planned = 0, sending } = await countsOf(id);
  expect([sent + planned, sending]).toEqual([120, undefined]);
  expect(planned).toBeGreaterThan(0);
  begin();
  expect((await campaignOf(id)).state).toBe('stopped');
  await resumeCampaign(id, [], 'ada', deps);
  await until('all', async () => (await countsOf(id)).sent === 120);
  expect(twice(relay.taken.map(({ to }) => to))).toEqual([]);
});

test('a relay that is down costs nobody their letter', async () => {
  const people = numbered('user', 15);
  const { begin, plan, start, until, countsOf, relay, campaignOf } = await open(people);
  begin();
  const id = await plan({ people: named(people) });
  relay.setDown(true);
  await start(id);
  await until('told', async () => (await campaignOf(id)).problem === 'delivery_failed');
  expect((await countsOf(id)).sent).toBeUndefined();
  relay.setDown(false);
  await until('all', async () => (await countsOf(id)).sent === 15);
  await until('well again', async () => (await campaignOf(id)).problem === null);
  expect(relay.taken).toHaveLength(15);
});

test('who is left out of a plan, and why', async () => {
  const { begin, plan, peopleOf, profile } = await open(['anna', 'berta', 'clara', 'dora']);
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
  // Of a line that is left out unasked nothing is kept by which somebody could be known.
  expect((await peopleOf(id)).at(-1)).toMatchObject({ line: 11, login: '', email: null, name: null, reason: 'double' });
  expect((await peopleOf(id)).map(({ state, reason, email }) => [state, reason, email])).toEqual([
    ['planned', null, loginOf('anna')],
    ['left_out', 'already_enrolled', loginOf('berta')],
    ['planned', null, 'clara@private.test'],
    ['left_out', 'double', loginOf('anna')],
    ['left_out', 'unknown', null],
    ['left_out', 'double', null],
  ]);
});

test.each([
  ['a file', { people: named(['anna', 'berta']) }],
  ['a group', { group: 'Pilot' }],
])(
  'of %s: who was enrolled for a time that is over is written to, and is not told to be enrolled',
  async (_of, from) => {
    const { begin, plan, start, until, countsOf, clock, connection, deps, profile, relay } = await open([
      'anna',
      'berta',
    ]);
    const enrol = (subject: string, enrolmentDays: number) => {
      const consent = { statement: 'Face sign-in', givenAt: clock.now() };
      const photos = [1, 2, 3].map((number) => drawPhoto(subject, number));
      const policy = { ...connection.policy, enrolmentDays };
      return enrolSubject(
        { connection: { ...connection, policy }, subject, photos, secret: null, consent, share: testShare },
        deps,
      );
    };
    await enrol('anna', 1);
    await enrol('berta', 90);
    clock.advanceSec(daySec);
    const directory = toDirectory(
      new Map([['Pilot', ['anna', 'berta']]]),
      (each) => profile.attributes.get(each) !== null,
    );
    begin({ directories: new Map([['work', async () => directory]]) });
    const id = await plan(from);
    expect(await countsOf(id)).toEqual({ planned: 1, left_out: 1 });
    await start(id);
    await until('sent', async () => (await countsOf(id)).sent === 1);
    for (const reminded of [2, 3]) {
      clock.advanceSec(7 * daySec);
      await until('reminded', () => relay.taken.length === reminded);
    }
    for (let day = 0; day < 20; day += 1) clock.advanceSec(daySec);
    await until('expired', async () => (await countsOf(id)).expired === 1);
    expect(relay.taken.map(({ to }) => to)).toEqual([1, 2, 3].map(() => loginOf('anna')));
  },
);

test('a group is listed page by page, and a person in it twice gets one letter', async () => {
  const people = numbered('user', 150);
  const { begin, plan, countsOf, campaignOf } = await open(people);
  const groups = new Map([['Pilot', [...people, 'user3']]]);
  const directory = toDirectory(groups, (subject) => subject === 'user7');
  const registered: string[] = [];
  const register = async ({ subject }: { subject: string }) => void registered.push(subject);
  begin({ directories: new Map([['work', async () => ({ ...directory, register })]]) });
  const id = await plan({ group: 'Pilot' });
  expect(await countsOf(id)).toEqual({ planned: 149, left_out: 2 });
  expect(registered).toEqual([]);
  const { start, until } = bench!;
  await start(id);
  await until('sent', async () => (await countsOf(id)).sent === 149);
  // Who is written to is registered in the same run.
  expect(registered.sort()).toEqual(people.filter((subject) => subject !== 'user7').sort());
  expect((await campaignOf(id)).group).toBe('Pilot');
});

test('who is erased while a group is listed is in no campaign', async () => {
  const people = numbered('user', 150);
  const { begin, deps, until, campaignOf, peopleOf } = await open(people);
  const { listMembers } = toDirectory(new Map([['Pilot', people]]), () => false);
  let goOn = (): void => {};
  const erased = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const directory: Directory = {
    register: null,
    async *listMembers(group) {
      for await (const page of listMembers(group)) {
        if (page.some(({ subject }) => subject === 'user149')) await erased;
        yield page;
      }
    },
  };
  begin({ directories: new Map([['work', async () => directory]]) });
  const settings = { name: 'All', language: 'en', linkDays: 14, reminderDays: 7, reminders: 2 } as const;
  const { id } = await createCampaign({ ...settings, connection: 'work', from: { group: 'Pilot' } }, 'ada', deps);
  const who = { connection: 'work', subject: 'user3' };
  await until('some are written', async () => (await deps.state.read(`campaign:${id}:people:0`)) !== null);
  await until('they are found', async () => (await readCampaignHoldings(who, deps)).length === 1);
  await forgetInCampaigns(who, deps);
  // Listed by then, and not written.
  await forgetInCampaigns({ ...who, subject: 'user110' }, deps);
  goOn();
  await until('planned', async () => (await campaignOf(id)).state === 'planned');
  const left = people.filter((each) => each !== 'user3' && each !== 'user110');
  expect((await peopleOf(id)).map(({ subject }) => subject)).toEqual(left);
  expect((await campaignOf(id)).forgotten).toEqual([]);
});

test('who is erased while a plan is held up does not come back with the next list, nor with the rest of a file', async () => {
  const people = numbered('user', 120);
  const { begin, deps, clock, profile, until, campaignOf, peopleOf } = await open(people);
  const { listMembers } = toDirectory(new Map([['Pilot', people]]), () => false);
  let isDown = true;
  const directory: Directory = {
    register: null,
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
  const [group, file] = [await create({ group: 'Pilot' }), await create({ people: named(people) })];
  for (const id of [group, file])
    await until('held up', async () => (await campaignOf(id)).problem === 'profile_unavailable');
  await forgetInCampaigns({ connection: 'work', subject: 'user7' }, deps);
  expect((await peopleOf(group)).some(({ subject }) => subject === 'user7')).toBe(false);
  isDown = false;
  profile.setDown(false);
  clock.advanceSec(301);
  for (const id of [group, file]) {
    await until('planned', async () => (await campaignOf(id)).state === 'planned');
    const left = people.filter((each) => each !== 'user7');
    expect((await peopleOf(id)).map(({ subject }) => subject)).toEqual(left);
  }
});

test('a campaign too many leaves nothing of its people behind', async () => {
  const { deps, clock } = await open([]);
  const settings = { name: 'All', connection: 'work', language: 'en', linkDays: 1, reminderDays: 1 } as const;
  const create = (stores: Partial<typeof deps> = {}) =>
    createCampaign({ ...settings, reminders: 0, from: { people: named(['anna']) } }, 'ada', { ...deps, ...stores });
  for (let made = 0; made < maxCampaigns - 1; made += 1) await create();
  const written = new Set<string>();
  const state: State = {
    ...deps.state,
    async write(key, ...rest) {
      // Another replica is quicker, once this one has begun.
      if (written.size === 0 && key.includes(':people:')) await create();
      written.add(key);
      return deps.state.write(key, ...rest);
    },
    async delete(key) {
      written.delete(key);
      await deps.state.delete(key);
    },
  };
  await expect(create({ state })).rejects.toMatchObject({ code: 'limit_reached' });
  expect([...written]).toEqual([]);
  const write = () => Promise.reject(new Error('written'));
  await expect(create({ state: { ...deps.state, write } })).rejects.toMatchObject({ code: 'limit_reached' });
  clock.advanceSec(121 * daySec);
  await create();
});

test('a campaign whose connection was taken out of the configuration says so, and goes on once it is back', async () => {
  const { begin, plan, start, until, campaignOf, countsOf } = await open(['user0']);
  const planner = begin();
  const id = await plan({ people: named(['user0']) });
  await planner.close();
  await start(id);
  const without = begin({ connections: new Map() });
  await until('told', async () => (await campaignOf(id)).problem === 'connection_unknown');
  await without.close();
  begin();
  await until('sent', async () => (await countsOf(id)).sent === 1);
  await until('well again', async () => (await campaignOf(id)).problem === null);
});

test('a provider that does not tell ends the plan, with its code', async () => {
  const { begin, plan, campaignOf } = await open([]);
  begin();
  expect(await campaignOf(await plan({ group: 'Pilot' }))).toMatchObject({
    state: 'refused',
    problem: 'connection_unknown',
  });
});

test('a provider that fails for a while holds the plan of a file up, and one that fails for hours ends it', async () => {
  const { begin, deps, profile, clock, until, campaignOf, countsOf } = await open(numbered('user', 250));
  const asked: string[] = [];
  const findAccount: Profile['findAccount'] = async (login) => {
    asked.push(login);
    if (asked.length === 130) profile.setDown(true);
    return profile.findAccount(login);
  };
  const connections = new Map([['work', { ...deps.connections.get('work')!, profile: { ...profile, findAccount } }]]);
  begin({ connections });
  const settings = { name: 'All', connection: 'work', language: 'en', linkDays: 14, reminderDays: 7 } as const;
  const create = async (subjects: readonly string[]): Promise<string> =>
    (await createCampaign({ ...settings, reminders: 2, from: { people: named(subjects) } }, 'ada', deps)).id;
  const id = await create(numbered('user', 250));
  const isStuck = async (campaign: string) => (await campaignOf(campaign)).problem === 'profile_unavailable';
  await until('held up', () => isStuck(id));
  expect((await campaignOf(id)).state).toBe('planning');
  clock.advanceSec(3_600);
  profile.setDown(false);
  await until('planned', async () => (await campaignOf(id)).state === 'planned');
  expect(await campaignOf(id)).toMatchObject({ problem: null, stuckSince: null });
  expect(await countsOf(id)).toEqual({ planned: 250 });
  // Whoever was looked up before is not asked for again.
  expect(asked.filter((login) => login === loginOf('user100'))).toHaveLength(1);

  profile.setDown(true);
  const other = await create(['user1']);
  await until('held up', () => isStuck(other));
  clock.advanceSec(2 * 3_600);
  await until('refused', async () => (await campaignOf(other)).state === 'refused');
  expect(await campaignOf(other)).toMatchObject({ problem: 'profile_unavailable' });
});

test('a group whose list breaks off is listed anew, and nothing of a longer list before it is left', async () => {
  const people = numbered('user', 250);
  const { begin, deps, clock, until, campaignOf, countsOf } = await open(people);
  const { listMembers } = toDirectory(
    new Map([
      ['Pilot', people],
      ['rest', people.slice(160)],
    ]),
    () => false,
  );
  let isDown = true;
  const directory: Directory = {
    register: null,
    async *listMembers(group) {
      // Some have left it meanwhile.
      yield* listMembers(isDown ? group : 'rest');
      if (isDown) throw new FaceError('profile_unavailable');
    },
  };
  begin({ directories: new Map([['work', async () => directory]]) });
  const settings = { name: 'All', language: 'en', linkDays: 14, reminderDays: 7, reminders: 2 } as const;
  const { id } = await createCampaign({ ...settings, connection: 'work', from: { group: 'Pilot' } }, 'ada', deps);
  await until('held up', async () => (await campaignOf(id)).problem === 'profile_unavailable');
  expect(await campaignOf(id)).toMatchObject({ state: 'planning', shards: 2 });
  isDown = false;
  clock.advanceSec(301);
  await until('planned', async () => (await campaignOf(id)).state === 'planned');
  expect(await campaignOf(id)).toMatchObject({ problem: null, stuckSince: null, shards: 1 });
  expect(await countsOf(id)).toEqual({ planned: 90 });
  expect(await deps.state.read(`campaign:${id}:people:1`)).toBeNull();
});

test('opened, enrolled and expired are seen; reminders come when they are due, replace the link, and end', async () => {
  const { begin, plan, start, until, countsOf, peopleOf, relay, profile, clock, audit, deps } = await open([
    'anna',
    'berta',
    'clara',
  ]);
  begin();
  const id = await plan({ people: named(['anna', 'berta', 'clara']) });
  await start(id);
  await until('sent', async () => (await countsOf(id)).sent === 3);
  const tickets = new Map(relay.taken.map((letter) => [letter.to, linkIn(readPart(letter, 'plain'))]));
  const openLink = (subject: string, ticket = tickets.get(loginOf(subject))!) =>
    openSession({ ticket: new Credential(ticket), browser: null, returnUrl: null }, deps);
  const [first] = await peopleOf(id);
  expect(first!.link!.expiresAt - clock.now()).toBeLessThanOrEqual(30 * daySec * 1000);

  await openLink('anna');
  clock.advanceSec(61);
  await until('opened', async () => (await countsOf(id)).opened === 1);
  await openLink('berta');
  profile.attributes.set('berta', 'FV1.x');
  clock.advanceSec(2 * 3600);
  await until('enrolled', async () => (await countsOf(id)).enrolled === 1);

  clock.advanceSec(7 * daySec);
  await until('reminded', () => relay.taken.length === 5);
  const reminders = relay.taken.slice(3);
  expect(reminders.map(({ to }) => to).sort()).toEqual([loginOf('anna'), loginOf('clara')]);
  await until('settled', async () => (await countsOf(id)).sent === 2);
  // One person, one link.
  await until('closed', () => audit.events.some(({ action }) => action === 'step_up_abandoned'));
  await expect(openLink('clara')).rejects.toMatchObject({ code: 'step_up_finished' });
  const renewed = linkIn(readPart(reminders.find(({ to }) => to === loginOf('clara'))!, 'plain'));
  await openLink('clara', renewed);

  clock.advanceSec(7 * daySec);
  await until('reminded again', () => relay.taken.length === 7);
  for (let day = 0; day < 20; day += 1) clock.advanceSec(daySec);
  await until('expired', async () => (await countsOf(id)).expired === 2);
  expect(relay.taken).toHaveLength(7);
  await until('done', async () => (await bench!.campaignOf(id)).state === 'done');

  await remindCampaign(id, 'ada', deps);
  await until('asked for', () => relay.taken.length === 9);
});

test('somebody who enrolled meanwhile gets no letter; what came back is noted; who is erased is in no campaign', async () => {
  const { begin, plan, start, until, countsOf, peopleOf, relay, profile, deps, campaignOf } = await open([
    'anna',
    'berta',
    'clara',
  ]);
  begin();
  const id = await plan({ people: named(['anna', 'berta', 'clara']) });
  profile.attributes.set('berta', 'FV1.x');
  await start(id);
  await until('sent', async () => (await countsOf(id)).sent === 2);
  expect(await countsOf(id)).toEqual({ sent: 2, enrolled: 1 });
  expect(relay.tried.sort()).toEqual([loginOf('anna'), loginOf('clara')]);
  expect(await noteBounces(await campaignOf(id), [loginOf('CLARA'), 'x@y.z'], 'ada', deps)).toBe(1);
  await forgetInCampaigns({ connection: 'work', subject: 'clara' }, deps);
  expect((await peopleOf(id)).map(({ login }) => login)).toEqual([loginOf('anna'), loginOf('berta')]);
  await forgetInCampaigns({ connection: 'other', subject: 'anna' }, deps);
  expect(await peopleOf(id)).toHaveLength(2);
});

test('names are shown as they are, in every language, and own words with their placeholders', async () => {
  const { begin, plan, start, until, relay } = await open(['anna', 'berta']);
  begin();
  const [anna, berta] = named(['anna', 'berta']);
  const name = '<img src=x onerror=alert(1)> "A" & {login}\r\nBcc: eve@example.com';
  const id = await plan({
    people: [
      { ...anna!, name, language: 'ar' },
      { ...berta!, name, language: 'fr' },
    ],
  });
  await start(id);
  await until('sent', () => relay.taken.length === 2);
  for (const letter of relay.taken) {
    const html = readPart(letter, 'html');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &quot;A&quot; &amp; {login}');
    expect(html).not.toContain('<img');
    expect(html).toContain(letter.to === loginOf('anna') ? 'dir="rtl"' : 'lang="fr"');
    expect(letter.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
    expect(relay.tried).not.toContain('eve@example.com');
  }
});
