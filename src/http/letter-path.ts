/** Returns the path of an e-mail preview. */
export const letterPath = (digest: string): string => `/console/letter/${digest}`;
