import { readEvents } from '../../audit/events.js';
import type { EpochMs } from '../../core/units.js';
import { stepUpEvents } from '../../step-up/events.js';

/** Sign-ins for which a rule decided, or would have decided in enforce mode. */
export interface RuleEffect {
  readonly signIns: number;
  readonly people: number;
  /** Sign-ins that were refused or would have been, and the people. */
  readonly refused: number;
  readonly peopleRefused: number;
}

interface Counted {
  signIns: number;
  refused: number;
  readonly people: Set<string>;
  readonly peopleRefused: Set<string>;
}

/** Counts what the rules of a connection decided since a time, and what rules in shadow mode would have decided. */
export async function countRuleEffects(
  file: string,
  { connection, since }: { readonly connection: string; readonly since: EpochMs },
): Promise<ReadonlyMap<string, RuleEffect>> {
  const counts = new Map<string, Counted>();
  const count = (rule: string, subject: string, isRefused: boolean): void => {
    const found = counts.get(rule) ?? { signIns: 0, refused: 0, people: new Set(), peopleRefused: new Set() };
    counts.set(rule, found);
    found.signIns += 1;
    found.people.add(subject);
    if (!isRefused) return;
    found.refused += 1;
    found.peopleRefused.add(subject);
  };
  for await (const event of readEvents(file, ['hook_decided', 'step_up_started'], stepUpEvents, { since })) {
    const { subject, detail } = event;
    if (event.connection !== connection || !('rule' in detail || 'watched' in detail)) continue;
    const isUnverified = event.action === 'hook_decided' && event.detail.outcome === 'unverified';
    const isDenied = isUnverified && 'fallback' in detail && detail.fallback === 'deny';
    if (detail.rule !== undefined) count(detail.rule, subject, isDenied);
    if (detail.watched === undefined) continue;
    const { rule, outcome, fallback } = detail.watched;
    const isFaceDenied = outcome === 'face' && isUnverified && fallback !== 'omit_claim';
    count(rule, subject, outcome === 'deny' || outcome === 'unknown' || isFaceDenied);
  }
  return new Map(
    [...counts].map(([rule, { signIns, refused, people, peopleRefused }]) => [
      rule,
      { signIns, refused, people: people.size, peopleRefused: peopleRefused.size },
    ]),
  );
}
