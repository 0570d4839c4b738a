export interface Person {
  readonly subject: string;
  readonly enrolsOn: number;
  readonly renewsOn: number;
  /** `null` if the person stays all year. */
  readonly leavesOn: number | null;
}

export const daysOfYear = 365;

const checksEach = 30;
const daysBetweenChecks = 10;

const rollOutDays = 60;

export const enrolmentDays = 180;
/** Not a multiple of `daysBetweenChecks`, so that no one has a check and a renewal on the same day. */
const renewedAfterDays = 169;

const leaverEvery = 10;
const leavesAfterDays = { least: 200, most: 299 };

export function personOf(n: number, people: number): Person {
  const enrolsOn = Math.floor((n * rollOutDays) / people);
  const spread = leavesAfterDays.most - leavesAfterDays.least + 1;
  const stayedDays = leavesAfterDays.least + ((n / leaverEvery) % spread);
  return {
    subject: `00u${String(n).padStart(17, '0')}`,
    enrolsOn,
    renewsOn: enrolsOn + renewedAfterDays,
    leavesOn: n % leaverEvery === 0 ? enrolsOn + Math.floor(stayedDays) : null,
  };
}

export function actOf({ enrolsOn, renewsOn, leavesOn }: Person, day: number): 'enrol' | 'check' | 'leave' | null {
  const since = day - enrolsOn;
  if (leavesOn !== null && day >= leavesOn) return day === leavesOn ? 'leave' : null;
  if (day === enrolsOn || day === renewsOn) return 'enrol';
  return since > 0 && since % daysBetweenChecks === 0 && since <= checksEach * daysBetweenChecks ? 'check' : null;
}
