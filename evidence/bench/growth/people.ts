/** One person's year, in whole days from its start. */
export interface Person {
  readonly subject: string;
  readonly enrolsOn: number;
  /** Enrols again, before the token's time is over. */
  readonly renewsOn: number;
  /** `null` stays. */
  readonly leavesOn: number | null;
}

export const daysOfYear = 365;

/** Checks of a person who stays. */
export const checksEach = 30;
const daysBetweenChecks = 10;

/** People are enrolled over this many days. */
const rollOutDays = 60;

/** How long a token is good; people come a little earlier. */
export const enrolmentDays = 180;
/** No day of a check. */
const renewedAfterDays = 169;

/** Every tenth person leaves, each another number of days after they enrolled. */
const leaverEvery = 10;
const leavesAfterDays = { least: 200, most: 299 };

/** The n-th of so many people, with an id as long as Okta's. */
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

/** What a person does on a day: at most one thing. */
export function actOf({ enrolsOn, renewsOn, leavesOn }: Person, day: number): 'enrol' | 'check' | 'leave' | null {
  const since = day - enrolsOn;
  if (leavesOn !== null && day >= leavesOn) return day === leavesOn ? 'leave' : null;
  if (day === enrolsOn || day === renewsOn) return 'enrol';
  return since > 0 && since % daysBetweenChecks === 0 && since <= checksEach * daysBetweenChecks ? 'check' : null;
}
