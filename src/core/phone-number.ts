/**
 * A phone number as a profile has it, in international form (E.164), without the signs that people write into it.
 * @returns `null`: there is none, or it does not say of which country it is
 */
export function toPhoneNumber(text: string | null | undefined): string | null {
  const number = (text ?? '').replace(/[\s().\-/]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
