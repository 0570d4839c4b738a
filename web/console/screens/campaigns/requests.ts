import { z } from 'zod/mini';
import { get, post } from '../../frame/call.js';

const campaignStates = ['planning', 'planned', 'running', 'stopped', 'done', 'refused'] as const;

/** As people go on in a campaign. */
export const personStates = [
  ...(['unresolved', 'planned', 'sending', 'sent', 'opened', 'enrolled'] as const),
  ...(['expired', 'uncertain', 'bounced', 'failed', 'left_out'] as const),
] as const;
export type PersonState = (typeof personStates)[number];

/** Who was to enrol, and has not yet. */
export const notEnrolled: readonly PersonState[] = personStates.filter(
  (state) => state !== 'enrolled' && state !== 'left_out',
);

/** Who can be written to once more, though no letter reached them, or may have. */
export const retryable = ['uncertain', 'failed', 'bounced'] as const;

export const letterKinds = ['invitation', 'reminder'] as const;
export type LetterKind = (typeof letterKinds)[number];

const campaignGuard = z.object({
  id: z.string(),
  name: z.string(),
  connection: z.string(),
  /** `null`: people of a file. */
  group: z.nullable(z.string()),
  state: z.enum(campaignStates),
  problem: z.nullable(z.string()),
  language: z.string(),
  linkDays: z.number(),
  reminderDays: z.number(),
  reminders: z.number(),
  createdAt: z.string(),
  createdBy: z.string(),
  keptUntil: z.string(),
  /** Letters with words of the administrator's own: `invitation.de`. */
  own: z.array(z.string()),
  counts: z.partialRecord(z.enum(personStates), z.number()),
  leftOut: z.record(z.string(), z.number()),
});
export type Campaign = z.infer<typeof campaignGuard>;

const one = z.object({ campaign: campaignGuard });

export const listCampaigns = get('/v1/campaigns', z.object({ campaigns: z.array(campaignGuard) }));
export const readCampaign = (id: string) => get(`/v1/campaigns/${encodeURIComponent(id)}`, one);
/** @param form - the fields of the form, and the file `people` where there is no `group` */
export const planCampaign = (form: FormData) => post('/v1/campaigns', one, form);
export const startCampaign = (campaign: string) => post('/v1/campaigns/start', one, { campaign });
export const stopCampaign = (campaign: string) => post('/v1/campaigns/stop', one, { campaign });
export const remindCampaign = (campaign: string) => post('/v1/campaigns/remind', one, { campaign });
/** @param again - who is written to once more */
export const resumeCampaign = (campaign: string, again: readonly string[]) =>
  post('/v1/campaigns/resume', one, { campaign, again });

const personGuard = z.object({
  /** Of the file; `null`: of a group. */
  line: z.nullable(z.number()),
  login: z.string(),
  email: z.nullable(z.string()),
  state: z.enum(personStates),
  reason: z.nullable(z.string()),
  sentAt: z.nullable(z.string()),
});
export type CampaignPerson = z.infer<typeof personGuard>;

export const listPeople = (campaign: string, state: readonly PersonState[], cursor: string | null) =>
  post('/v1/campaigns/people', z.object({ people: z.array(personGuard), cursor: z.nullable(z.string()) }), {
    ...{ campaign, state, cursor: cursor ?? undefined, limit: 50 },
  });

/** Which letter of a campaign. */
export interface WhichLetter {
  readonly campaign: string;
  readonly kind: LetterKind;
  readonly language: string;
}

const wordsGuard = z.object({ subject: z.string(), text: z.string() });
export type LetterWords = z.infer<typeof wordsGuard>;

/** @param words - that are not kept yet; `null`: as they are kept */
export const previewLetter = (letter: WhichLetter, words: LetterWords | null) =>
  post(
    '/v1/campaigns/preview',
    z.object({
      ...{ subject: z.string(), text: z.string(), page: z.string(), words: wordsGuard },
      /** Names in braces that stand for nothing. */
      unknown: z.array(z.string()),
    }),
    { ...letter, ...words },
  );
export const keepWords = (letter: WhichLetter, words: LetterWords) =>
  post('/v1/campaigns/words', z.object({ unknown: z.array(z.string()) }), { ...letter, ...words });

export const listConnections = post(
  '/v1/log/counts',
  z.object({ connections: z.array(z.object({ connection: z.string() })) }),
);
