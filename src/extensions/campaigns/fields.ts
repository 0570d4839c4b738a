import { z } from 'zod';
import type { Ports } from '../../core/deps.js';
import { supportedLanguages } from '../../core/language.js';
import { invitationKinds } from '../../notifications/email/invitation.js';
import type { Person } from './person.js';
import { type Campaign, longestLinkDays } from './record.js';
import type { CampaignCounts } from './replies.js';

const count = (least: number, most: number, standard: number) => z.int().min(least).max(most).prefault(standard);

export const campaignField = z
  .string()
  .regex(/^[\w-]{16}$/)
  .describe('The id of the campaign.');

const languageField = z.enum(supportedLanguages);

/** One e-mail of a campaign and its text. */
export const wordsFields = z.strictObject({
  campaign: campaignField,
  kind: z.enum(invitationKinds),
  language: languageField,
  subject: z.string().max(200),
  text: z
    .string()
    .max(4_000)
    .describe('Empty lines separate paragraphs. `{name}`, `{login}`, `{organisation}` and `{lastDay}` are replaced.'),
});

export const newCampaignFields = z.strictObject({
  connection: z.string().min(1).max(100).describe('The id of a configured connection.'),
  name: z.string().trim().min(1).max(100).describe('Name of the campaign.'),
  group: z.string().trim().min(1).max(256).optional().describe('Id of a group at the provider, or its name.'),
  language: languageField.prefault('en').describe('Language of the e-mails, unless the file has another for a person.'),
  linkDays: count(1, longestLinkDays, 14).describe('Lifetime of a link, in days: at most 30.'),
  reminderDays: count(1, longestLinkDays, 7).describe('Days between an e-mail and the next reminder.'),
  reminders: count(0, 5, 2).describe('Maximum number of automatic reminders.'),
});

export const toCampaignReply = (campaign: Campaign, counts: CampaignCounts, { delivery }: Ports<'delivery'>) => ({
  ...campaign,
  ...counts,
  outbox: delivery.outbox.includes('email'),
  source: campaign.group === null ? ('csv' as const) : ('group' as const),
  own: Object.keys(campaign.own),
});

export const toPersonReply = (person: Person, campaign: Campaign) => ({
  ...person,
  language: person.language ?? campaign.language,
  expiresAt: person.link?.expiresAt ?? null,
});
