import { readTokenIfAny, requireConnection } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import type { Member } from '../../core/ports.js';
import { hasExpired } from '../../enrolment/consent.js';
import { isEnrolled } from '../../enrolment/deny-list.js';
import { FaceError, toCode } from '../../errors.js';
import { newPerson, noDetails, type Person, type ResolvedUser, resolve } from './person.js';
import {
  type Campaign,
  clearPlanProblem,
  delayPlan,
  finishPlan,
  isForgottenIn,
  refusePlan,
  updateShardCount,
} from './record.js';
import type { CampaignPorts } from './settings.js';
import {
  changeCampaign,
  changePeople,
  changeShard,
  dropShards,
  maxPeople,
  readCampaign,
  readShard,
  shardSize,
  writeShard,
} from './storage.js';

type MayGoOn = () => Promise<boolean>;

/** Number of users looked up concurrently. More would reach the provider's rate limit. */
const sideBySide = 4;

/**
 * Plans a campaign: looks up its people, without changing anything at the provider. After a crash, planning lists the
 * members of a group again.
 */
export async function makePlan(
  campaign: Campaign,
  deps: Pick<CampaignPorts, 'state' | 'clock' | 'verifier' | 'connections' | 'directories' | 'campaigns'>,
  mayGoOn: MayGoOn,
): Promise<void> {
  try {
    const shards =
      campaign.group === null ? await resolveNamed(campaign, deps, mayGoOn) : await listGroup(campaign, deps, mayGoOn);
    if (shards !== null) await settlePlan(campaign, (latest) => finishPlan(latest, shards), deps);
  } catch (error) {
    const code = toCode(error);
    // Another replica has finished the plan already.
    if (code === 'campaign_state') return;
    if (code === 'state_unavailable') throw error;
    if (code === 'profile_unavailable') {
      await settlePlan(campaign, (latest) => delayPlan(latest, code, deps.clock.now()), deps);
      return;
    }
    await settlePlan(campaign, (latest) => refusePlan(latest, code), deps);
  }
}

/** Changes a campaign once all people erased during planning have been removed from the plan. */
async function settlePlan(
  campaign: Campaign,
  change: (latest: Campaign) => Campaign,
  deps: Ports<'state'>,
): Promise<void> {
  for (let isSettled = false; !isSettled; ) {
    const seen = await readCampaign(campaign.id, deps);
    if (seen.forgotten.length > 0)
      await changePeople(seen, (person) => (isForgottenIn(seen, person) ? null : person), deps);
    const changeIfSettled = (latest: Campaign): Campaign => {
      isSettled = latest.forgotten.length === seen.forgotten.length;
      return isSettled ? change(latest) : latest;
    };
    await changeCampaign(campaign.id, changeIfSettled, deps);
  }
}

async function listGroup(
  campaign: Campaign,
  deps: Pick<CampaignPorts, 'state' | 'clock' | 'directories' | 'campaigns'>,
  mayGoOn: MayGoOn,
): Promise<number | null> {
  const directory = await deps.directories.get(campaign.connection)?.();
  if (directory === undefined) throw new FaceError('connection_unknown');
  const seen = new Set<string>();
  let shards = 0;
  let people: Person[] = [];
  let at = 0;
  const flush = async (): Promise<void> => {
    await writeShard(campaign, shards, people, deps);
    shards += 1;
    people = [];
    await changeCampaign(campaign.id, (latest) => updateShardCount(latest, shards), deps);
  };
  const take = async (member: Member): Promise<void> => {
    if (at >= maxPeople) throw new FaceError('limit_reached');
    const given = { line: null, ...noDetails, login: member.login };
    const who = { connection: campaign.connection, subject: member.subject };
    const found = { ...member, isEnrolled: member.isEnrolled && !(await hasExpired(who, deps)) };
    people.push(resolve(newPerson(at, given, null), found, seen.has(member.subject), deps.campaigns.addresses));
    seen.add(member.subject);
    at += 1;
    if (people.length === shardSize) await flush();
  };
  for await (const page of directory.listMembers(campaign.group ?? '')) {
    if (!(await mayGoOn())) return null;
    for (const member of page) await take(member);
  }
  if (people.length > 0) await flush();
  // Deletes surplus records, because an earlier attempt may have stored a longer list.
  await dropShards(campaign, shards, deps);
  return shards;
}

async function resolveNamed(
  campaign: Campaign,
  deps: Pick<CampaignPorts, 'state' | 'clock' | 'verifier' | 'connections' | 'campaigns'>,
  mayGoOn: MayGoOn,
): Promise<number | null> {
  const connection = requireConnection(campaign.connection, deps);
  const find = async (login: string): Promise<ResolvedUser | null> => {
    const account = await connection.profile.findAccount(login);
    if (account === null) return null;
    const token = await readTokenIfAny(connection, account.subject);
    return { ...account, isEnrolled: isEnrolled(token, deps) };
  };
  const seen = new Set<string>();
  let isOver = false;
  for (let shard = 0; shard < campaign.shards; shard += 1) {
    const people = (await readShard(campaign, shard, deps))?.record ?? [];
    for (const { state, subject } of people) if (state !== 'unresolved' && subject !== null) seen.add(subject);
    const found = new Map<number, ResolvedUser | null>();
    const waiting = people.filter(({ state }) => state === 'unresolved').values();
    let failure: unknown = null;
    const work = async (): Promise<void> => {
      for (const { at, login } of waiting) {
        if (isOver || failure !== null) return;
        isOver = !(await mayGoOn());
        found.set(at, await find(login));
      }
    };
    const noteFailure = (error: unknown): void => {
      failure ??= error;
    };
    await Promise.all(Array.from({ length: sideBySide }, () => work().catch(noteFailure)));
    if (isOver) return null;
    // People are checked in file order, so that only the first line of a person counts.
    const resolved = new Map<number, Person>();
    for (const person of people) {
      if (person.state !== 'unresolved') continue;
      const known = found.get(person.at);
      if (known === undefined) break;
      resolved.set(
        person.at,
        resolve(person, known, known !== null && seen.has(known.subject), deps.campaigns.addresses),
      );
      if (known !== null) seen.add(known.subject);
    }
    await changeShard(campaign, shard, (person) => resolved.get(person.at) ?? person, deps);
    if (resolved.size > 0 && campaign.stuckSince !== null) await changeCampaign(campaign.id, clearPlanProblem, deps);
    if (failure !== null) throw failure;
  }
  return campaign.shards;
}
