/** Returns the path of an e-mail preview. @param digest - from `keepShown` */
export const letterPath = (digest: string): string => `/console/letter/${digest}`;
