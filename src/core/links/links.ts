import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { changeStored, readStored } from '../change-stored.js';
import type { SubjectRef } from '../connection.js';
import type { PersonalData, Ports } from '../deps.js';
import { addSec, type EpochMs, epochMs, epochMsGuard, secondsPerDay, toIso } from '../units.js';

/*
 * A link between one person's accounts at two connections. Each account's record has the link, which is valid while
 * both records have it.
 */

const linkGuard = z.object({
  id: z.string(),
  other: z.object({ connection: z.string(), subject: z.string() }),
  linkedAt: epochMsGuard,
  expiresAt: epochMsGuard,
});

export type Link = z.output<typeof linkGuard>;

const recordGuard = z.object({ links: z.array(linkGuard).readonly() });
type LinksRecord = z.output<typeof recordGuard>;

const keyOf = ({ connection, subject }: SubjectRef): string => `links:${connection}:${subject}`;

const toStored = (who: SubjectRef, { clock }: Ports<'clock'>) => ({
  key: keyOf(who),
  guard: recordGuard,
  // An empty record expires after a second.
  expiresAt: ({ links }: LinksRecord): EpochMs =>
    links.map(({ expiresAt }) => expiresAt).reduce((a, b) => epochMs(Math.max(a, b)), addSec(clock.now(), 1)),
});

async function readSide(who: SubjectRef, { state, clock }: Ports<'state' | 'clock'>): Promise<readonly Link[]> {
  const found = await readStored({ key: keyOf(who), guard: recordGuard }, { state });
  return (found?.record.links ?? []).filter(({ expiresAt }) => expiresAt > clock.now());
}

const isKeptBy = (links: readonly Link[], { id }: Pick<Link, 'id'>): boolean => links.some((each) => each.id === id);

export async function readLinks(who: SubjectRef, deps: Ports<'state' | 'clock'>): Promise<readonly Link[]> {
  const own = await readSide(who, deps);
  const others = await Promise.all(own.map(({ other }) => readSide(other, deps)));
  return own.filter((link, at) => isKeptBy(others[at] ?? [], link));
}

/**
 * Links two accounts, and ends previous links to the same connection. The caller must have just verified both faces in
 * one browser.
 */
export async function linkIdentities(
  one: SubjectRef,
  other: SubjectRef,
  { days }: { readonly days: number },
  deps: Ports<'state' | 'clock' | 'random' | 'audit'>,
): Promise<Link> {
  if (one.connection === other.connection) throw new FaceError('internal', 'a connection linked with itself');
  await endLinks(one, { connection: other.connection }, deps);
  await endLinks(other, { connection: one.connection }, deps);
  const linkedAt = deps.clock.now();
  const id = Buffer.from(deps.random(16)).toString('base64url');
  const link = { id, linkedAt, expiresAt: addSec(linkedAt, days * secondsPerDay) };
  const sides = [
    { who: one, link: { ...link, other } },
    { who: other, link: { ...link, other: one } },
  ] as const;
  // The audit entries are written first, so that every valid link has them.
  for (const { who, link: own } of sides) {
    const detail = { other: own.other.connection, expiresAt: toIso(own.expiresAt) };
    await deps.audit.append({ action: 'identities_linked', ...who, detail });
  }
  for (const { who, link: own } of sides) {
    await changeStored(toStored(who, deps), (found) => ({ links: [...stillHeld(found, linkedAt), own] }), deps);
  }
  return sides[0].link;
}

const stillHeld = (found: LinksRecord | null, now: EpochMs): readonly Link[] =>
  (found?.links ?? []).filter(({ expiresAt }) => expiresAt > now);

/**
 * Ends links of an account. Idempotent.
 * @param asked.connection - `null` for all connections
 */
export async function endLinks(
  who: SubjectRef,
  { connection, by }: { readonly connection: string | null; readonly by?: string | undefined },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<readonly string[]> {
  const isMeant = ({ other }: Link): boolean => connection === null || other.connection === connection;
  const holding = await readLinks(who, deps);
  const { former } = await changeStored(toStored(who, deps), (found) => dropWhere(found, isMeant), deps);
  const removed = (former?.links ?? []).filter(isMeant);
  for (const { id, other } of removed) {
    await changeStored(toStored(other, deps), (found) => dropWhere(found, (each) => each.id === id), deps);
  }
  const ended = removed.filter((link) => isKeptBy(holding, link));
  for (const { other } of ended) {
    const detail = (of: string) => ({ other: of, by });
    await deps.audit.append({ action: 'identities_unlinked', ...who, detail: detail(other.connection) });
    await deps.audit.append({ action: 'identities_unlinked', ...other, detail: detail(who.connection) });
  }
  return ended.map(({ other }) => other.connection);
}

const dropWhere = (found: LinksRecord | null, isMeant: (link: Link) => boolean): LinksRecord | null =>
  found?.links.some(isMeant) === true ? { links: found.links.filter((each) => !isMeant(each)) } : found;

export const toLinkReply = ({ other, linkedAt, expiresAt }: Link) => ({
  connection: other.connection,
  linkedAt: toIso(linkedAt),
  expiresAt: toIso(expiresAt),
});

export const linkData = {
  part: 'links',
  keys: ['links:*:*'],
  read: async (who, deps) => ({ links: (await readLinks(who, deps)).map(toLinkReply) }),
  endedBy: 'revocation',
  forget: (who, deps, { by }) => endLinks(who, { connection: null, by }, deps),
} as const satisfies PersonalData;
