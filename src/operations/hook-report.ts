import { type PastEvent, readEvents } from '../audit/events.js';
import { type EpochMs, toIso } from '../core/units.js';

export interface HookReport {
  readonly hook: string;
  readonly decisions: number;
  readonly verified: number;
  /** Sign-ins refused without a face check. */
  readonly denied: number;
  /** Sign-ins without a face check that were allowed, but without the claim. */
  readonly claimOmitted: number;
  /** What would have happened without shadow mode. */
  readonly wouldHave: {
    readonly denied: number;
    readonly claimOmitted: number;
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly subjectsAffected: number;
  /** Time of the first decision, in UTC (RFC 3339). */
  readonly first: string;
  readonly last: string;
}

export interface ConnectionReport {
  readonly hooks: readonly HookReport[];
  readonly unreadableLines: number;
}

/**
 * Counts a connection's hook decisions.
 * @param since - start, or `null` for all
 */
export async function reportHooks(
  file: string,
  { connection, since }: { readonly connection: string; readonly since: EpochMs | null },
): Promise<ConnectionReport> {
  const tallies = new Map<string, Tally>();
  let unreadableLines = 0;
  const onUnreadable = (): void => {
    unreadableLines += 1;
  };
  for await (const decision of readEvents(file, ['hook_decided'], { since, onUnreadable })) {
    if (decision.connection !== connection) continue;
    const { hook } = decision.detail;
    const tally = tallies.get(hook) ?? new Tally(decision.time);
    tally.add(decision);
    tallies.set(hook, tally);
  }
  const hooks = [...tallies].map(([hook, tally]) => tally.toReport(hook));
  return { hooks: hooks.sort((a, b) => (a.hook < b.hook ? -1 : 1)), unreadableLines };
}

class Tally {
  #decisions = 0;
  #verified = 0;
  readonly #did = { deny: 0, omit_claim: 0 };
  readonly #wouldHave = { deny: 0, omit_claim: 0 };
  readonly #refused = new Map<string, number>();
  readonly #affected = new Set<string>();
  readonly #first: EpochMs;
  #last: EpochMs;

  constructor(first: EpochMs) {
    this.#first = first;
    this.#last = first;
  }

  add({ time, subject, detail }: PastEvent<'hook_decided'>): void {
    this.#decisions += 1;
    this.#last = time;
    if (detail.outcome === 'verified' || detail.outcome === 'another_way') {
      this.#verified += 1;
      return;
    }
    if (subject !== '') this.#affected.add(subject);
    if (detail.outcome === 'refused') {
      this.#refused.set(detail.code, (this.#refused.get(detail.code) ?? 0) + 1);
    } else if (detail.fallback !== 'pass') {
      this.#did[detail.fallback] += 1;
    } else if (detail.wouldHave !== undefined) {
      this.#wouldHave[detail.wouldHave] += 1;
    }
  }

  toReport(hook: string): HookReport {
    return {
      hook,
      decisions: this.#decisions,
      verified: this.#verified,
      denied: this.#did.deny,
      claimOmitted: this.#did.omit_claim,
      wouldHave: {
        denied: this.#wouldHave.deny,
        claimOmitted: this.#wouldHave.omit_claim,
        refused: Object.fromEntries([...this.#refused].sort(([a], [b]) => (a < b ? -1 : 1))),
      },
      subjectsAffected: this.#affected.size,
      first: toIso(this.#first),
      last: toIso(this.#last),
    };
  }
}
