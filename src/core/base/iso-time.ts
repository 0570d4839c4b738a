/** Converts milliseconds since 1970 to RFC 3339. It needs no zod, so that the pages can contain it. */
export const formatIso = (time: number): string => new Date(time).toISOString();

/** Returns the start of a day in UTC, some days later. @param day - such as `2026-11-20` */
export const startOfUtcDay = (day: string, daysLater: number): string =>
  formatIso(Date.parse(day) + daysLater * 86_400_000);
