import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { PersonalData, Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import { toIso } from '../../core/units.js';
import { personStates } from './person.js';
import { type Campaign, forgetInPlan } from './record.js';
import { changeCampaign, changePeople, listCampaigns, readPeople } from './storage.js';

const holdingGuard = z.object({
  campaign: z.string(),
  login: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  state: z.enum(personStates),
  sentAt: instantReply.nullable(),
});

/** Fields of the export that a person gets. */
export const campaignHoldings = { campaigns: z.array(holdingGuard).describe('E-mails of enrolment campaigns.') };

const listCampaignsOf = async (connection: string, deps: Ports<'state'>): Promise<Campaign[]> =>
  (await listCampaigns(deps)).filter((each) => each.connection === connection);

async function readHoldings({ connection, subject }: SubjectRef, deps: Ports<'state'>) {
  const held: z.output<typeof holdingGuard>[] = [];
  for (const campaign of await listCampaignsOf(connection, deps)) {
    for (const person of (await readPeople(campaign, deps)).flat()) {
      if (person.subject !== subject) continue;
      const sentAt = person.sentAt === null ? null : toIso(person.sentAt);
      held.push(holdingGuard.parse({ ...person, campaign: campaign.id, sentAt }));
    }
  }
  return held;
}

/** Removes a user from every campaign. An e-mail that is being sent still arrives. */
export async function forgetInCampaigns({ connection, subject }: SubjectRef, deps: Ports<'state'>): Promise<void> {
  for (const { id } of await listCampaignsOf(connection, deps)) {
    // The campaign's record is changed first, so that a replica that is making the plan skips the user.
    const campaign = await changeCampaign(id, (latest) => forgetInPlan(latest, subject), deps);
    await changePeople(campaign, (person) => (person.subject === subject ? null : person), deps);
  }
}

export const campaignData = {
  part: 'campaigns',
  keys: ['campaign:*', 'campaign:*:people:*'],
  read: async (who, deps) => ({ campaigns: await readHoldings(who, deps) }),
  endedBy: 'erasure',
  forget: forgetInCampaigns,
} as const satisfies PersonalData;
