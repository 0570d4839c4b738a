import {
  type ConnectedSubject,
  type Connection,
  requireConnection,
  type SubjectRef,
  toSubject,
  toSubjectRef,
} from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { toEpochSec } from '../core/units.js';
import { readConsent } from '../enrolment/consent.js';
import { forgetPersonalData, revokeSubject } from '../enrolment/revoke.js';
import { type FaceErrorCode, nullIfUnknown, toCode } from '../errors.js';
import { remainingData } from './registry.js';

export type RequestedSubject = SubjectRef | { readonly connection: null; readonly login: string };

export interface SubjectSearch {
  readonly connection: Connection;
  readonly found: string | null;
  /** `subject_unknown` if no user has that login. */
  readonly code: FaceErrorCode | null;
}

type Connections = { readonly connections: ReadonlyMap<string, Connection> };

/**
 * Finds a user at all connections. An outage of one provider does not hide users of the others.
 * @throws `connection_unknown`
 */
export async function findSubjects(
  asked: RequestedSubject,
  { connections }: Connections,
): Promise<readonly SubjectSearch[]> {
  if (asked.connection !== null) {
    const connection = requireConnection(asked.connection, { connections });
    return [{ connection, found: toSubject(asked.subject, connection.profile), code: null }];
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
 * Erases a user's data and enrolment, even if the provider has deleted the user. Idempotent.
 * @throws `profile_unavailable`, after which attribute, consent and notification settings remain
 */
export async function eraseSubject(
  request: ConnectedSubject & { readonly receiptId: string; readonly by: string },
  deps: Ports<'state' | 'clock' | 'random' | 'audit' | 'verifier' | 'settings'>,
): Promise<{ readonly tokenIds: readonly string[]; readonly isAtProvider: boolean }> {
  const { receiptId, by } = request;
  const who = toSubjectRef(request);
  const consent = await readConsent(who, deps);
  // This data is erased first, because it does not depend on the provider.
  await forgetPersonalData(request, ['erasure'], deps);
  const revoked = await revokeSubject(request, deps).catch(nullIfUnknown);
  const tokenIds = revoked?.tokenIds ?? (consent === null ? [] : [consent.tokenId]);
  await forgetPersonalData(request, ['erasure_last'], deps);
  const detail = { receiptId, tokenId: tokenIds[0] ?? consent?.tokenId ?? null, by };
  await deps.audit.append({ action: 'subject_erased', ...who, detail });
  return { tokenIds, isAtProvider: revoked !== null };
}

export interface Erased extends SubjectRef {
  readonly tokenIds: readonly string[];
}

/**
 * Issues a signed erasure receipt. The server's public keys (RFC 7517) verify it.
 * @returns a JWS of type `facestep-erasure+jwt`
 */
export async function issueErasureReceipt(
  { receiptId, erased }: { readonly receiptId: string; readonly erased: readonly Erased[] },
  { signer, issuer, clock, settings }: Ports<'clock' | 'signer' | 'issuer' | 'settings'>,
): Promise<string> {
  return signer.sign('facestep-erasure+jwt', {
    iss: issuer,
    iat: toEpochSec(clock.now()),
    jti: receiptId,
    erased: erased.map(({ connection, subject, tokenIds }) => ({ connection, subject, tokenIds: [...tokenIds] })),
    parts: ['token', ...settings.personalData.map(({ part }) => part)],
    remains: remainingData.map(({ what, why, until }) => ({ what, why, until })),
  });
}
