import type { AuditEvent } from '../../core/audit-events.js';
import type { Ports } from '../../core/deps.js';
import { toEmailKey } from '../../core/email-address.js';
import type { SupportedLanguage } from '../../core/language.js';
import { digestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, secondsPerDay } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { findUnknownIn, type InvitationKind, type InvitationWords } from '../../notifications/email/invitation.js';
import type { campaignEvents } from './events.js';
import {
  bounce,
  isRemark,
  type LeftOutReason,
  newPerson,
  noDetails,
  type Person,
  type Remark,
  type Retryable,
  retry,
} from './person.js';
import { type Campaign, ownKey, remind, resume, start, stop } from './record.js';
import type { CampaignCounts } from './replies.js';
import type { CampaignPorts } from './settings.js';
import {
  addCampaign,
  changeCampaign,
  changePeople,
  checkRoom,
  dropCampaign,
  forEachShard,
  readCampaign,
  readPeople,
  shardSize,
  writeShard,
} from './storage.js';

/** `reason` is set if the file's line is invalid and must be skipped, or if there is a remark on it. */
export interface NamedPerson extends Pick<Person, 'line' | 'login' | 'email' | 'name' | 'language'> {
  readonly reason: LeftOutReason | Remark | null;
}

type Asked = Pick<Campaign, 'name' | 'connection' | 'language' | 'linkDays' | 'reminderDays' | 'reminders'> & {
  readonly from: { readonly group: string } | { readonly people: readonly NamedPerson[] };
};

export async function createCampaign(
  asked: Asked,
  by: string,
  deps: Pick<CampaignPorts, 'state' | 'clock' | 'random' | 'audit' | 'connections' | 'campaigns'>,
): Promise<Campaign> {
  if (!deps.connections.has(asked.connection)) throw new FaceError('connection_unknown');
  const { from, ...settings } = asked;
  const now = deps.clock.now();
  const people = 'people' in from ? from.people : [];
  const campaign: Campaign = {
    id: Buffer.from(deps.random(12)).toString('base64url'),
    ...settings,
    group: 'group' in from ? from.group : null,
    state: 'planning',
    problem: null,
    stuckSince: null,
    forgotten: [],
    remindAt: null,
    own: {},
    shards: Math.ceil(people.length / shardSize),
    createdAt: now,
    createdBy: by,
    startedAt: null,
    keptUntil: addSec(now, deps.campaigns.keptDays * secondsPerDay),
  };
  await checkRoom(now, deps);
  const source = 'group' in from ? 'group' : 'csv';
  // The audit entry is written first, so that users are never looked up without an audit entry.
  await note({ action: 'campaign_planned', detail: { campaign: campaign.id, source, by } }, campaign, deps);
  try {
    await forEachShard(campaign, (shard) => {
      const part = people.slice(shard * shardSize, (shard + 1) * shardSize);
      const rows = part.map((person, at) => newPerson(shard * shardSize + at, toKept(person), person.reason));
      return writeShard(campaign, shard, rows, deps);
    });
    await addCampaign(campaign, now, deps);
  } catch (error) {
    // A campaign whose people were stored only in part is deleted, because those people could not be shown or erased.
    await dropCampaign(campaign, deps);
    throw error;
  }
  return campaign;
}

/** Keeps only the line number of a skipped line, because an erasure could not find data without a user id. */
const toKept = ({ reason, ...given }: NamedPerson): Omit<NamedPerson, 'reason'> =>
  reason === null || isRemark(reason) ? given : { line: given.line, ...noDetails };

export async function countPeople(campaign: Campaign, deps: Ports<'state'>): Promise<CampaignCounts> {
  const counts: CampaignCounts['counts'] = {};
  const leftOut: CampaignCounts['leftOut'] = {};
  const remarks: CampaignCounts['remarks'] = {};
  for (const { state, reason } of (await readPeople(campaign, deps)).flat()) {
    counts[state] = (counts[state] ?? 0) + 1;
    if (state === 'left_out' && reason !== null) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
    if (state === 'planned' && isRemark(reason)) remarks[reason] = (remarks[reason] ?? 0) + 1;
  }
  return { counts, leftOut, remarks };
}

/**
 * Stores custom texts for an e-mail. Blank texts restore the defaults.
 * @returns unknown placeholders; if there are any, nothing was changed
 * @throws `not_found`
 */
