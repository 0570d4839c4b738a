import { z } from 'zod';
import type { ServerPorts } from '../../core/deps.js';
import { addressSources } from './person.js';

const campaignsGuard = z.strictObject({
  perMinute: z.int().min(1).max(6000).default(120).describe('E-mails per minute, as the mail relay accepts.'),
  addresses: z
    .enum(addressSources)
    .default('provider')
    .describe(
      '`provider`: e-mails go only to the address that the provider has. `file`: an address in a CSV file replaces it, so that an administrator chooses who can enrol as a user.',
    ),
  keptDays: z
    .int()
    .min(60)
    .max(400)
    .default(120)
    .describe('Days from its creation until a campaign is deleted with all names, addresses and states.'),
});

export const sections = {
  campaigns: campaignsGuard
    .nullable()
    .prefault({})
    .describe('Enrolment campaigns. `null`: none. See docs/campaign.md.'),
};

export type CampaignSettings = z.output<typeof campaignsGuard>;

export const standardSettings = campaignsGuard.parse({});

export interface CampaignPorts extends ServerPorts {
  readonly campaigns: CampaignSettings;
}
