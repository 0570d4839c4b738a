import type { Connection } from '../../src/core/connection.js';
import type { Delivery, Directory } from '../../src/core/ports.js';
import { Credential } from '../../src/core/secrets.js';
import { createCampaign, type NamedPerson, startCampaign } from '../../src/extensions/campaigns/administer.js';
import type { Person } from '../../src/extensions/campaigns/person.js';
import { type CampaignRunner, startCampaignRunner } from '../../src/extensions/campaigns/run.js';
import type { CampaignPorts } from '../../src/extensions/campaigns/settings.js';
import { readCampaign, readPeople } from '../../src/extensions/campaigns/storage.js';
import { createOutbox } from '../../src/notifications/delivery/open.js';
import { createSmtpDelivery } from '../../src/notifications/delivery/smtp.js';
import { createTestJobs, sleepShortly } from '../fakes/jobs.js';
import { createMemoryProfile, loginOf } from '../fakes/simulated-profile.js';
import { standInPorts } from '../fakes/stand-in-ports.js';
import { until } from '../run/eventually.js';
import { endAfterwards } from '../run/for-file.js';
import { startMailRelay } from '../servers/mail-relay.js';
import { createTestCore } from './core.js';

/** Creates the people of an uploaded file with default details. */
export const named = (subjects: readonly string[]): NamedPerson[] =>
  subjects.map((subject, at) => ({
    line: at + 2,
    login: loginOf(subject),
    email: null,
    name: null,
    language: null,
    reason: null,
  }));

/** Creates a directory in memory whose groups have several pages. */
export const toDirectory = (groups: ReadonlyMap<string, readonly string[]>, isEnrolled: (subject: string) => boolean) =>
  ({
    async *listMembers(group) {
      const members = groups.get(group) ?? [];
      for (let from = 0; from < members.length; from += 60) {
        yield members.slice(from, from + 60).map((subject) => ({
          subject,
          login: loginOf(subject),
          email: loginOf(subject),
          isEnrolled: isEnrolled(subject),
        }));
      }
    },
    searchGroups: async (text) =>
      [...groups.keys()]
        .filter((name) => name.toLowerCase().includes(text.toLowerCase()))
        .map((name) => ({ id: name, name })),
    register: null,
  }) satisfies Directory;

export async function openCampaignBench(subjects: readonly string[]) {
  const relay = await startMailRelay();
  const core = await createTestCore();
  const profile = createMemoryProfile(subjects);
  const connection: Connection = { ...core.connection, profile };
  const nowhere = createOutbox({ sink: () => Promise.reject(new Error('closed')), clock: core.clock });
  const smtp = createSmtpDelivery({
    url: new Credential(relay.url),
    from: 'face@example.test',
    requireTls: false,
    others: nowhere,
  });
  const deps: CampaignPorts = {
    ...core.deps,
    ...standInPorts,
    campaigns: { perMinute: 6000, keptDays: 120, addresses: 'provider' },
    connections: new Map([[connection.id, connection]]),
    delivery: smtp,
  };
  const runners = new Set<CampaignRunner>();
  const begin = (changes: Partial<CampaignPorts> = {}): CampaignRunner => {
    const runner = startCampaignRunner({
      current: () => ({ ...deps, ...changes }),
      isOn: () => true,
      jobs: createTestJobs(deps, sleepShortly),
      sleep: sleepShortly,
    });
    runners.add(runner);
    return runner;
  };
  const campaignOf = (id: string) => readCampaign(id, deps);
  const peopleOf = async (id: string): Promise<Person[]> => (await readPeople(await campaignOf(id), deps)).flat();
  const plan = async (from: Parameters<typeof createCampaign>[0]['from']): Promise<string> => {
    const settings = { name: 'All', language: 'en', linkDays: 14, reminderDays: 7, reminders: 2 } as const;
    const { id } = await createCampaign({ ...settings, connection: connection.id, from }, 'ada', deps);
    await until(async () => (await campaignOf(id)).state !== 'planning');
    return id;
  };
  return {
    ...core,
    deps,
    relay,
    profile,
    connection,
    smtp,
    begin,
    plan,
    campaignOf,
    peopleOf,
    start: (id: string) => startCampaign(id, 'ada', deps),
    async countsOf(id: string): Promise<Record<string, number>> {
      const counts: Record<string, number> = {};
      for (const { state } of await peopleOf(id)) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
    /** Lets the test end without waiting for this runner, which hangs. */
    abandon: (runner: CampaignRunner) => runners.delete(runner),
    delivering: (send: (to: string) => Promise<void>): Delivery => ({
      outbox: smtp.outbox,
      async send(message) {
        await send(message.to);
        await smtp.send(message);
      },
    }),
    close: endAfterwards(async () => {
      for (const runner of runners) await runner.close();
      await relay.close();
      await core.state.close();
    }),
  };
}
