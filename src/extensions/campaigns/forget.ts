import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { PersonalData, Ports } from '../../core/deps.js';
import { instantReply } from '../../core/instant.js';
import { toIso } from '../../core/units.js';
import { type Person, personStates } from './person.js';
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
        campaign,
        login,
        name,
        email,
        state,
        sentAt: sentAt === null ? null : toIso(sentAt),
      }),
    ),
  }),
  endedBy: 'erasure',
  forget: forgetInCampaigns,
} as const satisfies PersonalData;

/** Fields of the export that a person gets. */
export const campaignHoldings = {
  campaigns: z
    .array(
      z.object({
        campaign: z.string(),
        login: z.string(),
        name: z.string().nullable(),
        email: z.string().nullable(),
        state: z.enum(personStates),
        sentAt: instantReply.nullable(),
      }),
    )
    .describe('E-mails of enrolment campaigns.'),
};
