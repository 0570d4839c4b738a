import { z } from 'zod';
import type { Agent } from '../core/approver.js';
import { type BoundedList, changeList, foreseeList, readList, removeFromList } from '../core/bounded-list.js';
import { isOf } from '../core/connection.js';
import type { PersonalData, Ports } from '../core/deps.js';
import { consumeLimit } from '../core/limits/limits.js';
import type { HelpReason } from '../core/page-protocol.js';
import { addSec, epochMsGuard, toIso } from '../core/units.js';
import { FaceError } from '../errors.js';
import { subjectOf } from '../step-up/record.js';
import type { FoundSession } from '../step-up/session.js';
import { mayAskForHelp } from '../step-up/session-view.js';
import { requestReply } from './replies.js';

/* Help requests of all connections are in one list. Each is kept for a day. */

const requestGuard = requestReply.extend({
  takenById: z.string().nullable(),
  at: epochMsGuard,
  expiresAt: epochMsGuard,
});
export type HelpRequest = z.infer<typeof requestGuard>;

export const helpRequests: BoundedList<HelpRequest> = { key: 'help-requests', guard: requestGuard, atMost: 300 };

export const listHelpRequests = (deps: Ports<'state' | 'clock'>): Promise<readonly HelpRequest[]> =>
  readList(helpRequests, deps);

export const helpRequestData = {
  part: 'help_requests',
  keys: ['help-requests'],
  async read(who, deps) {
    const found = (await listHelpRequests(deps)).filter(isOf(who));
    return { helpRequests: found.map(({ at, reason, note }) => ({ at: toIso(at), reason, note })) };
  },
  endedBy: 'erasure',
  forget: (who, deps) => removeFromList(helpRequests, isOf(who), deps),
} as const satisfies PersonalData;

const keptSec = 24 * 60 * 60;

export const maxNoteCharacters = 200;

const toNote = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, maxNoteCharacters);

/**
 * Creates or changes a person's help request.
 * @throws `not_found` without a help desk or first factor; `locked_out` after too many requests of the person;
 * `limit_reached` if too many are open
 */
export async function askForHelp(
  asked: { readonly session: FoundSession; readonly reason: HelpReason; readonly note: string },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
): Promise<void> {
  const { session, reason, note } = asked;
  const { id: stepUpId, record, connection } = session;
  if (!mayAskForHelp(record, connection)) throw new FaceError('not_found');
  const who = subjectOf(record);
  await consumeLimit('helpRequestsOfPerson', JSON.stringify([who.connection, who.subject]), deps);
  const at = deps.clock.now();
  const id = Buffer.from(deps.random(12)).toString('hex');
  const made: HelpRequest = {
    ...who,
    id,
    stepUpId,
    reason,
    note: toNote(note),
    at,
    takenBy: null,
    takenById: null,
    expiresAt: addSec(at, keptSec),
  };
  const isTheirs = isOf(who);
  await changeList(helpRequests, (requests) => [made, ...requests.filter((each) => !isTheirs(each))], deps);
  await deps.audit.append({ action: 'help_asked', ...who, detail: { id, stepUpId, reason } });
}

/**
 * Claims a request for an administrator.
 * @throws `not_found`, `request_taken`
 */
export async function takeHelpRequest(
  { id, by }: { readonly id: string; readonly by: Agent },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<HelpRequest> {
  const isIt = (each: HelpRequest): boolean => each.id === id;
  const take = (requests: readonly HelpRequest[]): HelpRequest[] => {
    const found = requests.find(isIt);
    if (found === undefined) throw new FaceError('not_found');
    if (found.takenBy !== null && found.takenById !== by.id) throw new FaceError('request_taken');
    return requests.map((each) => (each === found ? { ...found, takenBy: by.name, takenById: by.id } : each));
  };
  const waiting = (await foreseeList(helpRequests, take, deps)).find((each) => isIt(each) && each.takenBy === null);
  // The audit entry is written before the claim. If it failed after the claim, a retry would find the request claimed
  // and write no entry.
  if (waiting !== undefined) {
    const { connection, subject } = waiting;
    await deps.audit.append({ action: 'help_taken', connection, subject, detail: { id, by: by.name } });
  }
  const taken = (await changeList(helpRequests, take, deps)).changed.find(isIt);
  if (taken === undefined) throw new FaceError('not_found');
  return taken;
}

export const settlements = ['vouching', 'bypass', 'invitation', 'none'] as const;
export type Settlement = (typeof settlements)[number];

/**
 * Closes a request.
 * @throws `not_found` if another administrator has claimed it
 */
export async function closeHelpRequest(
  settled: { readonly id: string; readonly settlement: Settlement; readonly by: Agent },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<void> {
  const { id, settlement, by } = settled;
  const isIt = (each: HelpRequest): boolean => each.id === id && each.takenById === by.id;
  const found = (await listHelpRequests(deps)).find(isIt);
  if (found === undefined) throw new FaceError('not_found');
  const { connection, subject } = found;
  await deps.audit.append({ action: 'help_settled', connection, subject, detail: { id, settlement, by: by.name } });
  await removeFromList(helpRequests, isIt, deps);
}
