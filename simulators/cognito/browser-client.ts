/*
 * AWS's browser client computes fifty times slower with any `navigator` that is not Netscape. Node has a `navigator`
 * from version 21 on, so set it before the client loads.
 */
const navigator: unknown = Reflect.get(globalThis, 'navigator');
if (typeof navigator === 'object' && navigator !== null) {
  Object.defineProperty(navigator, 'appName', { value: 'Netscape', configurable: true });
}

export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import('amazon-cognito-identity-js');
