import { z } from 'zod';

/**
 * A calling code of ITU E.164 such as 49, or a longer prefix of a number. Part of a calling code, such as 4, is
 * refused.
 */
const callingCode =
  /^(?:[17]\d{0,6}|(?:20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])\d{0,5}|(?:2[1-689]|3[578]|42|50|59|6[7-9]|8[0578]|9[679])\d{1,5})$/;

export const contactCodesGuard = z.strictObject({
  countries: z
    .array(z.string().regex(callingCode, 'expected a country calling code without +, such as 49, or more digits of it'))
    .max(250)
    .default([])
    .describe(
      'Country calling codes without `+`, such as `49`, or more leading digits, that receive codes of `POST /v2/new-credentials`. `1` is all of North America and the Caribbean. `[]` sends no codes, not even by e-mail. A change needs a restart.',
    ),
});

export type ContactCodesConfig = z.output<typeof contactCodesGuard>;
