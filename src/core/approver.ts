import type { FaceErrorCode } from '../errors.js';

/** Administrator who requests or approves an action for a person. */
export interface Agent {
  /** Stays the same if the name changes. */
  readonly id: string;
  readonly name: string;
  readonly means: 'key' | 'sign_in';
}

/**
 * Returns why an administrator may not be a further person who decides, or `null`.
 * @param rules.takesKeys - false if API keys may not approve. A person with a key and a sign-in would count as two
 * @param rules.earlier - ids of those who requested or approved; `null` if one is not known
 */
export function findApproverProblem(
  { id, means }: Pick<Agent, 'id' | 'means'>,
  { takesKeys, earlier }: { readonly takesKeys: boolean; readonly earlier: readonly (string | null)[] },
): Extract<FaceErrorCode, 'role_missing' | 'approver_same'> | null {
  if (!takesKeys && means === 'key') return 'role_missing';
  return earlier.some((each) => each === null || each === id) ? 'approver_same' : null;
}
