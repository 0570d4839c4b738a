/* Rules for a PIN. The capture page bundles this file, so it must not import anything. */

const pinShape = /^[0-9]{6,12}$/;

/** Matches repetitions such as 000000, 121212 and 123123. */
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

export const isPin = (text: string): boolean => pinShape.test(text);

/** Returns true for repetitions, constant steps (345678, 987654) and common choices. */
export function isWeakPin(pin: string): boolean {
  const digits = Array.from(pin, Number);
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  return new Set(steps).size === 1 || repeatedPart.test(pin) || commonPins.has(pin);
}
