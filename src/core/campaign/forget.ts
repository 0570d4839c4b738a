import type { SubjectRef } from '../connection.js';
import type { Ports } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import { toIso } from '../units.js';
import type { Person } from './person.js';
import { forgetInPlan } from './record.js';
import { changeCampaign, dropPeople, listCampaigns, readPeople } from './storage.js';

export interface CampaignHolding {
  readonly campaign: string;
  readonly person: Person;
}

async function readCampaignHoldings(
  { connection, subject }: SubjectRef,
  deps: Ports<'state'>,
): Promise<CampaignHolding[]> {
  const held: CampaignHolding[] = [];
  for (const campaign of (await listCampaigns(deps)).filter((each) => each.connection === connection)) {
    const people = (await readPeople(campaign, deps)).flat().filter((person) => person.subject === subject);
    held.push(...people.map((person) => ({ campaign: campaign.id, person })));
  }
  return held;
}

/** Removes a user from every campaign. An e-mail that is being sent still arrives. */
export async function forgetInCampaigns({ connection, subject }: SubjectRef, deps: Ports<'state'>): Promise<void> {
  for (const listed of (await listCampaigns(deps)).filter((each) => each.connection === connection)) {
    // The campaign's record is changed first, so that a replica that is making the plan skips the user.
    const campaign = await changeCampaign(listed.id, (latest) => forgetInPlan(latest, subject), deps);
    await dropPeople(campaign, (person) => person.subject === subject, deps);
  }
}

export const campaignData = {
  part: 'campaigns',
  keys: ['campaign:*', 'campaign:*:people:*'],
  read: async (who, deps) => ({
    campaigns: (await readCampaignHoldings(who, deps)).map(
      ({ campaign, person: { login, name, email, state, sentAt } }) => ({
        ...{ campaign, login, name, email, state },
        sentAt: sentAt === null ? null : toIso(sentAt),
      }),
    ),
  }),
  endedBy: 'erasure',
  forget: forgetInCampaigns,
} as const satisfies PersonalData;
