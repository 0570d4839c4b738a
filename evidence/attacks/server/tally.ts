import { toClaim } from '../attack.js';

/** Counts what an attacker tried and what was accepted, and what people whom nothing refuses tried and what failed. */
export function createTally(subject: string, say: (line: string) => void) {
  let tried = 0;
  let accepted = 0;
  let controls = 0;
  let refused = 0;
  return {
    /** @param isActive - false if the protection is documented as not active, so that the attempt has to succeed */
    note(name: string, isAccepted: boolean, isActive = true): void {
      if (!isActive) {
        this.control(name, isAccepted);
        return;
      }
      tried += 1;
      if (!isAccepted) return;
      accepted += 1;
      say(`${subject}, accepted: ${name}`);
    },
    /** Notes an attempt that has to succeed, without which the refusals would prove nothing. */
    control(name: string, isAccepted: boolean): void {
      controls += 1;
      if (isAccepted) return;
      refused += 1;
      say(`${subject}, refused as allowed: ${name}`);
    },
    toClaims: (least: number) => [
      toClaim(`${subject}: attempts`, tried, { atLeast: least }),
      toClaim(`${subject}: accepted`, accepted, { atMost: 0 }),
      toClaim(`control: ${subject}: ${controls} others, refused`, controls === 0 ? 1 : refused, { atMost: 0 }),
    ],
  };
}

export type Tally = ReturnType<typeof createTally>;
