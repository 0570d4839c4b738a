/** Where a letter stands that is looked at before it leaves. @param digest - as `keepShown` gives it */
export const letterPath = (digest: string): string => `/console/letter/${digest}`;
