/** Keyboards of Arabic and of Persian write the ten digits with signs of their own: as the server reads them. */
export const toPlainDigits = (text: string): string =>
  text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) % 16));
