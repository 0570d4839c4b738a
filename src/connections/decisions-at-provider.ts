import type { AuditDetail } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';

/** Decision about a sign-in that code at the provider made and logged. */
export interface DecisionAtProvider {
  /** Equal for repeated calls of one decision. */
  readonly id: string;
  readonly at: EpochMs;
  readonly subject: string;
  readonly detail: AuditDetail<'hook_decided'>;
}

/** Result of reading the provider's log. */
export interface DecisionsRead {
  /** Without repetitions, oldest first. */
  readonly decisions: readonly DecisionAtProvider[];
  /** All decisions until then were read. `null` if nothing was read. */
  readonly until: EpochMs | null;
  /** True if the log of this time was too large, so that decisions are missing. */
  readonly hasGap?: boolean;
  /** Number of log lines that are no decision of this connection. */
  readonly ignored: number;
  /** Reason why nothing was read. */
  readonly reason: string | null;
}

/** A provider calls three times within 5 s each, until it gets an answer. */
export const repeatedWithinSec = 15;

/** Removes decisions that are already known, and repeated calls of one decision. */
export function withoutRepeats(
  decisions: readonly DecisionAtProvider[],
  known: readonly Pick<DecisionAtProvider, 'id' | 'at'>[],
): DecisionAtProvider[] {
  const times = new Map<string, EpochMs[]>();
  const note = ({ id, at }: Pick<DecisionAtProvider, 'id' | 'at'>): void =>
    void times.set(id, [...(times.get(id) ?? []), at]);
  known.forEach(note);
  return decisions
    .toSorted((a, b) => a.at - b.at)
    .filter((each) => {
      const isKnown = times.get(each.id)?.some((at) => Math.abs(at - each.at) <= repeatedWithinSec * 1000) ?? false;
      if (!isKnown) note(each);
      return !isKnown;
    });
}
