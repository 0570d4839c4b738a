import { z } from 'zod';
import { FaceError } from '../../errors.js';
import { drawWrittenCode, toCompared } from '../codes/written-code.js';
import type { Credential } from '../concealed.js';
import { type ConnectedSubject, type SubjectRef, toSubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { digestOf, hasDigest } from '../digest.js';
import { countAgainst } from '../limits/limits.js';
import type { PersonalData } from '../personal-data/registration.js';
import { addSec, type EpochMs, epochMsGuard } from '../units.js';
import { type BoundedList, changeList, foreseeList, readList } from './bounded-list.js';

/*
 * A code that an administrator makes for one person who cannot show their face: for one connection, once, minutes. Of its 60
 * random bits a digest is kept. Wrong ones count as the person's failed attempts.
 */

const codeGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  /** The host it is good for; `null`: whichever. */
  application: z.string().nullable(),
  digest: z.string(),
  by: z.string(),
  /** The id of that administrator. Earlier versions kept none: nobody approves such a code. */
  byId: z.string().nullable().default(null),
  /** Who approved it beside; `null`: nobody yet, or nobody needs to. */
  approvedBy: z.string().nullable(),
  isApproved: z.boolean(),
  /** Whether an administrator's key approves it, too. */
  takesKeys: z.boolean().default(true),
  /** How long it lasts once it is approved. */
  minutes: z.int(),
  expiresAt: epochMsGuard,
});
/** A bypass code, without the code. */
export type BypassCode = z.infer<typeof codeGuard>;

const bypassCodes: BoundedList<BypassCode> = { key: 'bypass-codes', guard: codeGuard, atMost: 200 };

/** An administrator who helps people. */
export interface Agent {
  /** Stays the same when the administrator's name changes. */
  readonly id: string;
  /** For the record. */
  readonly name: string;
  /** What they prove themselves with. */
  readonly means: 'key' | 'sign_in';
}

/** How long one waits for the second administrator. */
const approvedWithinSec = 30 * 60;

const isOf =
  ({ connection, subject }: SubjectRef) =>
  (code: SubjectRef): boolean =>
    code.connection === connection && code.subject === subject;

/**
 * Makes a code, in place of any former one of the person. Where the policy wants a second administrator, it is of no use before
 * that.
 * @param request.minutes - at most the policy's; `null`: as long as that
 * @throws FaceError `not_found`: the policy has none; `role_missing`: it takes no keys; `request_malformed`: longer than it allows; `locked_out`: too many;
 *   `limit_reached`, `state_unavailable`
 */
export async function issueBypass(
  request: ConnectedSubject & {
    readonly by: Agent;
    readonly minutes: number | null;
    readonly application: string | null;
  },
  deps: CoreDeps,
): Promise<{
  readonly id: string;
  readonly code: Credential;
  readonly isApproved: boolean;
  readonly expiresAt: EpochMs;
}> {
  const { connection, subject, by, application } = request;
  const { bypass } = connection.policy;
  if (!bypass.allowed) throw new FaceError('not_found', { policy: 'bypass' });
  if (!bypass.takesKeys && by.means === 'key') throw new FaceError('role_missing');
  const minutes = request.minutes ?? bypass.minutes;
  if (minutes > bypass.minutes) throw new FaceError('request_malformed', { field: 'minutes' });
  const who = toSubjectRef(request);
  await countAgainst('bypassesOfAgent', by.id, deps);
  await countAgainst('bypassesOfPerson', JSON.stringify([who.connection, subject]), deps);
  const code = drawWrittenCode(deps.random);
  const isApproved = bypass.approvals === 1;
  const made: BypassCode = {
    ...who,
    id: Buffer.from(deps.random(12)).toString('hex'),
    application,
    digest: digestOf(toCompared(code)).toString('base64url'),
    by: by.name,
    byId: by.id,
    approvedBy: null,
    isApproved,
    takesKeys: bypass.takesKeys,
    minutes,
    expiresAt: addSec(deps.clock.now(), isApproved ? minutes * 60 : approvedWithinSec),
  };
  const withMade = (codes: readonly BypassCode[]): BypassCode[] => [made, ...codes.filter((each) => !isOf(who)(each))];
  await foreseeList(bypassCodes, withMade, deps);
  const detail = { id: made.id, minutes, application, approvals: bypass.approvals, by: by.name };
  // First: no code is good that nobody on record has made, and a former one stays until then.
  await deps.audit.append({ action: 'bypass_issued', ...who, detail });
  await changeList(bypassCodes, withMade, deps);
  return { id: made.id, code, isApproved, expiresAt: made.expiresAt };
}

