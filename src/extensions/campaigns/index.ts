import type { Extension } from '../extension.js';
import { campaignData, campaignHoldings } from './forget.js';
import { sections } from './settings.js';

/** Invites many people to enrol, by e-mail. */
export const campaigns = {
  sections,
  personalData: [campaignData],
  holdings: campaignHoldings,
  commands: {},
  open: async (server) => (await import('./run.js')).openCampaigns(server),
} as const satisfies Extension<typeof sections>;
