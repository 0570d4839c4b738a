/** Converts milliseconds since 1970 to RFC 3339. It needs no zod, so that the pages can contain it. */
export const formatIso = (time: number): string => new Date(time).toISOString();
