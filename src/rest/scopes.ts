/** What a client token may be used for. */
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
 * What a token holds only if asked for: a similarity helps whoever wants to look alike, a content key opens files, identifying tells who
 * somebody is who has not said so, and streams of security events tell who is enrolled.
 */
const askedForScopes: readonly ClientScope[] = ['score', 'content-key', 'identify', 'ssf.read', 'ssf.manage'];

/** What a token holds unless asked for otherwise. */
export const defaultScopes = clientScopes.filter((scope) => !askedForScopes.includes(scope));
