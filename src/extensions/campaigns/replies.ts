import { z } from 'zod';
import { instantReply } from '../../core/instant.js';
import { supportedLanguages } from '../../core/language.js';
import { campaignStates, personStates } from './person.js';

export const campaignReply = z.object({
  id: z.string(),
  name: z.string(),
  connection: z.string(),
  source: z.enum(['group', 'csv']),
  group: z.string().nullable(),
  state: z.enum(campaignStates),
  problem: z
    .string()
    .nullable()
    .describe('Code of the problem that stopped the campaign, or of the reason why the plan was refused.'),
  language: z.enum(supportedLanguages),
  linkDays: z.int(),
  reminderDays: z.int(),
  reminders: z.int(),
  createdAt: instantReply,
  createdBy: z.string(),
  startedAt: instantReply.nullable(),
  keptUntil: instantReply.describe('Time at which all data of the campaign is deleted.'),
  own: z.array(z.string()).describe('E-mails with custom text, such as `invitation.de`.'),
  counts: z.partialRecord(z.enum(personStates), z.int()).describe('Number of people by state.'),
  leftOut: z.record(z.string(), z.int()).describe('Number of people who receive no e-mail, by reason.'),
  outbox: z.boolean().describe('True if e-mails are written to the outbox file, and not sent.'),
  remarks: z
    .record(z.string(), z.int())
    .describe('Number of planned people for whom something in the file was replaced, by remark.'),
});
export type CampaignReply = z.output<typeof campaignReply>;
/** Number of people per state, per reason and per remark. Zeros are omitted. */
export type CampaignCounts = Pick<CampaignReply, 'counts' | 'leftOut' | 'remarks'>;

export const oneCampaignReply = z.object({ campaign: campaignReply });
export type OneCampaignReply = z.output<typeof oneCampaignReply>;

export const campaignsReply = z.object({ campaigns: z.array(campaignReply) });
export type CampaignsReply = z.output<typeof campaignsReply>;

export const groupsReply = z.object({ groups: z.array(z.object({ id: z.string(), name: z.string() })) });
export type GroupsReply = z.output<typeof groupsReply>;

export const personReply = z.object({
  line: z.int().nullable().describe('Line number in the file; `null` for a group.'),
  login: z.string(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  subject: z.string().nullable(),
  language: z.enum(supportedLanguages),
  state: z.enum(personStates),
  reason: z
    .string()
    .nullable()
    .describe('Reason for skipping the person, remark, code of the failure, or reply code of the mail relay.'),
  sentAt: instantReply.nullable(),
  expiresAt: instantReply.nullable().describe('Expiry of the link.'),
  reminders: z.int(),
});
export type CampaignPersonReply = z.output<typeof personReply>;

export const campaignPeopleReply = z.object({ people: z.array(personReply), cursor: z.string().nullable() });
export type CampaignPeopleReply = z.output<typeof campaignPeopleReply>;

export const keptWordsReply = z.object({
  unknown: z.array(z.string()).describe('Unknown names in braces. If there are any, nothing was changed.'),
});
export type KeptWordsReply = z.output<typeof keptWordsReply>;

export const previewReply = z.object({
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  unknown: z.array(z.string()).describe('Unknown names in braces.'),
  page: z
    .string()
    .describe('Address of the HTML on this server, valid for ten minutes and for a frame of the console.'),
  words: z
    .object({ subject: z.string(), text: z.string() })
    .describe('Subject and text that the e-mail was rendered from.'),
});
export type PreviewReply = z.output<typeof previewReply>;
