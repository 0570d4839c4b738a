/** Longest login that is asked about. Okta's logins are of 100 characters at most, Entra's of 113, Cognito's names of 128. */
const maxLoginCharacters = 256;

/**
 * Whether a text could be the name somebody signs in by. It is what a person typed, or what a provider's request says: it
 * goes into addresses, where `.` and `..` would be other addresses, a space is never part of a name, and half a surrogate
 * pair has no UTF-8 form.
 */
export const isLogin = (text: string): boolean =>
  text.length <= maxLoginCharacters && /^[^\s\p{C}]+$/u.test(text) && !/^\.+$/.test(text);

/** Whether two logins are one: no provider tells them apart by case. */
export const isSameLogin = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
