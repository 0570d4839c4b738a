import { fileURLToPath } from 'node:url';
import type { LambdaService } from './lambda.js';
import type { UserPool } from './pool.js';

/** Returns the simulator's address of a call to Lambda or CloudWatch. */
export const atSimulator = (url: string, simulator: string): string =>
  url.replace(/^https:\/\/(?:lambda|logs)\.eu-central-1\.amazonaws\.com/, simulator);

/** Exported functions of the triggers, by the pool's name for the trigger. */
const handlers = {
  DefineAuthChallenge: 'defineAuthChallenge',
  CreateAuthChallenge: 'createAuthChallenge',
  VerifyAuthChallengeResponse: 'verifyAuthChallengeResponse',
  PreTokenGeneration: 'preTokenGeneration',
} as const;

export const arnOf = (handler: string): string =>
  `arn:aws:lambda:eu-central-1:123456789012:function:facestep-${handler}`;

/** Value of the pool setting `LambdaConfig`. */
export const lambdaConfig = Object.fromEntries(
  Object.entries(handlers).map(([trigger, name]) => [trigger, arnOf(name)]),
);

/** Value of the connection setting `triggers.functions`. */
export const triggerFunctions = Object.fromEntries(Object.values(handlers).map((name) => [name, arnOf(name)]));

const triggersFile = fileURLToPath(new URL('../../triggers/index.js', import.meta.url));

/** Deploys the trigger functions for a pool, as `serverless.yml` does: all of them with the same environment. */
export function deployTriggers(
  lambda: LambdaService,
  pool: UserPool,
  given: {
    readonly connection: string;
    readonly publicUrl: string;
    readonly clientIds: readonly string[];
    readonly requestSecret: string;
    /** JSON Web Key Set of the server's public keys, because the functions verify receipts offline. */
    readonly receiptKeys: string;
    /** Variables that differ from the usual ones. */
    readonly environment?: Readonly<Record<string, string>>;
    readonly file?: string;
  },
): void {
  const { file = triggersFile } = given;
  const environment = {
    FACESTEP_CONNECTION: given.connection,
    FACESTEP_MODE: 'enforce',
    FACESTEP_PUBLIC_URL: given.publicUrl,
    FACESTEP_USER_POOL_ID: pool.id,
    FACESTEP_CLIENT_IDS: given.clientIds.join(','),
    FACESTEP_REQUEST_SECRET: given.requestSecret,
    FACESTEP_RECEIPT_KEYS: given.receiptKeys,
    ...given.environment,
  };
  for (const handler of Object.values(handlers)) {
    lambda.functions.set(arnOf(handler), { file, handler, environment, sourceArns: [pool.arn] });
  }
}
