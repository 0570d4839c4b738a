/** What a client token may be used for. */
export const clientScopes = ['enrol', 'verify', 'score', 'content-key', 'match', 'screen'] as const;
export type ClientScope = (typeof clientScopes)[number];

/** What a token holds only if asked for: a similarity helps whoever wants to look alike, a content key opens files. */
const askedForScopes: readonly ClientScope[] = ['score', 'content-key'];

/** What a token holds unless asked for otherwise. */
export const defaultScopes = clientScopes.filter((scope) => !askedForScopes.includes(scope));