export async function keepWords(
  id: string,
  {
    kind,
    language,
    ...words
  }: InvitationWords & { readonly kind: InvitationKind; readonly language: SupportedLanguage },
  by: string,
  deps: Ports<'state' | 'audit'>,
): Promise<readonly string[]> {
  const unknown = findUnknownIn(words);
  if (unknown.length > 0) return unknown;
  const letter = ownKey(kind, language);
  const own = words.subject.trim() === '' && words.text.trim() === '' ? null : words;
  const campaign = await readCampaign(id, deps);
  const digest = toDigest(own);
  const former = toDigest(campaign.own[letter]);
  if (digest === former) return [];
  // The audit entry is written first, so that every stored text has an audit entry.
  await note({ action: 'campaign_worded', detail: { campaign: id, letter, digest, former, by } }, campaign, deps);
  await changeCampaign(
    id,
    ({ own: { [letter]: _former, ...others }, ...latest }) => ({
      ...latest,
      own: own === null ? others : { ...others, [letter]: own },
    }),
    deps,
  );
  return [];
}

const toDigest = (words: InvitationWords | null | undefined): string | null =>
  words ? digestOf(JSON.stringify([words.subject, words.text])).toString('hex') : null;

type AdministerDeps = Ports<'state' | 'clock' | 'audit'>;

/** Creates an action of an administrator, which is in the audit log before it has an effect. */
const createAction =
  (
    change: (campaign: Campaign, now: EpochMs) => Campaign,
    toEvent: (changed: Campaign, by: string, deps: AdministerDeps) => CampaignEvent | Promise<CampaignEvent>,
  ) =>
  async (id: string, by: string, deps: AdministerDeps): Promise<Campaign> => {
    const changed = change(await readCampaign(id, deps), deps.clock.now());
    await note(await toEvent(changed, by, deps), changed, deps);
    return changeCampaign(id, (latest) => change(latest, deps.clock.now()), deps);
  };

export const startCampaign = createAction(start, async (campaign, by, deps) => {
  const { counts } = await countPeople(campaign, deps);
  return { action: 'campaign_started', detail: { campaign: campaign.id, people: counts.planned ?? 0, by } };
});

export const stopCampaign = createAction(stop, ({ id }, by) => ({
  action: 'campaign_stopped',
  detail: { campaign: id, by },
}));

export const remindCampaign = createAction(remind, ({ id }, by) => ({
  action: 'campaign_reminded',
  detail: { campaign: id, by },
}));

/**
 * Resumes a stopped or finished campaign.
 * @param again - states of people who get their e-mail again
 * @throws `not_found`, `campaign_state`
 */
export async function resumeCampaign(
  id: string,
  again: readonly Retryable[],
  by: string,
  deps: Ports<'state' | 'audit'>,
): Promise<Campaign> {
  const campaign = resume(await readCampaign(id, deps));
  await note({ action: 'campaign_resumed', detail: { campaign: id, again, by } }, campaign, deps);
  // People are reset before the campaign resumes. Otherwise, a sender could find no recipients and finish the campaign
  // again.
  if (again.length > 0) await changePeople(campaign, (person) => retry(person, again), deps);
  return changeCampaign(id, resume, deps);
}

export async function noteBounces(
  campaign: Campaign,
  addresses: readonly string[],
  by: string,
  deps: Ports<'state' | 'audit'>,
): Promise<number> {
  const bounced = new Set(addresses.map(toEmailKey));
  const noted = (person: Person): Person => (bounced.has(toEmailKey(person.email ?? '')) ? bounce(person) : person);
  const people = (await readPeople(campaign, deps)).flat().filter((person) => noted(person) !== person).length;
  if (people === 0) return 0;
  await note({ action: 'campaign_bounces_noted', detail: { campaign: campaign.id, people, by } }, campaign, deps);
  await changePeople(campaign, noted, deps);
  return people;
}

type CampaignAction = keyof (typeof campaignEvents)['details'];

type CampaignEvent = { [Action in CampaignAction]: Omit<AuditEvent<Action>, 'connection' | 'subject'> }[CampaignAction];

const note = async (event: CampaignEvent, { connection }: Campaign, { audit }: Ports<'audit'>): Promise<void> => {
  await audit.append({ ...event, connection, subject: '' });
};