/**
 * Approves a code that waits for it. Its minutes begin now.
 * @throws FaceError `not_found`; `approver_same`: who made it cannot approve it; `role_missing`: the policy takes no keys; `state_unavailable`
 */
export async function approveBypass(
  { id, by }: { readonly id: string; readonly by: Agent },
  deps: CoreDeps,
): Promise<{ readonly expiresAt: EpochMs }> {
  const approve = (code: BypassCode | undefined): BypassCode => {
    if (code === undefined || code.isApproved) throw new FaceError('not_found');
    if (!code.takesKeys && by.means === 'key') throw new FaceError('role_missing');
    if (code.byId === null || code.byId === by.id) throw new FaceError('approver_same');
    const expiresAt = addSec(deps.clock.now(), code.minutes * 60);
    return { ...code, isApproved: true, approvedBy: by.name, expiresAt };
  };
  const isIt = (each: BypassCode): boolean => each.id === id;
  const { connection, subject } = approve((await listBypasses(deps)).find(isIt));
  // First: no code is good that nobody on record has approved.
  await deps.audit.append({ action: 'bypass_approved', connection, subject, detail: { id, by: by.name } });
  const { changed } = await changeList(
    bypassCodes,
    (codes) => {
      const approved = approve(codes.find(isIt));
      return codes.map((each) => (isIt(each) ? approved : each));
    },
    deps,
  );
  const approved = changed.find(isIt);
  if (approved === undefined) throw new FaceError('not_found');
  return { expiresAt: approved.expiresAt };
}

/** Those that are good, or wait to be approved: the newest first. @throws FaceError `state_unavailable` */
export const listBypasses = (deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<readonly BypassCode[]> =>
  readList(bypassCodes, deps);

/**
 * Takes a person's code, once.
 * @param shown.application - the host of whoever asks for the check; `null`: not known
 * @returns who made it; `null`: it is none of theirs that is good here and now
 * @throws FaceError `state_unavailable`
 */
export async function takeBypass(
  who: SubjectRef,
  shown: { readonly code: Credential; readonly application: string | null },
  deps: Pick<CoreDeps, 'state' | 'clock'>,
): Promise<{ readonly by: string; readonly approvedBy: string | null } | null> {
  const text = toCompared(shown.code);
  const fits = (each: BypassCode): boolean => {
    const isRight = hasDigest(text, Buffer.from(each.digest, 'base64url'));
    const isHere = each.application === null || each.application === shown.application;
    return isOf(who)(each) && isRight && isHere && each.isApproved;
  };
  if (!(await listBypasses(deps)).some(fits)) return null;
  const { former } = await changeList(bypassCodes, (codes) => codes.filter((each) => !fits(each)), deps);
  const taken = former.find(fits);
  return taken === undefined ? null : { by: taken.by, approvedBy: taken.approvedBy };
}

/** Registration of this data. */
export const bypassData = {
  part: 'bypass_codes',
  keys: ['bypass-codes'],
  read: null,
  endedBy: 'revocation',
  async forget(who, deps) {
    if (!(await listBypasses(deps)).some(isOf(who))) return;
    await changeList(bypassCodes, (codes) => codes.filter((each) => !isOf(who)(each)), deps);
  },
} as const satisfies PersonalData;
