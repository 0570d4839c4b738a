import { z } from 'zod';
import type { SubjectRef } from '../../core/connection.js';
import type { LedgerStore } from '../../core/ports.js';
import { type EpochMs, epochMsGuard } from '../../core/units.js';
import { personKeys } from './places.js';

/** Ids of the person, included in each row because the row's key contains only digests of long ids. */
const whoGuard = { connection: z.string(), subject: z.string() };

export const listedGuard = z.object(whoGuard);

const enrolmentGuard = z.object({
  ...whoGuard,
  status: z.enum(['enrolled', 'ended']),
  at: epochMsGuard,
  expiresAt: epochMsGuard.nullable(),
});
const checkGuard = z.object({ ...whoGuard, outcome: z.enum(['passed', 'refused']), at: epochMsGuard });
/** `null` once an administrator has ended the lockout. */
const lockoutGuard = z.object({ ...whoGuard, until: epochMsGuard.nullable(), at: epochMsGuard });

export interface StoredPerson {
  readonly enrolment: z.output<typeof enrolmentGuard> | null;
  readonly check: z.output<typeof checkGuard> | null;
  readonly lockout: z.output<typeof lockoutGuard> | null;
}

export interface IndexedPerson extends SubjectRef {
  /** `none`: never enrolled within the retention time. */
  readonly status: 'enrolled' | 'expired' | 'ended' | 'none';
  readonly enrolledAt: EpochMs | null;
  readonly expiresAt: EpochMs | null;
  readonly endedAt: EpochMs | null;
  readonly lastCheck: { readonly at: EpochMs; readonly outcome: 'passed' | 'refused' } | null;
  readonly lockedUntil: EpochMs | null;
}

const parseIf = <Value>(guard: z.ZodType<Value>, text: string | null | undefined): Value | null =>
  text === null || text === undefined ? null : guard.parse(JSON.parse(text));

export async function readPeople(people: readonly SubjectRef[], ledger: LedgerStore): Promise<StoredPerson[]> {
  const found = await ledger.get(
    people.flatMap((who) => {
      const { enrolment, check, lockout } = personKeys(who);
      return [enrolment, check, lockout];
    }),
  );
  return people.map((_, index) => ({
    enrolment: parseIf(enrolmentGuard, found[index * 3]),
    check: parseIf(checkGuard, found[index * 3 + 1]),
    lockout: parseIf(lockoutGuard, found[index * 3 + 2]),
  }));
}

export function toIndexed(who: SubjectRef, { enrolment, check, lockout }: StoredPerson, now: EpochMs): IndexedPerson {
  const isEnrolled = enrolment?.status === 'enrolled';
  const expiresAt = isEnrolled ? enrolment.expiresAt : null;
  const isExpired = expiresAt !== null && expiresAt <= now;
  const until = lockout?.until ?? null;
  return {
    connection: who.connection,
    subject: who.subject,
    status: isExpired ? 'expired' : (enrolment?.status ?? 'none'),
    enrolledAt: isEnrolled ? enrolment.at : null,
    expiresAt,
    endedAt: enrolment?.status === 'ended' ? enrolment.at : null,
    lastCheck: check === null ? null : { at: check.at, outcome: check.outcome },
    lockedUntil: until !== null && until > now ? until : null,
  };
}
