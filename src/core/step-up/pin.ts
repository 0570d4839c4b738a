/* Rules of a PIN. The capture page loads this file: no imports. */

/** 6 to 12 digits. */
const pinShape = /^[0-9]{6,12}$/;

/** One repeated part: 000000, 121212, 123123. */
const repeatedPart = /^(.+)\1+$/;

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

/** Returns true for 6 to 12 digits. */
export const isPin = (text: string): boolean => pinShape.test(text);

/** Returns true for one repeated part, constant steps (345678, 987654), or a common choice. */
export function isWeakPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  return new Set(steps).size === 1 || repeatedPart.test(pin) || commonPins.has(pin);
}
