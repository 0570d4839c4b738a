import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { checkPassword, mustChoosePassword, setPassword } from './passwords.js';
import { type AppClient, findUser, newId, newUser, type PoolUser, srpNameOf, type UserPool } from './pool.js';
import { invalidParameter, notAuthorized, resourceNotFound, tooLong, userNotFound } from './protocol.js';
import { describeClient } from './settings.js';
import { isProof, startExchange, toHex } from './srp.js';
import { mintTokens, type TokenDeps } from './tokens.js';
import { invokeTrigger } from './triggers.js';

const resultGuard = z.object({
  challengeName: z.string(),
  challengeResult: z.boolean(),
  challengeMetadata: z.string().nullable(),
});

const sessionGuard = z.object({
  id: z.string(),
  clientId: z.string(),
  username: z.string(),
  expiresAt: z.number(),
  expected: z.enum(['PASSWORD_VERIFIER', 'NEW_PASSWORD_REQUIRED', 'CUSTOM_CHALLENGE']),
  secretBlock: z.string().nullable(),
  history: z.array(resultGuard),
  privateChallengeParameters: z.record(z.string(), z.string()),
  challengeMetadata: z.string().nullable(),
});

/** State between two calls of a sign-in. The client carries it as a sealed text. */
export type Session = z.infer<typeof sessionGuard>;

export type ChallengeResult = z.infer<typeof resultGuard>;

/**
 * Maximum length of a session text that the API accepts. Cognito nevertheless issues longer ones (amplify-js issue
 * 14411).
 */
const SESSION_MAX_CHARACTERS = 8192;

/** Seals a session as text. The length of the text grows with the challenge parameters of the triggers. */
const sealSession = (
  { pool, client, user }: At,
  now: number,
  session: Pick<Session, 'expected' | 'history'> & Partial<Session>,
): Promise<string> =>
  new EncryptJWT({
    secretBlock: null,
    privateChallengeParameters: {},
    challengeMetadata: null,
    ...session,
    id: newId(8),
    clientId: client.id,
    username: user.username,
    expiresAt: now + Number(describeClient(pool, client).AuthSessionValidity) * 60_000,
  })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(pool.sessionKey);

/** Opens a session. Each session can be opened once. */
async function takeSession(pool: UserPool, text: string | undefined, clientId: string, now: number): Promise<Session> {
  if (text === undefined) throw invalidParameter('Missing required parameter Session');
  if (text.length > SESSION_MAX_CHARACTERS) throw tooLong('session', SESSION_MAX_CHARACTERS);
  const opened = await jwtDecrypt(text, pool.sessionKey).catch(() => null);
  const session = sessionGuard.safeParse(opened?.payload).data;
  if (session === undefined || session.clientId !== clientId || pool.usedSessions.has(session.id)) {
    throw notAuthorized('Invalid session for the user.');
  }
  pool.usedSessions.add(session.id);
  if (session.expiresAt <= now) throw notAuthorized('Invalid session for the user, session is expired.');
  return session;
}

/** Longest value in the maps below: the API's limit for StringType. */
const STRING_MAX_CHARACTERS = 131_072;

const mapGuard = z.record(z.string(), z.string().nullable());
const startGuard = z.object({
  AuthFlow: z.string(),
  ClientId: z.string(),
  AuthParameters: mapGuard.default({}),
  ClientMetadata: z.record(z.string(), z.string()).optional(),
});
const respondGuard = z.object({
  ChallengeName: z.string(),
  ClientId: z.string(),
  Session: z.string().min(20).optional(),
  ChallengeResponses: mapGuard.default({}),
  ClientMetadata: z.record(z.string(), z.string()).optional(),
});

function checkLengths(member: string, map: Record<string, string | null> | undefined): void {
  for (const value of Object.values(map ?? {})) {
    if ((value?.length ?? 0) > STRING_MAX_CHARACTERS) throw tooLong(member, STRING_MAX_CHARACTERS);
  }
}

/** Sign-in in one pool with one app client. */
interface At {
  readonly pool: UserPool;
  readonly client: AppClient;
  readonly user: PoolUser;
}

/** Returns what the challenge triggers learn about a user. Nothing, if "prevent user existence errors" invented the user. */
const personOf = (pool: UserPool, { username, attributes, status }: PoolUser) =>
  pool.users.has(username)
    ? { userAttributes: { ...Object.fromEntries(attributes), 'cognito:user_status': status } }
    : { userAttributes: {}, userNotFound: true };

/**
 * Invents a user for a name that no user has. The client must not learn that, so the challenge triggers are invoked.
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html
 */
const inventUser = (username: string): PoolUser => newUser(username, { status: 'CONFIRMED' });

const passed = (challengeName: string): ChallengeResult => ({
  challengeName,
  challengeResult: true,
  challengeMetadata: null,
});

/**
 * Signs users in by custom authentication, with the password checked by SRP or without a password, or by the password
 * alone. Other flows and second factors are not simulated.
 * @see
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
 */
