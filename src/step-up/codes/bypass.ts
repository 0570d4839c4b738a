import { z } from 'zod';
import { type Agent, findApproverProblem } from '../../core/approver.js';
import { type BoundedList, changeList, foreseeList, readList, removeFromList } from '../../core/bounded-list.js';
import { type ConnectedSubject, isOf, type SubjectRef, toSubjectRef } from '../../core/connection.js';
import type { PersonalData, Ports } from '../../core/deps.js';
import { consumeLimit } from '../../core/limits/limits.js';
import { type Credential, digestOf, hasDigest } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';
import { drawWrittenCode, toCompared } from '../../core/written-codes.js';
import { FaceError } from '../../errors.js';

/*
 * A single-use, short-lived bypass code for a person who cannot show their face, for one connection. Only a digest of
 * its 60 random bits is stored. Wrong codes count as the person's failed attempts.
 */

const codeGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  application: z.string().nullable(),
  digest: z.string(),
  by: z.string(),
  /** Id of the issuing administrator. Without it, a code cannot be approved. */
  byId: z.string().nullable(),
  approvedBy: z.string().nullable(),
  isApproved: z.boolean(),
  takesKeys: z.boolean(),
  minutes: z.int(),
  expiresAt: epochMsGuard,
});
export type BypassCode = z.infer<typeof codeGuard>;

const bypassCodes: BoundedList<BypassCode> = { key: 'bypass-codes', guard: codeGuard, atMost: 200 };

/** Time for a second administrator to approve. */
const approvedWithinSec = 30 * 60;

/**
 * Issues a code, which replaces the previous code. The policy decides if a second administrator must approve the new
 * code.
 * @param request.minutes - `null` for the maximum
 * @throws `not_found` if the policy has no bypass; `role_missing` if the policy excludes API keys; `request_malformed`
 * for too many minutes; `locked_out`, `limit_reached`
 */
export async function issueBypass(
  request: ConnectedSubject & {
    readonly by: Agent;
    readonly minutes: number | null;
    readonly application: string | null;
  },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'settings'>,
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
  await consumeLimit('bypassesOfAgent', by.id, deps);
  await consumeLimit('bypassesOfPerson', JSON.stringify([who.connection, subject]), deps);
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
  await deps.audit.append({ action: 'bypass_issued', ...who, detail });
  await changeList(bypassCodes, withMade, deps);
  return { id: made.id, code, isApproved, expiresAt: made.expiresAt };
}

/**
 * Approves a code, whose validity starts now.
 * @throws `not_found`; `approver_same` for the issuer; `role_missing` if the policy excludes API keys
 */
export async function approveBypass(
  { id, by }: { readonly id: string; readonly by: Agent },
  deps: Ports<'state' | 'clock' | 'audit'>,
): Promise<{ readonly expiresAt: EpochMs }> {
  const approve = (code: BypassCode | undefined): BypassCode => {
    if (code === undefined || code.isApproved) throw new FaceError('not_found');
    const problem = findApproverProblem(by, { takesKeys: code.takesKeys, earlier: [code.byId] });
    if (problem !== null) throw new FaceError(problem);
    const expiresAt = addSec(deps.clock.now(), code.minutes * 60);
    return { ...code, isApproved: true, approvedBy: by.name, expiresAt };
  };
  const isIt = (each: BypassCode): boolean => each.id === id;
  const { connection, subject } = approve((await listBypasses(deps)).find(isIt));
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

export const listBypasses = (deps: Ports<'state' | 'clock'>): Promise<readonly BypassCode[]> =>
  readList(bypassCodes, deps);

export async function takeBypass(
  who: SubjectRef,
  shown: { readonly code: Credential; readonly application: string | null },
  deps: Ports<'state' | 'clock'>,
): Promise<{ readonly by: string; readonly approvedBy: string | null } | null> {
  const text = toCompared(shown.code);
  const fits = (each: BypassCode): boolean => {
    const isRight = hasDigest(text, Buffer.from(each.digest, 'base64url'));
    const isHere = each.application === null || each.application === shown.application;
    return isOf(who)(each) && isRight && isHere && each.isApproved;
  };
  const [taken] = await removeFromList(bypassCodes, fits, deps);
  return taken === undefined ? null : { by: taken.by, approvedBy: taken.approvedBy };
}

export const bypassData = {
  part: 'bypass_codes',
  keys: ['bypass-codes'],
  read: null,
  endedBy: 'revocation',
  forget: (who, deps) => removeFromList(bypassCodes, isOf(who), deps),
} as const satisfies PersonalData;
