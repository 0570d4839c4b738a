/** Normalizes a phone number to E.164. @returns `null` if it has no country code */
export function toPhoneNumber(text: string | null | undefined): string | null {
  const number = (text ?? '').replace(/[\s().\-/]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
