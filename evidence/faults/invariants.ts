import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { checkStoredTokens } from './stored-tokens.js';
import { checkChains, readTrails, type TrailEvent } from './trails.js';

export interface Done {
  /** Users who showed their own face. For all other users, only impostors showed a face. */
  readonly enrolled: readonly string[];
}

/** Verifies the invariants after recovery, from the org's profiles and all replicas' audit logs. */
export async function checkInvariants(stage: Stage, done: Done): Promise<readonly Invariant[]> {
  const tokens = await checkStoredTokens(stage, done.enrolled);
  const records = await readTrails(stage.replicas);
  return [...tokens, checkUsedOnce(records), checkNoFalsePass(stage, records, done), await checkChains(stage.replicas)];
}

const grantsOf = (records: readonly TrailEvent[]) =>
  records.flatMap(({ action, subject, detail }) =>
    action === 'hook_decided' && detail.outcome === 'verified' ? [{ subject, stepUpId: detail.stepUpId }] : [],
  );

/** Verifies that each passed step-up was accepted for one event only. */
function checkUsedOnce(records: readonly TrailEvent[]): Invariant {
  const grants = grantsOf(records);
  const seen = new Set<string>();
  const broken = grants.flatMap(({ stepUpId }) => {
    if (seen.has(stepUpId)) return [`step-up ${stepUpId} opened more than one event`];
    seen.add(stepUpId);
    return [];
  });
  return { invariant: 'each passed step-up opened one event at most', checked: grants.length, broken };
}

/** Verifies that nothing was granted without a matching face. */
function checkNoFalsePass({ passedOrUntold }: Stage, records: readonly TrailEvent[], { enrolled }: Done): Invariant {
  const passes = records.filter(({ action }) => action === 'verified');
  const grants = grantsOf(records);
  const ofStrangers = passes.filter(({ subject }) => !enrolled.includes(subject));
  const unexplained = grants.filter(({ stepUpId }) => !passedOrUntold.has(stepUpId));
  return {
    invariant: 'nothing was granted without a passed check, and no stranger passed',
    checked: passes.length + grants.length,
    broken: [
      ...ofStrangers.map(({ subject }) => `${subject} passed with a stranger's face`),
      ...unexplained.map(({ stepUpId }) => `step-up ${stepUpId} was granted and had not passed`),
    ],
  };
}
