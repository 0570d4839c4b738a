import type { CognitoUser as BrowserUser, CognitoUserSession } from 'amazon-cognito-identity-js';

/*
 * AWS's browser client computes fifty times slower with any `navigator` that is not Netscape. Node has a `navigator`
 * from version 21 on, so set it before the client loads.
 */
const navigator: unknown = Reflect.get(globalThis, 'navigator');
if (typeof navigator === 'object' && navigator !== null) {
  Object.defineProperty(navigator, 'appName', { value: 'Netscape', configurable: true });
}

export const { AuthenticationDetails, CognitoUser, CognitoUserPool } = await import('amazon-cognito-identity-js');

/** Result of a step of a sign-in: tokens, a challenge, or a failure. */
export type BrowserSignIn =
  | { readonly kind: 'tokens'; readonly session: CognitoUserSession }
  | { readonly kind: 'challenge'; readonly parameters: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** Signs a user in by custom authentication. `answer` answers the challenge with a receipt. */
export function createBrowserSignIn(
  at: { readonly userPoolId: string; readonly clientId: string; readonly endpoint: string },
  { login, password }: { readonly login: string; readonly password: string },
) {
  const Pool = new CognitoUserPool({ UserPoolId: at.userPoolId, ClientId: at.clientId, endpoint: at.endpoint });
  const user: BrowserUser = new CognitoUser({ Username: login, Pool });
  user.setAuthenticationFlowType('CUSTOM_AUTH');
  const settle = (start: (callbacks: Parameters<BrowserUser['authenticateUser']>[1]) => void): Promise<BrowserSignIn> =>
    new Promise((resolve) =>
      start({
        onSuccess: (session) => resolve({ kind: 'tokens', session }),
        onFailure: ({ code, message }: { readonly code?: unknown; readonly message?: unknown }) =>
          resolve({ kind: 'failed', code: String(code), message: String(message) }),
        customChallenge: (parameters: unknown) => resolve({ kind: 'challenge', parameters }),
      }),
    );
  return {
    login,
    start: () =>
      settle((callbacks) =>
        user.authenticateUser(new AuthenticationDetails({ Username: login, Password: password }), callbacks),
      ),
    /**
     * The receipt is also sent as client metadata, because the triggers keep no state and derive the token's claims from
     * the receipt.
     */
    answer: (receipt: string) =>
      settle((callbacks) => user.sendCustomChallengeAnswer(receipt, callbacks, { face_receipt: receipt })),
  };
}
