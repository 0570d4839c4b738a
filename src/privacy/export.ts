import type { RecordOf } from '../core/audit-events.js';
import { type ConnectedSubject, type SubjectRef, toSubjectRef } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { toEpochMs, toIso } from '../core/units.js';
import { identifyIfToken, isDenied } from '../enrolment/deny-list.js';
import { toCode } from '../errors.js';
import { type Holdings, toHoldingsReply } from './holdings.js';
import { readPersonalData } from './registry.js';

export type RecordedHoldings = Holdings & { readonly records: RecordOf[]; readonly recordsLeftOut: number };

export const dataNotStored = [
  'Photos and videos: they are overwritten in memory after the comparison.',
  'Face templates: the sealed record is stored only in the profile at the identity provider, and cannot be converted back into a face.',
  'Step-ups in progress: stored under random ids for at most 31 days; the audit records contain the ids.',
  'Names, addresses and phone numbers, except those of a campaign: the identity provider stores them.',
  'PINs, passwords, recovery codes and the private keys of passkeys: never stored.',
] as const;

type ExportPorts = Ports<'state' | 'clock' | 'verifier' | 'keys' | 'settings'>;

export async function exportHoldings(who: ConnectedSubject, deps: ExportPorts): Promise<Holdings> {
  const { connection, subject } = who;
  const { scope, accuracy } = connection.policy;
  const { name, profileCode } = await connection.profile.readToken(subject).then(
    (token) => ({ name: identifyIfToken(token, deps), profileCode: null }),
    (error: unknown) => ({ name: null, profileCode: toCode(error) }),
  );
  const token: Partial<Holdings> = {
    profileCode,
    enrolment: name && {
      tokenId: name.tokenId,
      keyVersion: name.keyVersion,
      expiresAt: name.expiresAt === null ? null : toIso(toEpochMs(name.expiresAt)),
      revoked: await isDenied(name.tokenId, deps),
      scope,
      accuracy,
    },
  };
  const inStore: readonly Partial<Holdings>[] = await readPersonalData(who, deps);
  return toHoldingsReply(deps.settings.holdings).parse(Object.assign({}, token, ...inStore));
}

export interface RecordPorts {
  /** Returns this server's newest audit records about a user, and the number of `omitted` older ones. */
  readonly recordsOf: (who: SubjectRef) => Promise<{ readonly records: readonly RecordOf[]; readonly omitted: number }>;
}

export async function exportRecordedHoldings(
  who: ConnectedSubject,
  deps: ExportPorts & RecordPorts,
): Promise<RecordedHoldings> {
  const held = await exportHoldings(who, deps);
  const { records, omitted } = await deps.recordsOf(toSubjectRef(who));
  return { ...held, records: [...records], recordsLeftOut: omitted };
}
