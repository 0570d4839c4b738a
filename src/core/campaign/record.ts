import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { digestOf } from '../digest.js';
import { letterLanguages } from '../letters/language.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';
import type { Pace, Person } from './person.js';
import { type CampaignState, campaignStates } from './person.js';

/** No link waits longer, in days. */
export const longestLinkDays = 30;

const wordsGuard = z.object({ subject: z.string(), text: z.string() });
export type OwnWords = z.output<typeof wordsGuard>;

export const campaignGuard = z.object({
  id: z.string(),
  name: z.string(),
  connection: z.string(),
  /** The provider's id or name of it; `null`: people of a file. */
  group: z.string().nullable(),
  state: z.enum(campaignStates),
  /** Why it cannot go on at the moment, or was refused: an error code. */
  problem: z.string().nullable(),
  /** Since when nobody of a plan could be looked up; `null`: they can. */
  stuckSince: epochMsGuard.nullable().default(null),
  /** Digests of those who were erased while the plan is made: whoever makes it may be about to write them. */
  forgotten: z.array(z.string()).default([]),
  language: z.enum(letterLanguages),
  linkDays: z.int().min(1).max(longestLinkDays),
  reminderDays: z.int(),
  reminders: z.int(),
  remindAt: epochMsGuard.nullable(),
  /** By `<kind>.<language>`. */
  own: z.record(z.string(), wordsGuard),
  /** People are kept in so many records. */
  shards: z.int(),
  createdAt: epochMsGuard,
  createdBy: z.string(),
  startedAt: epochMsGuard.nullable(),
  /** All of it is gone by then. */
  keptUntil: epochMsGuard,
});
export type Campaign = z.output<typeof campaignGuard>;

/** A plan is of the day it was made: from then on, so many days, it may be started. */
export const planLifeDays = 30;

const daySec = 86_400;

function inState(campaign: Campaign, ...states: readonly CampaignState[]): void {
  if (!states.includes(campaign.state)) throw new FaceError('campaign_state');
}

/** So many records of people are written: whoever is erased while the plan is made is looked for in them. */
export function growPlan(campaign: Campaign, shards: number): Campaign {
  inState(campaign, 'planning');
  return shards <= campaign.shards ? campaign : { ...campaign, shards };
}

const toForgotten = ({ id }: Campaign, subject: string): string =>
  digestOf(JSON.stringify([id, subject])).toString('base64url');

/** Somebody was erased: in a plan that is being made they are not to come back. */
export const forgetInPlan = (campaign: Campaign, subject: string): Campaign =>
  campaign.state === 'planning'
    ? { ...campaign, forgotten: [...new Set([...campaign.forgotten, toForgotten(campaign, subject)])] }
    : campaign;

/** Whether somebody was erased while the plan is made. */
export const isForgottenIn = (campaign: Campaign, { subject }: Person): boolean =>
  subject !== null && campaign.forgotten.includes(toForgotten(campaign, subject));

export function finishPlan(campaign: Campaign, shards: number): Campaign {
  inState(campaign, 'planning');
  return { ...campaign, state: 'planned', shards, problem: null, stuckSince: null, forgotten: [] };
}

/** Some providers count calls by the hour: whoever has made too many waits for the next. */
const longestStuckSec = 2 * 3_600;

/** The provider does not tell of anybody at the moment: the plan is gone on with later, and refused where that lasts. */
export function delayPlan(campaign: Campaign, problem: string, now: EpochMs): Campaign {
  inState(campaign, 'planning');
  const stuckSince = campaign.stuckSince ?? now;
  if (addSec(stuckSince, longestStuckSec) <= now) return refusePlan(campaign, problem);
  return { ...campaign, problem, stuckSince };
}

/** Somebody could be looked up again. */
export const freePlan = (campaign: Campaign): Campaign =>
  campaign.stuckSince === null ? campaign : { ...campaign, problem: null, stuckSince: null };

export function refusePlan(campaign: Campaign, problem: string): Campaign {
  inState(campaign, 'planning');
  return { ...campaign, state: 'refused', problem, forgotten: [] };
}

/** @throws FaceError `campaign_state`, also where the plan is too old */
export function start(campaign: Campaign, now: EpochMs): Campaign {
  inState(campaign, 'planned');
  if (addSec(campaign.createdAt, planLifeDays * daySec) <= now) throw new FaceError('campaign_state');
  return { ...campaign, state: 'running', startedAt: now };
}

/** No letter leaves from now on; links that were sent stay good. @throws FaceError `campaign_state` */
export function stop(campaign: Campaign): Campaign {
  inState(campaign, 'running');
  return { ...campaign, state: 'stopped' };
}

/** @throws FaceError `campaign_state` */
export function resume(campaign: Campaign): Campaign {
  inState(campaign, 'running', 'stopped', 'done');
  return { ...campaign, state: 'running' };
}

/** @throws FaceError `campaign_state` */
export function remind(campaign: Campaign, now: EpochMs): Campaign {
  inState(campaign, 'running', 'done');
  return { ...campaign, state: 'running', remindAt: now };
}

/** Nobody is left to write to, or to wait for. */
export const finish = (campaign: Campaign): Campaign =>
  campaign.state === 'running' ? { ...campaign, state: 'done', problem: null } : campaign;

export const paceOf = ({ reminderDays, reminders, remindAt }: Campaign): Pace => ({
  reminderDays,
  reminders,
  remindAt,
});
