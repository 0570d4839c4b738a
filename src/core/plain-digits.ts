/** Converts Arabic, Persian and full-width digits to ASCII. The capture page bundles this file. */
export const toPlainDigits = (text: string): string =>
  text.normalize('NFKC').replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) % 16));
