export const letterPath = (digest: string): string => `/console/letter/${digest}`;