export function createSignIn(pools: ReadonlyMap<string, UserPool>, deps: TokenDeps) {
  const findClient = (clientId: string, poolId: string | null): { pool: UserPool; client: AppClient } => {
    for (const pool of poolId === null ? pools.values() : [pools.get(poolId)]) {
      const client = pool?.clients.get(clientId);
      if (pool !== undefined && client !== undefined) return { pool, client };
    }
    throw resourceNotFound(`User pool client ${clientId} does not exist.`);
  };

  const requireUser = (pool: UserPool, client: AppClient, username: string | null | undefined): PoolUser => {
    if (!username) throw invalidParameter('Missing required parameter USERNAME');
    const user = findUser(pool, username);
    if (user === undefined) {
      throw client.settings.PreventUserExistenceErrors === 'ENABLED' ? notAuthorized() : userNotFound();
    }
    if (!user.enabled) throw notAuthorized('User is disabled.');
    return user;
  };

  const startSrp = ({ pool, client, user }: At, publicValue: string) => {
    const { username, password } = user;
    if (password === null) throw notAuthorized();
    const exchange = startExchange(publicValue, { username, clientId: client.id, password });
    if (exchange === null) throw invalidParameter('Missing or invalid parameter SRP_A');
    const secretBlock = Buffer.from(newId(64), 'hex').toString('base64');
    pool.srpExchanges.set(secretBlock, exchange);
    const parameters = {
      USERNAME: username,
      USER_ID_FOR_SRP: username,
      SALT: toHex(password.salt),
      SRP_B: toHex(exchange.B),
      SECRET_BLOCK: secretBlock,
    };
    return { secretBlock, parameters };
  };

  const finishSrp = (pool: UserPool, clientId: string, responses: Record<string, string | null>): void => {
    const secretBlock = responses.PASSWORD_CLAIM_SECRET_BLOCK ?? '';
    const exchange = pool.srpExchanges.get(secretBlock);
    pool.srpExchanges.delete(secretBlock);
    const timestamp = responses.TIMESTAMP ?? '';
    if (!/^[A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}$/.test(timestamp)) {
      throw invalidParameter('TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.');
    }
    const claim = { secretBlock, timestamp, signature: responses.PASSWORD_CLAIM_SIGNATURE ?? '' };
    const isRight =
      exchange !== undefined && exchange.clientId === clientId && isProof(exchange, srpNameOf(pool), claim);
    if (!isRight || responses.USERNAME !== exchange.username) throw notAuthorized();
  };

  const signInWith = async ({ pool, client, user }: At, source: string): Promise<unknown> => ({
    ChallengeParameters: {},
    AuthenticationResult: await mintTokens(pool, { user, client, source, clientMetadata: undefined }, deps),
  });

  /** Asks for a password in place of a temporary one. AWS does not document what the define trigger then gets. */
  const askNewPassword = async (at: At, history: ChallengeResult[]) => ({
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    ChallengeParameters: {
      USER_ID_FOR_SRP: at.user.username,
      requiredAttributes: '[]',
      userAttributes: JSON.stringify(Object.fromEntries(at.user.attributes)),
    },
    Session: await sealSession(at, deps.now(), { expected: 'NEW_PASSWORD_REQUIRED', history }),
  });

  const initiateByPassword = (at: At, password: string): unknown => {
    checkPassword(at.pool, at.user, password);
    return mustChoosePassword(at.pool, at.user, deps.now())
      ? askNewPassword(at, [])
      : signInWith(at, 'TokenGeneration_Authentication');
  };

  /** Invokes the define trigger and follows its decision: tokens, another challenge, or failure. */
  const advance = async (
    at: At,
    history: ChallengeResult[],
    context: { clientMetadata: Record<string, string> | undefined; srpPublicValue: string | null },
  ): Promise<unknown> => {
    const { pool, client, user } = at;
    const { username } = user;
    const request = {
      ...personOf(pool, user),
      session: history.map(({ challengeMetadata, ...result }) =>
        result.challengeName === 'CUSTOM_CHALLENGE' ? { ...result, challengeMetadata } : result,
      ),
      ...(context.clientMetadata === undefined ? {} : { clientMetadata: context.clientMetadata }),
    };
    const call = { user, clientId: client.id };
    const define = { ...call, name: 'DefineAuthChallenge', source: 'DefineAuthChallenge_Authentication' } as const;
    const defined = await invokeTrigger(pool, { ...define, request }, deps);
    if (defined.failAuthentication === true) throw notAuthorized();
    if (defined.issueTokens === true) {
      if (!pool.users.has(username)) throw notAuthorized();
      const sign = { user, client, source: 'TokenGeneration_Authentication', clientMetadata: context.clientMetadata };
      return { ChallengeParameters: {}, AuthenticationResult: await mintTokens(pool, sign, deps) };
    }
    if (defined.challengeName === 'PASSWORD_VERIFIER') {
      if (context.srpPublicValue === null) throw invalidParameter('Custom auth lambda trigger has no SRP_A to verify.');
      const { secretBlock, parameters } = startSrp(at, context.srpPublicValue);
      const Session = await sealSession(at, deps.now(), { expected: 'PASSWORD_VERIFIER', history, secretBlock });
      return { ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeParameters: parameters };
    }
    if (defined.challengeName !== 'CUSTOM_CHALLENGE') {
      throw invalidParameter(`Challenge ${defined.challengeName} is not supported by the simulator.`);
    }
    const create = { ...call, name: 'CreateAuthChallenge', source: 'CreateAuthChallenge_Authentication' } as const;
    const asked = { ...request, challengeName: 'CUSTOM_CHALLENGE' };
    const created = await invokeTrigger(pool, { ...create, request: asked }, deps);
    const Session = await sealSession(at, deps.now(), {
      expected: 'CUSTOM_CHALLENGE',
      history,
      privateChallengeParameters: created.privateChallengeParameters ?? {},
      challengeMetadata: created.challengeMetadata ?? null,
    });
    const parameters = { ...created.publicChallengeParameters, USERNAME: username };
    return { ChallengeName: 'CUSTOM_CHALLENGE', Session, ChallengeParameters: parameters };
  };

  return {
    async initiate(body: unknown, poolId: string | null): Promise<unknown> {
      const { AuthFlow, ClientId, AuthParameters, ClientMetadata } = startGuard.parse(body);
      checkLengths('authParameters', AuthParameters);
      checkLengths('clientMetadata', ClientMetadata);
      const { pool, client } = findClient(ClientId, poolId);
      if (AuthFlow !== 'CUSTOM_AUTH' && AuthFlow !== 'USER_PASSWORD_AUTH')
        throw invalidParameter(`Flow ${AuthFlow} is not supported by the simulator.`);
      if (!describeClient(pool, client).ExplicitAuthFlows.includes(`ALLOW_${AuthFlow}`)) {
        throw invalidParameter(`${AuthFlow} flow not enabled for this client`);
      }
      const isInvented =
        AuthFlow === 'CUSTOM_AUTH' &&
        client.settings.PreventUserExistenceErrors === 'ENABLED' &&
        findUser(pool, AuthParameters.USERNAME ?? '') === undefined;
      const user = isInvented
        ? inventUser(AuthParameters.USERNAME ?? '')
        : requireUser(pool, client, AuthParameters.USERNAME);
      if (AuthFlow === 'USER_PASSWORD_AUTH')
        return initiateByPassword({ pool, client, user }, AuthParameters.PASSWORD ?? '');
      const isSrp = AuthParameters.CHALLENGE_NAME === 'SRP_A';
      // ClientMetadata of InitiateAuth does not reach the challenge triggers.
      const context = { clientMetadata: undefined, srpPublicValue: isSrp ? (AuthParameters.SRP_A ?? '') : null };
      return advance({ pool, client, user }, isSrp ? [passed('SRP_A')] : [], context);
    },

    async respond(body: unknown): Promise<unknown> {
      const { ChallengeName, ClientId, Session, ChallengeResponses, ClientMetadata } = respondGuard.parse(body);
      checkLengths('challengeResponses', ChallengeResponses);
      checkLengths('clientMetadata', ClientMetadata);
      const { pool, client } = findClient(ClientId, null);
      const session = await takeSession(pool, Session, client.id, deps.now());
      if (session.expected !== ChallengeName) throw notAuthorized('Invalid session for the user.');
      const user = pool.users.get(session.username) ?? inventUser(session.username);
      if (ChallengeResponses.USERNAME !== session.username) throw notAuthorized();
      const at = { pool, client, user };
      const context = { clientMetadata: ClientMetadata, srpPublicValue: null };
      if (ChallengeName === 'PASSWORD_VERIFIER') {
        if (ChallengeResponses.PASSWORD_CLAIM_SECRET_BLOCK !== session.secretBlock) throw notAuthorized();
        finishSrp(pool, client.id, ChallengeResponses);
        const history = [...session.history, passed(ChallengeName)];
        return mustChoosePassword(pool, user, deps.now()) ? askNewPassword(at, history) : advance(at, history, context);
      }
      if (ChallengeName === 'NEW_PASSWORD_REQUIRED') {
        const password = ChallengeResponses.NEW_PASSWORD ?? '';
        setPassword(pool, user, { password, permanent: true, now: deps.now() });
        if (session.history.length > 0) return advance(at, session.history, context);
        return signInWith(at, 'TokenGeneration_NewPasswordChallenge');
      }
      const answer = ChallengeResponses.ANSWER;
      if (typeof answer !== 'string') throw invalidParameter('Missing required parameter ANSWER');
      const { challengeMetadata, privateChallengeParameters } = session;
      const request = {
        ...personOf(pool, user),
        privateChallengeParameters,
        challengeAnswer: answer,
        ...(ClientMetadata === undefined ? {} : { clientMetadata: ClientMetadata }),
      };
      const source = 'VerifyAuthChallengeResponse_Authentication';
      const call = { name: 'VerifyAuthChallengeResponse', source, user, clientId: client.id, request } as const;
      const { answerCorrect } = await invokeTrigger(pool, call, deps);
      const result = { challengeName: ChallengeName, challengeResult: answerCorrect === true, challengeMetadata };
      return advance(at, [...session.history, result], context);
    },
  };
}
