import { z } from 'zod';
import type { CampaignSettings } from '../core/campaign/deps.js';

/** How enrolment campaigns are sent, and for how long they are kept. */
export const campaignsGuard = z.strictObject({
  /** Letters a minute: what the mail relay takes. */
  perMinute: z.int().min(1).max(6000).default(120),
  /** Days from its making until nothing of a campaign is kept any more: names, addresses, states. */
  keptDays: z.int().min(60).max(400).default(120),
}) satisfies z.ZodType<CampaignSettings>;
