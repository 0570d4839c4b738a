import { z } from 'zod';
import { type SupportedLanguage, supportedLanguages } from '../../core/language.js';
import { digestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard, secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { builtInWords, type InvitationKind, type InvitationWords } from '../../notifications/email/invitation.js';
import { type CampaignState, campaignStates, type Person } from './person.js';

export const longestLinkDays = 30;

const wordsGuard = z.object({ subject: z.string(), text: z.string() });

export const campaignGuard = z.object({
  id: z.string(),
  name: z.string(),
  connection: z.string(),
  group: z.string().nullable(),
  state: z.enum(campaignStates),
  /** Code of the error because of which the plan was delayed or refused. */
  problem: z.string().nullable(),
  /** Time of the first of consecutive failed look-ups, or `null` if the last look-up succeeded. */
  stuckSince: epochMsGuard.nullable(),
  /** Digests of people erased during planning, so that the planner does not store them afterwards. */
  forgotten: z.array(z.string()),
  language: z.enum(supportedLanguages),
  linkDays: z.int().min(1).max(longestLinkDays),
  reminderDays: z.int(),
  reminders: z.int(),
  remindAt: epochMsGuard.nullable(),
  /** Custom texts, by `<kind>.<language>`. */
  own: z.record(z.string(), wordsGuard),
  shards: z.int(),
  createdAt: epochMsGuard,
  createdBy: z.string(),
  startedAt: epochMsGuard.nullable(),
  /** Time at which all data of the campaign is deleted. */
  keptUntil: epochMsGuard,
});
export type Campaign = z.output<typeof campaignGuard>;

const planLifeDays = 30;

function requireState(campaign: Campaign, ...states: readonly CampaignState[]): void {
  if (!states.includes(campaign.state)) throw new FaceError('campaign_state');
}

/** Updates the number of stored records of people, so that an erasure during planning searches all of them. */
export function updateShardCount(campaign: Campaign, shards: number): Campaign {
  requireState(campaign, 'planning');
  return shards <= campaign.shards ? campaign : { ...campaign, shards };
}

const toForgotten = ({ id }: Campaign, subject: string): string =>
  digestOf(JSON.stringify([id, subject])).toString('base64url');

/** Records that a user was erased, so that a running plan skips them. */
export const forgetInPlan = (campaign: Campaign, subject: string): Campaign =>
  campaign.state === 'planning'
    ? { ...campaign, forgotten: [...new Set([...campaign.forgotten, toForgotten(campaign, subject)])] }
    : campaign;

export const isForgottenIn = (campaign: Campaign, { subject }: Person): boolean =>
  subject !== null && campaign.forgotten.includes(toForgotten(campaign, subject));

export function finishPlan(campaign: Campaign, shards: number): Campaign {
  requireState(campaign, 'planning');
  return { ...campaign, state: 'planned', shards, problem: null, stuckSince: null, forgotten: [] };
}

/**
 * Seconds of failed look-ups after which the plan is refused. It exceeds an hour, because some providers limit calls
 * per hour.
 */
const longestStuckSec = 2 * 3_600;

/** Delays the plan after a failed look-up, and refuses it if look-ups have failed for two hours. */
export function delayPlan(campaign: Campaign, problem: string, now: EpochMs): Campaign {
  requireState(campaign, 'planning');
  const stuckSince = campaign.stuckSince ?? now;
  if (addSec(stuckSince, longestStuckSec) <= now) return refusePlan(campaign, problem);
  return { ...campaign, problem, stuckSince };
}

/** Clears the delay once a look-up succeeds. */
export const clearPlanProblem = (campaign: Campaign): Campaign =>
  campaign.stuckSince === null ? campaign : { ...campaign, problem: null, stuckSince: null };

export function refusePlan(campaign: Campaign, problem: string): Campaign {
  requireState(campaign, 'planning');
  return { ...campaign, state: 'refused', problem, forgotten: [] };
}

/** Starts a campaign. @throws `campaign_state` if its state is not `planned`, or the plan is older than 30 days */
export function start(campaign: Campaign, now: EpochMs): Campaign {
  requireState(campaign, 'planned');
  if (addSec(campaign.createdAt, planLifeDays * secondsPerDay) <= now) throw new FaceError('campaign_state');
  return { ...campaign, state: 'running', startedAt: now };
}

/** Stops a campaign. Links that were sent stay valid. @throws `campaign_state` */
export function stop(campaign: Campaign): Campaign {
  requireState(campaign, 'running');
  return { ...campaign, state: 'stopped' };
}

export function resume(campaign: Campaign): Campaign {
  requireState(campaign, 'running', 'stopped', 'done');
  return { ...campaign, state: 'running' };
}

export function remind(campaign: Campaign, now: EpochMs): Campaign {
  requireState(campaign, 'running', 'done');
  return { ...campaign, state: 'running', remindAt: now };
}

export const finish = (campaign: Campaign): Campaign =>
  campaign.state === 'running' ? { ...campaign, state: 'done', problem: null } : campaign;

export const ownKey = (kind: InvitationKind, language: SupportedLanguage): string => `${kind}.${language}`;

export const wordsOf = (
  { own }: Pick<Campaign, 'own'>,
  kind: InvitationKind,
  language: SupportedLanguage,
): InvitationWords => own[ownKey(kind, language)] ?? builtInWords(kind, language);
