import { loadTexts } from '../../../../locales/compiled/console/campaigns/load.js';
import { get, post } from '../../../../web/console/frame/call.js';
import { defineTexts } from '../../../../web/console/frame/words.js';
import type * as CampaignsReplies from '../replies.js';

export const { defineScreen, useTexts } = defineTexts(loadTexts);

export type PersonState = CampaignsReplies.CampaignPersonReply['state'];

export const personStates = [
  'unresolved',
  'planned',
  'sending',
  'sent',
  'opened',
  'enrolled',
  'expired',
  'uncertain',
  'bounced',
  'failed',
  'left_out',
] as const satisfies PersonState[];

export const notEnrolled: readonly PersonState[] = personStates.filter(
  (state) => state !== 'enrolled' && state !== 'left_out',
);

/** States in which the e-mail did not arrive, or may not have arrived. */
export const retryable = ['uncertain', 'failed', 'bounced'] as const;

export const emailKinds = ['invitation', 'reminder'] as const;
export type EmailKind = (typeof emailKinds)[number];

export type Campaign = CampaignsReplies.CampaignReply;

export const listCampaigns = get<CampaignsReplies.CampaignsReply>('/v1/campaigns');
export const readCampaign = (id: string) =>
  get<CampaignsReplies.OneCampaignReply>(`/v1/campaigns/${encodeURIComponent(id)}`);
export const searchGroups = (connection: string, text: string) =>
  get<CampaignsReplies.GroupsReply>('/v1/campaigns/groups', { connection, text });
/** @param form - form fields; either the field `group` or the file `people` names the people */
export const planCampaign = (form: FormData) => post<CampaignsReplies.OneCampaignReply>('/v1/campaigns', form);
export const changeCampaign = (action: 'start' | 'stop' | 'remind', campaign: string) =>
  post<CampaignsReplies.OneCampaignReply>(`/v1/campaigns/${action}`, { campaign });
/** @param again - states of people who get the e-mail again */
export const resumeCampaign = (campaign: string, again: readonly string[]) =>
  post<CampaignsReplies.OneCampaignReply>('/v1/campaigns/resume', { campaign, again });

export type CampaignPerson = CampaignsReplies.CampaignPersonReply;
export const listPeople = (campaign: string, state: readonly PersonState[], cursor: string | null) =>
  get<CampaignsReplies.CampaignPeopleReply>('/v1/campaigns/people', {
    campaign,
    state,
    cursor: cursor ?? undefined,
    limit: 50,
  });

export interface EmailTextRef {
  readonly campaign: string;
  readonly kind: EmailKind;
  readonly language: string;
}

export type EmailTexts = CampaignsReplies.PreviewReply['words'];

/** @param words - unsaved texts, or `null` for the saved ones */
export const previewEmail = (letter: EmailTextRef, words: EmailTexts | null) =>
  post<CampaignsReplies.PreviewReply>('/v1/campaigns/preview', { ...letter, ...words });
export const keepWords = (letter: EmailTextRef, words: EmailTexts) =>
  post<CampaignsReplies.KeptWordsReply>('/v1/campaigns/words', { ...letter, ...words });

export const countIn = ({ counts }: Pick<Campaign, 'counts'>, ...states: readonly PersonState[]): number =>
  states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);

/** Returns the number of invited people, without the skipped ones. */
export const invitedIn = ({ counts }: Pick<Campaign, 'counts'>): number =>
  Object.entries(counts).reduce((sum, [state, count]) => (state === 'left_out' ? sum : sum + (count ?? 0)), 0);
