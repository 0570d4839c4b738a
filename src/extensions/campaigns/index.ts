import { z } from 'zod';
import type { ServerPorts } from '../../core/deps.js';
import type { Extension } from '../extension.js';
import { campaignDetails } from './events.js';
import { campaignData, campaignHoldings } from './forget.js';

const campaignsGuard = z.strictObject({
  perMinute: z.int().min(1).max(6000).default(120).describe('E-mails per minute, as the mail relay accepts.'),
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

type CampaignSettings = z.output<typeof campaignsGuard>;

export const standardSettings = campaignsGuard.parse({});

export interface CampaignPorts extends ServerPorts {
  readonly campaigns: CampaignSettings;
}

/** Invites many people to enrol, by e-mail. */
export const campaigns = {
  sections,
  auditDetails: campaignDetails,
  personalData: [campaignData],
  holdings: campaignHoldings,
  commands: { campaign: async () => (await import('./command.js')).createCampaignCommand },
  open: async (server) => (await import('./open.js')).openCampaigns(server),
} as const satisfies Extension<typeof sections>;
