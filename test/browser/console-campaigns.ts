import type { ServerPorts } from '../../src/core/deps.js';
import { toDeliveryError } from '../../src/core/ports/delivery.js';
import type { Delivery } from '../../src/core/ports.js';
import { createCampaign, startCampaign } from '../../src/extensions/campaigns/administer.js';
import { startCampaignRunner } from '../../src/extensions/campaigns/run.js';
import { standardSettings } from '../../src/extensions/campaigns/settings.js';
import { readCampaign } from '../../src/extensions/campaigns/storage.js';
import { named } from '../../support/benches/campaign-bench.js';
import { createTestJobs, sleepShortly } from '../../support/fakes/jobs.js';
import { eventually } from '../../support/run/eventually.js';
import { endAfterwards } from '../../support/run/for-file.js';

/** Accepts all e-mails, except one whose result is unknown and one that bounces. */
export const doubtfulDelivery: Delivery = {
  outbox: [],
  async send({ to }) {
    if (to.startsWith('doubtful')) throw toDeliveryError({ fault: 'uncertain', status: null, cause: null });
    if (to.startsWith('gone')) throw toDeliveryError({ fault: 'refused', status: 550, cause: null });
  },
};

export const invited = ['user0', 'user1', 'user2', 'doubtful0', 'gone0'];

const settings = { connection: 'acme', language: 'en', linkDays: 14, reminderDays: 7, reminders: 2 } as const;

/** Plans and sends campaigns in the background, as a server does, until the test or file ends. */
export function runCampaigns(ports: () => ServerPorts) {
  const current = () => ({ ...ports(), campaigns: standardSettings });
  const jobs = createTestJobs(current(), sleepShortly);
  const runner = startCampaignRunner({ current, isOn: () => true, jobs, sleep: sleepShortly });
  endAfterwards(() => runner.close());
  const until = (id: string, isSo: (state: string) => boolean): Promise<void> =>
    eventually(async () => {
      const { state } = await readCampaign(id, current());
      if (!isSo(state)) throw new Error(state);
    });
  const plan = async (name: string): Promise<string> => {
    const people = [
      ...named(invited),
      ...named(['nobody']).map((each) => ({ ...each, line: 7, login: 'nobody@elsewhere.example' })),
      ...named(['user0']).map((each) => ({ ...each, line: 8 })),
    ];
    const { id } = await createCampaign({ ...settings, name, from: { people } }, 'ada', current());
    runner.wake();
    await until(id, (state) => state === 'planned');
    return id;
  };
  return {
    plan,
    async send(name: string): Promise<string> {
      const id = await plan(name);
      await startCampaign(id, 'ada', current());
      runner.wake();
      return id;
    },
    wake: () => runner.wake(),
  };
}
