/** Maximum length of a login, in characters. Okta allows 100, Entra 113, Cognito 128. */
const maxLoginCharacters = 256;

/**
 * Returns true if an untrusted text can be a login and is safe in a URL. Unpaired surrogates are refused, because they
 * have no UTF-8 form.
 */
export const isLogin = (text: string): boolean =>
  text.length <= maxLoginCharacters && /^[^\s\p{C}]+$/u.test(text) && !/^\.+$/.test(text);

export const isSameLogin = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
