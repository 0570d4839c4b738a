import * as z from 'zod/mini';

/* An action that a user approves by face. The capture page shows exactly the texts in it. */

/** The only `authorization_details` type that facestep supports. */
export const actionType = 'facestep_action';

/**
 * Characters that could hide or change what the user sees: controls, line breaks, direction marks, invisible or private
 * characters, unneeded spaces, stacked marks.
 */
const unshowable =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|\p{Zs}{2}|^\p{Zs}|\p{Zs}$|(?:^|\p{Zs})\p{M}|\p{M}{5}/u;

/** Characters that display as nothing, although their Unicode category is that of visible characters. */
const blank = /[\u2800\ufffc\u{1d159}\u{13441}\u{13442}\u{16fe4}\u{1107f}\u2d7f]/u;

const letterOrDigit = /[\p{L}\p{N}]/u;

const shownText = (most: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(most),
    z.refine((text) => !unshowable.test(text) && !blank.test(text) && text === text.normalize('NFC')),
  );

const shownName = (most: number) => shownText(most).check(z.refine((text) => letterOrDigit.test(text)));

const sha256Hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** Unknown members are refused, because users would not see them. */
export const actionGuard = z.strictObject({
  type: z.literal(actionType),
  title: shownName(80),
  lines: z.exactOptional(z.readonly(z.array(shownText(120)).check(z.maxLength(10)))),
  amount: z.exactOptional(
    z.strictObject({
      value: z.string().check(z.regex(/^(0|[1-9]\d{0,11})(\.\d{1,4})?$/)),
      // With an invalid code, the amount is not checked.
      currency: z.string().check(z.regex(/^[A-Z]{3}$/, { abort: true })),
    }),
  ),
  payee: z.exactOptional(shownName(80)),
  document: z.exactOptional(z.strictObject({ name: shownName(120), digest: sha256Hex })),
});

export type Action = {
  readonly type: typeof actionType;
  /** Title, at most 80 characters. */
  readonly title: string;
  /** At most ten lines of at most 120 characters each. */
  readonly lines?: readonly string[];
  /** `value` has decimal digits with a point, and as many decimals as the currency. `currency` is an ISO 4217 code. */
  readonly amount?: { readonly value: string; readonly currency: string };
  /** At most 80 characters. */
  readonly payee?: string;
  /** `digest` is the SHA-256 of the document's bytes, in 64 lower-case hexadecimal digits. */
  readonly document?: { readonly name: string; readonly digest: string };
};

/**
 * Returns canonical JSON (RFC 8785). Sorting the members suffices, because their names are ASCII and actions contain no
 * numbers.
 */
export const toCanonical = (action: Action): string => JSON.stringify(action, (_, value: unknown) => sortNames(value));

const sortNames = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

export const isSameAction = (one: Action, other: Action): boolean => toCanonical(one) === toCanonical(other);

/**
 * Returns the `action_digest` of an action: the SHA-256 of its canonical JSON, in 64 hexadecimal digits.
 * @example
 * const digest = await digestAction({ type: 'facestep_action', title: 'Open the gate' });
 */
export const digestAction = (action: Action): Promise<string> => sha256(new TextEncoder().encode(toCanonical(action)));

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
