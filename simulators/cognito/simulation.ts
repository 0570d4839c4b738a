import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { z } from 'zod';
import type { JsonObject } from '../../src/core/base/json.js';
import type { StartSimulation } from '../simulation.js';
import { loseIn, simulatedGroup, simulatedLogins, toShownToken, withoutTokens } from '../simulation.js';
import { type BrowserSignIn, createBrowserSignIn } from './browser-sign-in.js';
import { arnOf, deployTriggers, triggerFunctions } from './deploy.js';
import { startCognitoSimulator } from './index.js';
import type { PoolUser } from './pool.js';

const password = 'First-factor-1';

/** Time limit for an answer of the server, in milliseconds. */
const answerMs = 3_000;
const pollMs = 500;

const parametersGuard = z.record(z.string(), z.json());
const subjectGuard = z.object({ UserAttributes: z.array(z.object({ Name: z.string(), Value: z.string() })) });

/** Starts a Cognito user pool with the deployed triggers, for `facestep simulate cognito`. */
export const startCognitoSimulation: StartSimulation = async ({ port, connection, serverUrl }) => {
  const cognito = await startCognitoSimulator({ port });
  // Functions are deployed once the server is there; until then their configuration is unreadable.
  cognito.lambda.isReadable = false;
  const pool = await cognito.createPool();
  const credentials = {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(24).toString('base64url'),
  };
  // Pass a copy, because the SDK modifies this object.
  const aws = new CognitoIdentityProviderClient({
    region: cognito.region,
    endpoint: cognito.url,
    credentials: { ...credentials },
  });
  const { UserPoolClient } = await aws.send(
    new CreateUserPoolClientCommand({
      UserPoolId: pool.id,
      ClientName: 'Application',
      ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'],
      PreventUserExistenceErrors: 'ENABLED',
      AuthSessionValidity: 15,
    }),
  );
  const clientId = UserPoolClient?.ClientId ?? '';
  const users = await Promise.all(
    simulatedLogins.map(async (login) => {
      const user = { UserPoolId: pool.id, Username: login };
      await aws.send(new AdminCreateUserCommand(user));
      await aws.send(new AdminSetUserPasswordCommand({ ...user, Password: password, Permanent: true }));
      const { UserAttributes } = subjectGuard.parse(await aws.send(new AdminGetUserCommand(user)));
      return { login, subject: UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? '' };
    }),
  );

  pool.groups.set(simulatedGroup, new Set([simulatedLogins[0]]));

  const requestSecret = randomBytes(32).toString('base64url');
  /** Deploys the functions with the server's current public keys, because the functions verify receipts offline. */
  const deploy = async (): Promise<boolean> => {
    const keys = await fetch(`${serverUrl}/.well-known/jwks.json`, { signal: AbortSignal.timeout(answerMs) }).then(
      (response) => response.text(),
      () => null,
    );
    if (keys === null) return false;
    // Provisioning may have changed the mode.
    const deployed = cognito.lambda.functions.get(arnOf('defineAuthChallenge'))?.environment;
    deployTriggers(cognito.lambda, pool, {
      connection,
      publicUrl: serverUrl,
      clientIds: [clientId],
      requestSecret,
      receiptKeys: keys,
      environment: { ...deployed, FACESTEP_RECEIPT_KEYS: keys },
    });
    cognito.lambda.isReadable = true;
    return true;
  };
  const closed = new AbortController();
  const deployOnce = async (): Promise<void> => {
    while (!(closed.signal.aborted || (await deploy())))
      await delay(pollMs, undefined, { signal: closed.signal }).catch(() => {});
  };
  const deployed = deployOnce();

  const challenged = new Map<string, ReturnType<typeof createBrowserSignIn>>();
  const show = (session: string, result: BrowserSignIn): JsonObject => {
    if (result.kind === 'challenge')
      return { signedIn: false, session, challenge: parametersGuard.parse(result.parameters) };
    challenged.delete(session);
    if (result.kind === 'failed') return { signedIn: false, error: result.message };
    return {
      signedIn: true,
      ...toShownToken('accessToken', result.session.getAccessToken().getJwtToken()),
      ...toShownToken('idToken', result.session.getIdToken().getJwtToken()),
    };
  };

  return {
    title: 'Cognito user pool',
    url: cognito.url,
    settings: {
      userPoolId: pool.id,
      clientIds: [clientId],
      credentials: { kind: 'static', ...credentials },
      endpoint: cognito.url,
      triggers: { requestSecret, functions: triggerFunctions },
    },
    application: clientId,
    // The SDK reads these variables, so that the server finds the functions and their logs.
    environment: { AWS_ENDPOINT_URL_LAMBDA: cognito.url, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: cognito.url },
    users,
    faceCheck: 'challenge',
    async signIn(login, answer) {
      if (!(await deploy())) return { signedIn: false, error: `the server is not at ${serverUrl}` };
      if (answer === null) {
        const session = randomBytes(16).toString('base64url');
        const signIn = createBrowserSignIn(
          { userPoolId: pool.id, clientId, endpoint: cognito.url },
          { login, password },
        );
        challenged.set(session, signIn);
        return show(session, await signIn.start());
      }
      const signIn = challenged.get(answer.session);
      if (signIn?.login !== login) return { signedIn: false, error: 'no such session' };
      return show(answer.session, await signIn.answer(answer.receipt));
    },
    lose(subject, lost) {
      const username = [...pool.users.values()].find(({ sub }) => sub === subject)?.username ?? '';
      const withoutToken = ({ attributes }: PoolUser) =>
        new Map(Object.entries(withoutTokens(Object.fromEntries(attributes))));
      return loseIn(pool.users, username, lost, (user) => ({ ...user, attributes: withoutToken(user) }));
    },
    async close() {
      closed.abort();
      await deployed;
      aws.destroy();
      await cognito.close();
    },
  };
};
