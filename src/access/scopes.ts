export const clientScopes = [
  'enrol',
  'verify',
  'score',
  'content-key',
  'identify',
  'match',
  'screen',
  'callers',
  'ssf.read',
  'ssf.manage',
] as const;
export type ClientScope = (typeof clientScopes)[number];

/**
 * Scopes granted only on request, because they make impersonation easier, release file keys, identify people, return
 * contact data, or reveal who is enrolled.
 */
const askedForScopes: readonly ClientScope[] = [
  'score',
  'content-key',
  'identify',
  'callers',
  'ssf.read',
  'ssf.manage',
];

/** Scopes of a client token without an application, as at the hosted Facenition API. */
export const defaultScopes = clientScopes.filter((scope) => !askedForScopes.includes(scope));

/** Scopes of a new application, unless an administrator chooses others. */
export const leastScopes: readonly ClientScope[] = ['verify'];

/** Hosted APIs whose published behavior a client token can have. */
export const compatibilities = ['facenition'] as const;

/** Calls that refuse copies of a person's earlier photos: photos of step-ups, all calls with a person, or none. */
export const replayPolicies = ['step_ups', 'all', 'none'] as const;

export interface ClientOptions {
  /** Hosted API whose published behavior the client expects, or `null`. */
  readonly compat: (typeof compatibilities)[number] | null;
  readonly replay: (typeof replayPolicies)[number];
}
