import type { SubjectRef } from '../connection.js';
import type { PersonalData } from '../personal-data/registration.js';
import type { State } from '../ports.js';
import { toIso } from '../units.js';
import type { Person } from './person.js';
import { forgetInPlan } from './record.js';
import { changeCampaign, dropPeople, listCampaigns, readPeople } from './storage.js';

export interface CampaignHolding {
  readonly campaign: string;
  readonly person: Person;
}

/** Returns all data of a user in campaigns. @throws `state_unavailable` */
export async function readCampaignHoldings(
  { connection, subject }: SubjectRef,
  deps: { readonly state: State },
): Promise<CampaignHolding[]> {
  const held: CampaignHolding[] = [];
  for (const campaign of (await listCampaigns(deps)).filter((each) => each.connection === connection)) {
    const people = (await readPeople(campaign, deps)).flat().filter((person) => person.subject === subject);
    held.push(...people.map((person) => ({ campaign: campaign.id, person })));
  }
  return held;
}

/**
 * Removes a user from every campaign; an e-mail being sent still arrives.
 * @throws `state_unavailable`
 */
export async function forgetInCampaigns(
  { connection, subject }: SubjectRef,
  deps: { readonly state: State },
): Promise<void> {
  for (const listed of (await listCampaigns(deps)).filter((each) => each.connection === connection)) {
    // First, so that a running planner leaves them out.
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
