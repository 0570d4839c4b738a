import type { IAuthenticationCallback, ICognitoStorage } from 'amazon-cognito-identity-js';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from '../../simulators/cognito/browser-sign-in.js';

export type ChallengeParameters = Readonly<Record<string, string>>;

export interface ChallengeAnswer {
  readonly answer: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export type SignInResult =
  | { readonly ok: true; readonly idToken: string; readonly accessToken: string; readonly refreshToken: string }
  | { readonly ok: false; readonly code: string; readonly message: string };

const createStorage = (): ICognitoStorage => {
  const items = new Map<string, string>();
  return {
    setItem: (key, value) => void items.set(key, value),
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  };
};

/** Signs in with AWS's browser client: SRP, then each custom challenge. */
export function signIn(
  at: { readonly endpoint: string; readonly userPoolId: string; readonly clientId: string },
  { username, password, flow = 'CUSTOM_AUTH' }: { username: string; password: string; flow?: string },
  answer: (challenge: ChallengeParameters, attempt: number) => Promise<ChallengeAnswer>,
): Promise<SignInResult> {
  const Storage = createStorage();
  const Pool = new CognitoUserPool({
    UserPoolId: at.userPoolId,
    ClientId: at.clientId,
    endpoint: at.endpoint,
    Storage,
  });
  const user = new CognitoUser({ Username: username, Pool, Storage });
  user.setAuthenticationFlowType(flow);
  return new Promise((resolve, reject) => {
    let attempt = 0;
    const callbacks: IAuthenticationCallback = {
      onSuccess: (session) =>
        resolve({
          ok: true,
          idToken: session.getIdToken().getJwtToken(),
          accessToken: session.getAccessToken().getJwtToken(),
          refreshToken: session.getRefreshToken().getToken(),
        }),
      onFailure: ({ code, message }) => resolve({ ok: false, code: String(code), message: String(message) }),
      // Reuses the password, whose value does not matter here.
      newPasswordRequired: () => user.completeNewPasswordChallenge(password, {}, callbacks),
      customChallenge: (challenge: ChallengeParameters) => {
        attempt += 1;
        answer(challenge, attempt).then(
          (given) => user.sendCustomChallengeAnswer(given.answer, callbacks, { ...given.metadata }),
          reject,
        );
      },
    };
    user.authenticateUser(new AuthenticationDetails({ Username: username, Password: password }), callbacks);
  });
}
