/*
 * AWS's browser client treats any `navigator` that is not Netscape as a browser of 2003 and computes fifty times
 * slower. Node has a `navigator` from version 21 on, so set it before the client loads.
 */
const navigator: unknown = Reflect.get(globalThis, 'navigator');
if (typeof navigator === 'object' && navigator !== null) {
  Object.defineProperty(navigator, 'appName', { value: 'Netscape', configurable: true });
}

export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import('amazon-cognito-identity-js');
