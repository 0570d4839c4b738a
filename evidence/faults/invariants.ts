import type { Invariant } from './fault.js';
import type { Stage } from './stage.js';
import { checkStoredTokens } from './stored-tokens.js';
import { checkChains, readTrails, type TrailEvent } from './trails.js';

/** Verifies the invariants after recovery, from the org's profiles and all replicas' audit logs. */
export async function checkInvariants(stage: Stage, enrolled: readonly string[]): Promise<readonly Invariant[]> {
  const tokens = await checkStoredTokens(stage, enrolled);
  const records = await readTrails(stage.replicas);
  const grants = records.flatMap(({ action, subject, detail }) =>
    action === 'hook_decided' && detail.outcome === 'verified' ? [{ subject, stepUpId: detail.stepUpId }] : [],
  );
  const again = grants.filter(({ stepUpId }, at) => grants.findIndex((each) => each.stepUpId === stepUpId) < at);
  const usedOnce: Invariant = {
    invariant: 'each passed step-up opened one event at most',
    checked: grants.length,
    broken: again.map(({ stepUpId }) => `step-up ${stepUpId} opened more than one event`),
  };
  return [
    ...tokens,
    usedOnce,
    checkNoFalsePass(stage, { records, enrolled, grants }),
    await checkChains(stage.replicas),
  ];
}

interface Told {
  readonly records: readonly TrailEvent[];
  readonly enrolled: readonly string[];
  readonly grants: readonly { readonly stepUpId: string | null }[];
}

/** Verifies that nothing was granted without a matching face. */
function checkNoFalsePass({ passedOrUntold }: Stage, { records, enrolled, grants }: Told): Invariant {
  const passes = records.filter(({ action }) => action === 'verified');
  const ofStrangers = passes.filter(({ subject }) => !enrolled.includes(subject));
  const unexplained = grants.filter(({ stepUpId }) => stepUpId === null || !passedOrUntold.has(stepUpId));
  return {
    invariant: 'nothing was granted without a passed check, and no stranger passed',
    checked: passes.length + grants.length,
    broken: [
      ...ofStrangers.map(({ subject }) => `${subject} passed with a stranger's face`),
      ...unexplained.map(({ stepUpId }) => `step-up ${stepUpId} was granted and had not passed`),
    ],
  };
}
