export const clientScopes = [
  'enrol',
  'verify',
  'score',
  'content-key',
  'identify',
  'match',
  'screen',
  'ssf.read',
  'ssf.manage',
] as const;
export type ClientScope = (typeof clientScopes)[number];

/**
 * Scopes granted on request only: similarity helps impersonation, a content key opens files, identification reveals
 * people who gave no name, and event streams reveal who is enrolled.
 */
const askedForScopes: readonly ClientScope[] = ['score', 'content-key', 'identify', 'ssf.read', 'ssf.manage'];

export const defaultScopes = clientScopes.filter((scope) => !askedForScopes.includes(scope));
