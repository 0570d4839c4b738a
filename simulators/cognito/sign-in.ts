import { z } from 'zod';
import { invalidParameter, notAuthorized, resourceNotFound, tooLong, userNotFound } from './errors.js';
import { type AppClient, findUser, newId, type PoolUser, setPassword, srpNameOf, type UserPool } from './pool.js';
import { type ChallengeResult, type Session, sealSession, takeSession } from './sessions.js';
import { describeClient } from './settings.js';
import { createDecoy, isProof, isVerifierOf, startExchange, toHex } from './srp.js';
import { mintTokens, type TokenDeps } from './tokens.js';
import { invokeTrigger } from './triggers.js';

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

interface Person {
  readonly username: string;
  /** `null` if there is no such user. The client must not learn this. */
  readonly user: PoolUser | null;
}

const flowOf: Readonly<Record<string, string>> = {
  CUSTOM_AUTH: 'ALLOW_CUSTOM_AUTH',
  USER_SRP_AUTH: 'ALLOW_USER_SRP_AUTH',
  USER_PASSWORD_AUTH: 'ALLOW_USER_PASSWORD_AUTH',
  ADMIN_USER_PASSWORD_AUTH: 'ALLOW_ADMIN_USER_PASSWORD_AUTH',
  REFRESH_TOKEN_AUTH: 'ALLOW_REFRESH_TOKEN_AUTH',
  REFRESH_TOKEN: 'ALLOW_REFRESH_TOKEN_AUTH',
};

