/** Longest login, in characters. Okta allows 100, Entra 113, Cognito 128. */
const maxLoginCharacters = 256;

/**
 * Returns true if a text can be a login. It is untrusted and goes into addresses: `.` and `..` would change the path,
 * spaces never occur, and half a surrogate pair has no UTF-8 form.
 */
export const isLogin = (text: string): boolean =>
  text.length <= maxLoginCharacters && /^[^\s\p{C}]+$/u.test(text) && !/^\.+$/.test(text);

/** Compares logins; no provider distinguishes case. */
export const isSameLogin = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
