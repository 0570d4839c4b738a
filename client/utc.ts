const dayMs = 86_400_000;

/**
 * A moment that certificates and PDFs write in digits alone.
 * @param digits - `YYYYMMDDhhmmss`, in UTC
 * @returns milliseconds since 1970; not a number where it is none
 */
export function parseUtc(digits: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits) ?? [];
  const [, year = Number.NaN, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  // Years begin in March here, so that the odd day comes last.
  const years = month > 2 ? year : year - 1;
  const daysOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400);
  const days = years * 365 + leapDays + daysOfYear - 719_468;
  return days * dayMs + ((hour * 60 + minute) * 60 + second) * 1000;
}