/**
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

  const findPerson = (pool: UserPool, client: AppClient, username: string | null | undefined): Person => {
    if (!username) throw invalidParameter('Missing required parameter USERNAME');
    const user = findUser(pool, username) ?? null;
    if (user === null && client.settings.PreventUserExistenceErrors !== 'ENABLED') throw userNotFound();
    if (user !== null && !user.enabled) throw notAuthorized('User is disabled.');
    return { username: user?.username ?? username, user };
  };

  const attributesOf = ({ user }: Person) =>
    user === null ? {} : { ...Object.fromEntries(user.attributes), 'cognito:user_status': user.status };

  const issue = async (
    pool: UserPool,
    client: AppClient,
    user: PoolUser,
    source: string,
    clientMetadata?: Record<string, string>,
    refreshToken?: string,
  ) => ({
    ChallengeParameters: {},
    AuthenticationResult: await mintTokens(
      pool,
      { user, client, source, clientMetadata, ...(refreshToken === undefined ? {} : { refreshToken }) },
      deps,
    ),
  });

  const startSrp = (pool: UserPool, client: AppClient, person: Person, publicValue: string | null | undefined) => {
    const { username, user } = person;
    const password = user?.password ?? createDecoy(pool.sessionKey, username);
    const who = { username, clientId: client.id, password, isDecoy: user?.password == null };
    const exchange = startExchange(publicValue ?? '', who);
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

  const finishSrp = (pool: UserPool, clientId: string, responses: Record<string, string | null>): string => {
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
    return exchange.username;
  };

  const isPassword = (pool: UserPool, user: PoolUser | null, password: string | null | undefined): boolean => {
    if (user?.password == null || !password) return false;
    return isVerifierOf(user.password, srpNameOf(pool), user.username, password);
  };

  /** Invokes the define trigger and follows its decision: tokens, another challenge, or failure. */
  const advance = async (
    pool: UserPool,
    client: AppClient,
    person: Person,
    history: readonly ChallengeResult[],
    context: { clientMetadata: Record<string, string> | undefined; srpPublicValue: string | null },
  ): Promise<unknown> => {
    const { username, user } = person;
    const request = {
      userAttributes: attributesOf(person),
      session: history.map(({ challengeMetadata, ...result }) =>
        result.challengeName === 'CUSTOM_CHALLENGE' ? { ...result, challengeMetadata } : result,
      ),
      ...(context.clientMetadata === undefined ? {} : { clientMetadata: context.clientMetadata }),
      ...(user === null ? { userNotFound: true } : {}),
    };
    const call = { user: { username }, clientId: client.id };
    const defined = await invokeTrigger(
      pool,
      { ...call, name: 'DefineAuthChallenge', source: 'DefineAuthChallenge_Authentication', request },
      deps,
    );
    if (defined.failAuthentication === true) throw notAuthorized();
    if (defined.issueTokens === true) {
      if (user === null) throw notAuthorized();
      return issue(pool, client, user, 'TokenGeneration_Authentication', context.clientMetadata);
    }
    const expiresAt = deps.now() + Number(describeClient(pool, client).AuthSessionValidity) * 60_000;
    const session = { clientId: client.id, username, userNotFound: user === null, expiresAt, history: [...history] };
    if (defined.challengeName === 'PASSWORD_VERIFIER') {
      if (context.srpPublicValue === null) throw invalidParameter('Custom auth lambda trigger has no SRP_A to verify.');
      const { secretBlock, parameters } = startSrp(pool, client, person, context.srpPublicValue);
      const rest = { secretBlock, privateChallengeParameters: {}, challengeMetadata: null };
      const Session = sealSession(pool, { ...session, ...rest, expected: 'PASSWORD_VERIFIER' });
      return { ChallengeName: 'PASSWORD_VERIFIER', Session, ChallengeParameters: parameters };
    }
    if (defined.challengeName !== 'CUSTOM_CHALLENGE') {
      throw invalidParameter(`Challenge ${defined.challengeName} is not supported by the simulator.`);
    }
    const created = await invokeTrigger(
      pool,
      {
        ...call,
        name: 'CreateAuthChallenge',
        source: 'CreateAuthChallenge_Authentication',
        request: { ...request, challengeName: 'CUSTOM_CHALLENGE' },
      },
      deps,
    );
    const Session = sealSession(pool, {
      ...session,
      expected: 'CUSTOM_CHALLENGE',
      secretBlock: null,
      privateChallengeParameters: created.privateChallengeParameters ?? {},
      challengeMetadata: created.challengeMetadata ?? null,
    });
    const parameters = { ...created.publicChallengeParameters, USERNAME: username };
    return { ChallengeName: 'CUSTOM_CHALLENGE', Session, ChallengeParameters: parameters };
  };

  /** Returns the challenge for users whom an administrator created with a temporary password. */
  const demandNewPassword = (pool: UserPool, session: Session, history: readonly ChallengeResult[]) => ({
    ChallengeName: 'NEW_PASSWORD_REQUIRED',
    Session: sealSession(pool, { ...session, history: [...history], expected: 'NEW_PASSWORD_REQUIRED' }),
    ChallengeParameters: { USER_ID_FOR_SRP: session.username, requiredAttributes: '[]', userAttributes: '{}' },
  });

  const personOf = (pool: UserPool, { username, userNotFound: isUnknown }: Session): Person => {
    const user = isUnknown ? null : (pool.users.get(username) ?? null);
    if (!isUnknown && user === null) throw notAuthorized();
    return { username, user };
  };

  return {
    async initiate(body: unknown, poolId: string | null): Promise<unknown> {
      const { AuthFlow, ClientId, AuthParameters, ClientMetadata } = startGuard.parse(body);
      checkLengths('authParameters', AuthParameters);
      checkLengths('clientMetadata', ClientMetadata);
      const { pool, client } = findClient(ClientId, poolId);
      const allowed = flowOf[AuthFlow];
      if (allowed === undefined) throw invalidParameter(`Flow ${AuthFlow} is not supported by the simulator.`);
      if (!describeClient(pool, client).ExplicitAuthFlows.includes(allowed)) {
        throw invalidParameter(`${AuthFlow} flow not enabled for this client`);
      }
      if (AuthFlow.startsWith('ADMIN_') && poolId === null)
        throw invalidParameter('Initiate Auth method not supported.');
      if (AuthFlow.startsWith('REFRESH_TOKEN')) {
        const held = pool.refreshTokens.get(AuthParameters.REFRESH_TOKEN ?? '');
        const user = held?.clientId === client.id ? pool.users.get(held.username) : undefined;
        if (user === undefined) throw notAuthorized('Invalid Refresh Token');
        const token = AuthParameters.REFRESH_TOKEN ?? '';
        return issue(pool, client, user, 'TokenGeneration_RefreshTokens', undefined, token);
      }
      const person = findPerson(pool, client, AuthParameters.USERNAME);
      if (AuthFlow === 'CUSTOM_AUTH') {
        const isSrp = AuthParameters.CHALLENGE_NAME === 'SRP_A';
        const first = { challengeName: 'SRP_A', challengeResult: true, challengeMetadata: null };
        // ClientMetadata of InitiateAuth does not reach the challenge triggers.
        const context = { clientMetadata: undefined, srpPublicValue: isSrp ? (AuthParameters.SRP_A ?? '') : null };
        return advance(pool, client, person, isSrp ? [first] : [], context);
      }
      if (AuthFlow === 'USER_SRP_AUTH') {
        const { parameters } = startSrp(pool, client, person, AuthParameters.SRP_A);
        return { ChallengeName: 'PASSWORD_VERIFIER', ChallengeParameters: parameters };
      }
      if (person.user === null || !isPassword(pool, person.user, AuthParameters.PASSWORD)) throw notAuthorized();
      return issue(pool, client, person.user, 'TokenGeneration_Authentication');
    },

    async respond(body: unknown, poolId: string | null): Promise<unknown> {
      const { ChallengeName, ClientId, Session, ChallengeResponses, ClientMetadata } = respondGuard.parse(body);
      checkLengths('challengeResponses', ChallengeResponses);
      checkLengths('clientMetadata', ClientMetadata);
      const { pool, client } = findClient(ClientId, poolId);
      if (ChallengeName === 'PASSWORD_VERIFIER' && Session === undefined) {
        // In USER_SRP_AUTH, the secret block contains the SRP exchange.
        const user = pool.users.get(finishSrp(pool, client.id, ChallengeResponses));
        if (user === undefined || user.status !== 'CONFIRMED') throw notAuthorized();
        return issue(pool, client, user, 'TokenGeneration_Authentication', ClientMetadata);
      }
      const session = takeSession(pool, Session, client.id, deps.now());
      if (session.expected !== ChallengeName) throw notAuthorized('Invalid session for the user.');
      const person = personOf(pool, session);
      if (ChallengeResponses.USERNAME !== session.username) throw notAuthorized();
      const context = { clientMetadata: ClientMetadata, srpPublicValue: null };
      if (ChallengeName === 'PASSWORD_VERIFIER') {
        if (ChallengeResponses.PASSWORD_CLAIM_SECRET_BLOCK !== session.secretBlock) throw notAuthorized();
        finishSrp(pool, client.id, ChallengeResponses);
        const proven = { challengeName: ChallengeName, challengeResult: true, challengeMetadata: null };
        const history = [...session.history, proven];
        if (person.user?.status !== 'FORCE_CHANGE_PASSWORD') return advance(pool, client, person, history, context);
        return demandNewPassword(pool, session, history);
      }
      if (ChallengeName === 'NEW_PASSWORD_REQUIRED') {
        if (person.user === null) throw notAuthorized();
        setPassword(pool, person.user, ChallengeResponses.NEW_PASSWORD ?? '', true);
        // Adds the password change to the challenge history that the triggers receive. Cognito does not document
        // whether it does so. This is the stricter assumption.
        const changed = { challengeName: ChallengeName, challengeResult: true, challengeMetadata: null };
        return advance(pool, client, person, [...session.history, changed], context);
      }
      const answer = ChallengeResponses.ANSWER;
      if (typeof answer !== 'string') throw invalidParameter('Missing required parameter ANSWER');
      const verified = await invokeTrigger(
        pool,
        {
          name: 'VerifyAuthChallengeResponse',
          source: 'VerifyAuthChallengeResponse_Authentication',
          user: { username: session.username },
          clientId: client.id,
          request: {
            userAttributes: attributesOf(person),
            privateChallengeParameters: session.privateChallengeParameters,
            challengeAnswer: answer,
            ...(ClientMetadata === undefined ? {} : { clientMetadata: ClientMetadata }),
            ...(person.user === null ? { userNotFound: true } : {}),
          },
        },
        deps,
      );
      const { challengeMetadata } = session;
      const result = {
        challengeName: ChallengeName,
        challengeResult: verified.answerCorrect === true,
        challengeMetadata,
      };
      return advance(pool, client, person, [...session.history, result], context);
    },
  };
}
