/** A Lambda handler: takes Cognito's event and gives it back with `response` filled in. It never throws. */
export type Handler = (event: unknown) => Promise<{ readonly [name: string]: unknown }>;

/**
 * The function for `DefineAuthChallenge`.
 * @example
 * const { response } = await defineAuthChallenge(event);
 */
export declare const defineAuthChallenge: Handler;

/**
 * The function for `CreateAuthChallenge`.
 * @example
 * const { response } = await createAuthChallenge(event);
 */
export declare const createAuthChallenge: Handler;

/**
 * The function for `VerifyAuthChallengeResponse`.
 * @example
 * const { response } = await verifyAuthChallengeResponse(event);
 */
export declare const verifyAuthChallengeResponse: Handler;

/**
 * The function for `PreTokenGeneration`, of any version of its event.
 * @example
 * // A function of your own may change the event before or after it.
 * const handler = async (event) => ({ ...(await preTokenGeneration(event)), version: event.version });
 * const { response } = await handler(event);
 */
export declare const preTokenGeneration: Handler;
