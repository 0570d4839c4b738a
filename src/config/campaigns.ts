import { z } from 'zod';
import type { CampaignSettings } from '../core/deps.js';

export const campaignsGuard = z.strictObject({
  perMinute: z.int().min(1).max(6000).default(120).describe('E-mails per minute, as the mail relay accepts.'),
  keptDays: z
    .int()
    .min(60)
    .max(400)
    .default(120)
    .describe('Days from its creation until a campaign is deleted with all names, addresses and states.'),
}) satisfies z.ZodType<CampaignSettings>;
