import { z } from 'zod';
import { supportedLanguages } from '../../core/language.js';
import { type EpochMs, toIso } from '../../core/units.js';
import { invitationKinds } from '../../notifications/email/invitation.js';
import type { CampaignCounts } from './administer.js';
import type { Person } from './person.js';
import { type Campaign, longestLinkDays } from './record.js';
import type { CampaignPersonReply, CampaignReply } from './replies.js';

const count = (least: number, most: number, standard: number) => z.int().min(least).max(most).prefault(standard);

export const campaignField = z
  .string()
  .regex(/^[\w-]{16}$/)
  .describe('The id of the campaign.');

export const languageField = z.enum(supportedLanguages);
export const kindField = z.enum(invitationKinds);
export const subjectField = z.string().max(200);
export const textField = z
  .string()
  .max(4_000)
  .describe('Empty lines separate paragraphs. `{name}`, `{login}`, `{organisation}` and `{lastDay}` are replaced.');

export const newCampaignFields = z.strictObject({
  connection: z.string().min(1).max(100).describe('The id of a configured connection.'),
  name: z.string().trim().min(1).max(100).describe('Name of the campaign.'),
  group: z.string().trim().min(1).max(256).optional().describe('Id of a group at the provider, or its name.'),
  language: languageField.prefault('en').describe('Language of the e-mails, unless the file has another for a person.'),
  linkDays: count(1, longestLinkDays, 14).describe('Lifetime of a link, in days: at most 30.'),
  reminderDays: count(1, longestLinkDays, 7).describe('Days between an e-mail and the next reminder.'),
  reminders: count(0, 5, 2).describe('Maximum number of automatic reminders.'),
});

const toInstant = (time: EpochMs | null): string | null => (time === null ? null : toIso(time));

export const toCampaignReply = (campaign: Campaign, { counts, leftOut, remarks }: CampaignCounts): CampaignReply => {
  const { id, name, connection, group, state, problem, language, linkDays, reminderDays, reminders } = campaign;
  return {
    id,
    name,
    connection,
    source: group === null ? 'csv' : 'group',
    group,
    state,
    problem,
    language,
    linkDays,
    reminderDays,
    reminders,
    createdAt: toIso(campaign.createdAt),
    createdBy: campaign.createdBy,
    startedAt: toInstant(campaign.startedAt),
    keptUntil: toIso(campaign.keptUntil),
    own: Object.keys(campaign.own),
    counts: { ...counts },
    leftOut: { ...leftOut },
    remarks: { ...remarks },
  };
};

export const toPersonReply = (person: Person, campaign: Campaign): CampaignPersonReply => {
  const { line, login, name, email, subject, language, state, reason, sentAt, link, reminders } = person;
  return {
    line,
    login,
    name,
    email,
    subject,
    state,
    reason,
    reminders,
    language: language ?? campaign.language,
    sentAt: toInstant(sentAt),
    expiresAt: toInstant(link?.expiresAt ?? null),
  };
};
