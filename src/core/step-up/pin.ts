/*
 * The rules of a PIN. The capture page uses them too, to say at once what is wrong, so this file imports nothing.
 */

/** What a PIN looks like: 6 to 12 digits. */
const pinShape = /^[0-9]{6,12}$/;

/** One part again and again: 000000, 121212, 123123. */
const repeatedPart = /^(.+)\1+$/;

/** Chosen far more often than chance would have it, and not caught by a rule. */
const commonPins: ReadonlySet<string> = new Set([
  '102030',
  '112233',
  '123321',
  '123654',
  '123789',
  '142536',
  '147258',
  '147852',
  '159357',
  '159753',
  '332211',
  '741852',
  '789456',
  '789789',
]);

/** Whether a text is 6 to 12 digits. */
export const isPin = (text: string): boolean => pinShape.test(text);

/**
 * Whether a PIN is among the first that anybody would try: one part repeated, steps of one size (345678, 987654), or one
 * of a few that many people choose.
 */
export function isWeakPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  return new Set(steps).size === 1 || repeatedPart.test(pin) || commonPins.has(pin);
}
