/** A Lambda handler: takes Cognito's event and gives it back with `response` filled in. It never throws. */
export type Handler = (event: unknown) => Promise<{ readonly [name: string]: unknown }>;

/** The function for `DefineAuthChallenge`. */
export declare const defineAuthChallenge: Handler;

/** The function for `CreateAuthChallenge`. */
export declare const createAuthChallenge: Handler;

/** The function for `VerifyAuthChallengeResponse`. */
export declare const verifyAuthChallengeResponse: Handler;

/** The function for `PreTokenGeneration`, of any version of its event. */
export declare const preTokenGeneration: Handler;
