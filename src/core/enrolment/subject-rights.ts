import { FaceError, type FaceErrorCode, toCode } from '../../errors.js';
import { type ConnectedSubject, type Connection, type SubjectRef, toSubjectRef } from '../connection.js';
import type { CoreDeps } from '../deps.js';
import { forgetPersonalData, personalData, remainingData } from '../personal-data/registry.js';
import { toEpochSec } from '../units.js';
import { readConsent } from './consent.js';
import { revokeSubject } from './revoke.js';

/** Whose data is asked for: a user of one connection, or whoever signs in by a name, wherever they do. */
export type SubjectAsked = SubjectRef | { readonly connection: null; readonly login: string };

/** Where somebody was looked for, and what was found: a user, or why not. */
export interface SubjectSearch {
  readonly connection: Connection;
  readonly found: string | null;
  /** `subject_unknown`: no user there signs in by that name. */
  readonly code: FaceErrorCode | null;
}

type Connections = { readonly connections: ReadonlyMap<string, Connection> };

/**
 * Finds whoever is asked for. One provider that is down keeps nobody from being found at the others.
 * @throws FaceError `connection_unknown`
 */
export async function findSubjects(
  asked: SubjectAsked,
  { connections }: Connections,
): Promise<readonly SubjectSearch[]> {
  if (asked.connection !== null) {
    const connection = connections.get(asked.connection);
    if (connection === undefined) throw new FaceError('connection_unknown');
    return [{ connection, found: asked.subject, code: null }];
  }
  const search = async (connection: Connection): Promise<SubjectSearch> => {
    try {
      const account = await connection.profile.findAccount(asked.login);
      return { connection, found: account?.subject ?? null, code: account === null ? 'subject_unknown' : null };
    } catch (error) {
      return { connection, found: null, code: toCode(error) };
    }
  };
  return Promise.all([...connections.values()].map(search));
}

/**
 * Erases what is held of a user: ends the enrolment, and forgets the consent too. A user whom the provider has no more is
 * erased here all the same. Erasing what was erased succeeds.
 * @param request.receiptId - stands in the audit trail and in the receipt
 * @param request.by - the administrator who asked for it
 * @throws FaceError `profile_unavailable`: for the next try the attribute and the consent are left, and how notices reach the user, which
 *   tell of the end; `state_unavailable`
 */
export async function eraseSubject(
  request: ConnectedSubject & { readonly receiptId: string; readonly by: string },
  deps: CoreDeps,
): Promise<{ readonly tokenIds: readonly string[]; readonly isAtProvider: boolean }> {
  const { receiptId, by } = request;
  const who = toSubjectRef(request);
  const consent = await readConsent(who, deps);
  // Whatever the provider says: nobody writes to them any more, and nobody is told of them.
  await forgetPersonalData(request, ['erasure'], deps);
  let isAtProvider = true;
  const { tokenIds } = await revokeSubject(request, deps).catch((error: unknown) => {
    if (toCode(error) !== 'subject_unknown') throw error;
    isAtProvider = false;
    return { tokenIds: consent === null ? [] : [consent.tokenId] };
  });
  await forgetPersonalData(request, ['erasure_last'], deps);
  const detail = { receiptId, tokenId: tokenIds[0] ?? consent?.tokenId ?? null, by };
  await deps.audit.append({ action: 'subject_erased', ...who, detail });
  return { tokenIds, isAtProvider };
}

/** What was erased of one user. */
export interface Erased extends SubjectRef {
  readonly tokenIds: readonly string[];
}

/**
 * States an erasure, signed: whoever has the public keys of this service (RFC 7517) can check it.
 * @returns a JWS of the type `facestep-erasure+jwt`
 */
export async function issueErasureReceipt(
  { receiptId, erased }: { readonly receiptId: string; readonly erased: readonly Erased[] },
  { signer, issuer, clock }: CoreDeps,
): Promise<string> {
  return signer.sign('facestep-erasure+jwt', {
    iss: issuer,
    iat: toEpochSec(clock.now()),
    jti: receiptId,
    erased: erased.map(({ connection, subject, tokenIds }) => ({ connection, subject, tokenIds: [...tokenIds] })),
    parts: ['token', ...personalData.map(({ part }) => part)],
    remains: remainingData.map(({ what, why, until }) => ({ what, why, until })),
  });
}
