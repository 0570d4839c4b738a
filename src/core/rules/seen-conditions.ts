import { type ConditionName, conditionNames } from './rule.js';

/** Facts that a hook knows about each of its sign-ins. */
export interface SeenFacts {
  readonly application: boolean;
  readonly address: boolean;
  /** False if nothing may be looked up about the person. */
  readonly isAfterFirstFactor: boolean;
}

/** Returns the conditions that can be evaluated for a sign-in at a hook, which the person's own browser does not call. */
export function findSeenConditions({
  application,
  address,
  isAfterFirstFactor,
}: SeenFacts): ReadonlySet<ConditionName> {
  const isSeen: Readonly<Record<ConditionName, boolean>> = {
    groups: isAfterFirstFactor,
    applications: application,
    networks: address,
    newNetwork: isAfterFirstFactor && address,
    newBrowser: false,
    lastCheckHours: isAfterFirstFactor,
    devices: false,
  };
  return new Set(conditionNames.filter((name) => isSeen[name]));
}
