/*
 * AWS's browser client takes whatever has a `navigator` and is not Netscape for a browser of 2003, and computes fifty times
 * slower. Node has one from version 21 on. So this is said before that client is loaded.
 */
const navigator: unknown = Reflect.get(globalThis, 'navigator');
if (typeof navigator === 'object' && navigator !== null) {
  Object.defineProperty(navigator, 'appName', { value: 'Netscape', configurable: true });
}

export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import('amazon-cognito-identity-js');
