import { type ConditionName, conditionNames } from './rule.js';

/** Facts that a hook or an OpenID client knows about each of its sign-ins. */
export interface SeenFacts {
  readonly application: boolean;
  readonly address: boolean;
  /** False if nothing may be looked up about the person. */
  readonly isAfterFirstFactor: boolean;
}

/**
 * Returns the conditions that can be evaluated for a sign-in.
 * @param isInBrowser - true for a request of the person's own browser, which OpenID clients send and hooks do not
 */
export function findSeenConditions(
  { application, address, isAfterFirstFactor }: SeenFacts,
  isInBrowser: boolean,
): ReadonlySet<ConditionName> {
  const isSeen: Readonly<Record<ConditionName, boolean>> = {
    groups: isAfterFirstFactor,
    applications: application,
    networks: address,
    newNetwork: isAfterFirstFactor && address,
    newBrowser: isAfterFirstFactor && isInBrowser,
    lastCheckHours: isAfterFirstFactor,
    devices: isInBrowser,
  };
  return new Set(conditionNames.filter((name) => isSeen[name]));
}
