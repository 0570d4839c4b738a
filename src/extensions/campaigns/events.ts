import { z } from 'zod';
import { event, type FeatureEvents } from '../../core/audit-events.js';

/** Schemas for the `detail` of audit records. Fields must stay in this order. */
const campaignDetails = {
  campaign_planned: event('A campaign was planned.', {
    campaign: z.string(),
    source: z.enum(['group', 'csv']),
    by: z.string(),
  }),
  campaign_started: event('A campaign was started. `people` is the number of recipients.', {
    campaign: z.string(),
    people: z.int(),
    by: z.string(),
  }),
  campaign_stopped: event('A campaign was stopped.', { campaign: z.string(), by: z.string() }),
  campaign_resumed: event('A campaign was resumed. `again` names the states of people who receive another e-mail.', {
    campaign: z.string(),
    again: z.array(z.string()).readonly(),
    by: z.string(),
  }),
  campaign_reminded: event('Reminders were sent at once.', { campaign: z.string(), by: z.string() }),
  campaign_worded: event(
    'The text of an e-mail was changed. The digests are SHA-256 of `["subject","text"]` as JSON; `null` is the built-in text.',
    {
      campaign: z.string(),
      letter: z.string(),
      digest: z.string().nullable(),
      former: z.string().nullable(),
      by: z.string(),
    },
  ),
  campaign_bounces_noted: event('An administrator recorded bounced e-mails.', {
    campaign: z.string(),
    people: z.int(),
    by: z.string(),
  }),
} as const;

type CampaignDetails = typeof campaignDetails;

declare module '../../core/audit-events.js' {
  interface EventDetails extends CampaignDetails {}
}

export const campaignEvents = { details: campaignDetails } as const satisfies FeatureEvents;
