import * as z from 'zod/mini';

/*
 * An action that a person approves by their face, in the very words they are shown. It is the same in a request to the REST
 * API, as a member of `authorization_details` (RFC 9396), on the page, and in what is signed about it.
 */

/** The one type of `authorization_details` that there is. */
export const actionType = 'facestep_action';

/**
 * What does not look like what it is: controls and line breaks, direction marks, overrides and isolates, what nobody sees,
 * lone surrogates, private and unassigned characters; spaces at an end or two in a row; marks that stand on nothing, or are
 * heaped over what stands around them.
 */
const unshowable =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\p{Zs}{2}|^\p{Zs}|\p{Zs}$|(?:^|\p{Zs})\p{M}|\p{M}{5}/u;

/**
 * Characters that count as letters, marks or symbols and are drawn as nothing: the blank of braille, a null notehead, the place
 * of an object, blanks of hieroglyphs and letters that only fill or join.
 */
const blank = /[\u2800\ufffc\u{1d159}\u{13441}\u{13442}\u{16fe4}\u{1107f}\u2d7f]/u;

const letterOrDigit = /[\p{L}\p{N}]/u;

/** Text that a person can be shown as it is, in Normalization Form C. @param most - characters, as UTF-16 counts them */
const shownText = (most: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(most),
    z.refine((text) => !unshowable.test(text) && !blank.test(text) && text === text.normalize('NFC')),
  );

/** Text that names something: with a letter or a digit in it. */
const shownName = (most: number) => shownText(most).check(z.refine((text) => letterOrDigit.test(text)));

const sha256Hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** An action. What it does not name is refused: there is nothing in it that is not shown. */
export const actionGuard = z.strictObject({
  type: z.literal(actionType),
  title: shownName(80),
  lines: z.exactOptional(z.readonly(z.array(shownText(120)).check(z.maxLength(10)))),
  amount: z.exactOptional(
    z.strictObject({
      value: z.string().check(z.regex(/^(0|[1-9]\d{0,11})(\.\d{1,4})?$/)),
      // Whatever else is asked of an amount takes it for a code.
      currency: z.string().check(z.regex(/^[A-Z]{3}$/, { abort: true })),
    }),
  ),
  payee: z.exactOptional(shownName(80)),
  document: z.exactOptional(z.strictObject({ name: shownName(120), digest: sha256Hex })),
});

/** What somebody is asked to approve. */
export type Action = {
  readonly type: typeof actionType;
  /** What is approved, at most 80 characters. */
  readonly title: string;
  /** At most ten, of at most 120 characters each. */
  readonly lines?: readonly string[];
  /** `value`: decimal digits with a point, as many after it as the currency has; `currency`: ISO 4217. */
  readonly amount?: { readonly value: string; readonly currency: string };
  /** At most 80 characters. */
  readonly payee?: string;
  /** `digest`: SHA-256 of the document's bytes, 64 lower-case hexadecimal digits. */
  readonly document?: { readonly name: string; readonly digest: string };
};

/**
 * An action as its digest is taken of it: canonical JSON (RFC 8785). Its names are ASCII and its values text, lists and
 * objects of text, of which that is JSON with sorted names.
 */
export const toCanonical = (action: Action): string => JSON.stringify(action, (_, value: unknown) => sortNames(value));

const sortNames = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Whether two actions are the same in every word. */
export const isSameAction = (one: Action, other: Action): boolean => toCanonical(one) === toCanonical(other);

/** SHA-256 of an action's canonical form, 64 hexadecimal digits: what `action_digest` says. */
export const digestAction = (action: Action): Promise<string> => sha256(new TextEncoder().encode(toCanonical(action)));

/** SHA-256 of bytes, 64 hexadecimal digits: of a document, what an action's `document` says. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
