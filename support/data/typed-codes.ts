const zeros = ['٠', '۰', '０'].map((zero) => zero.charCodeAt(0));

/** Returns a code as other keyboards write it: with Arabic, Persian and full-width digits, a space and a dash. */
export const asTyped = (code: string): string =>
  ` ${code.replace(/\d/g, (digit, at: number) => String.fromCharCode((zeros[at % 3] ?? 0) + Number(digit)))} -`;
