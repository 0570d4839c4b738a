import type { Check, Finding } from '../../../connections/provisioning.js';
import { FaceError } from '../../../errors.js';

export interface CheckResult extends Omit<Finding, 'verdict'> {
  readonly title: string;
  /** `skipped` if a required check failed. */
  readonly verdict: Finding['verdict'] | 'skipped';
  /** Title of the failed check that caused the skip, or `null`. */
  readonly cause: string | null;
}

/**
 * Runs checks in order. If one fails, those that depend on it are skipped, so that one cause is reported once.
 * @throws `internal` if a check depends on one that does not precede it
 */
export async function* checkInTurn(
  checks: readonly Check[],
  run: (check: Check) => Promise<Finding>,
): AsyncGenerator<CheckResult> {
  checkOrder(checks);
  const skipped = new Set<Check>();
  for (const check of checks) {
    if (skipped.has(check)) continue;
    const { title } = check;
    const finding = await run(check);
    yield { title, ...finding, cause: null };
    if (finding.verdict !== 'fail') continue;
    for (const consequence of consequencesOf(check, checks)) {
      if (skipped.has(consequence)) continue;
      skipped.add(consequence);
      const found = `not checked: "${title}" comes first`;
      yield { title: consequence.title, verdict: 'skipped', found, remedy: null, cause: title };
    }
  }
}

/** Leaves out a check, and the checks that need it. */
export function leaveOut(title: string, checks: readonly Check[]): readonly Check[] {
  const out = checks.filter((check) => check.title === title);
  const consequences = out.flatMap((check) => consequencesOf(check, checks));
  return checks.filter((check) => !out.includes(check) && !consequences.includes(check));
}

function consequencesOf({ title }: Check, checks: readonly Check[]): Check[] {
  const out = new Set([title]);
  return checks.filter((check) => {
    const isOut = (check.needs ?? []).some((needed) => out.has(needed));
    if (isOut) out.add(check.title);
    return isOut;
  });
}

function checkOrder(checks: readonly Check[]): void {
  const before = new Set<string>();
  for (const { title, needs = [] } of checks) {
    const absent = needs.find((needed) => !before.has(needed));
    if (absent !== undefined) throw new FaceError('internal', { check: title, needs: absent });
    before.add(title);
  }
}
