import { randomBytes } from 'node:crypto';
import { createCognitoTriggers, type Trigger, type TriggerName } from '../adapters/cognito/flow.js';
import {
  keepGroups,
  refuseCreate,
  refuseDefine,
  refusePreToken,
  refuseVerify,
  type TriggerReply,
} from '../adapters/cognito/reply.js';
import { defaultAttribute, triggerSettingsGuard } from '../adapters/cognito/trigger-settings.js';
import { toConfigError, toDottedPath } from '../src/config/problem.js';
import { type JsonObject, parseJson } from '../src/core/base/json.js';
import type { Clock, Log, Random } from '../src/core/ports.js';
import { epochMs } from '../src/core/units.js';
import { FaceError, toCode } from '../src/errors.js';

/*
 * Lambda functions of a Cognito user pool: four handlers in one bundle. No handler throws, because Cognito shows the
 * messages of errors to the user.
 */

// Only this module uses these global functions. Other modules receive them as arguments.
const clock: Clock = { now: () => epochMs(Date.now()) };
const random: Random = (bytes) => randomBytes(bytes);

/** Logs one line of JSON, which Lambda reads from standard output. */
const write = (level: string) => (message: string, fields?: JsonObject) =>
  void process.stdout.write(`${JSON.stringify({ level, message, ...fields })}\n`);
const log: Log = { info: write('info'), warn: write('warn'), error: write('error') };

const variables = {
  connection: 'FACESTEP_CONNECTION',
  issuer: 'FACESTEP_PUBLIC_URL',
  userPoolId: 'FACESTEP_USER_POOL_ID',
  clientIds: 'FACESTEP_CLIENT_IDS',
  attribute: 'FACESTEP_ATTRIBUTE',
  requestSecret: 'FACESTEP_REQUEST_SECRET',
  receiptKeys: 'FACESTEP_RECEIPT_KEYS',
  mode: 'FACESTEP_MODE',
  passwordless: 'FACESTEP_PASSWORDLESS',
} as const;

const toVariable = (path: readonly PropertyKey[]): string =>
  Object.entries(variables).find(([setting]) => setting === path[0])?.[1] ?? toDottedPath(path);

function loadTriggers(env: NodeJS.ProcessEnv): Readonly<Record<TriggerName, Trigger>> {
  const given = Object.entries(variables).flatMap(([setting, variable]) => {
    const text = env[variable];
    if (!text) return [];
    if (setting === 'clientIds') return [[setting, text.split(',').map((id) => id.trim())]];
    return [[setting, setting === 'receiptKeys' ? parseJson(text) : text]];
  });
  const parsed = triggerSettingsGuard.safeParse(Object.fromEntries(given));
  if (!parsed.success) {
    throw toConfigError(parsed.error.issues.map(({ path, message }) => ({ path: toVariable(path), reason: message })));
  }
  return createCognitoTriggers({ settings: parsed.data, clock, random, log });
}

/** Returns `null` if the environment is invalid; every function then refuses. */
function tryLoadTriggers(): Readonly<Record<TriggerName, Trigger>> | null {
  try {
    return loadTriggers(process.env);
  } catch (error) {
    log.error('triggers not configured', {
      code: toCode(error),
      ...(error instanceof FaceError ? { detail: error.detail } : {}),
    });
    return null;
  }
}

const triggers = tryLoadTriggers();

type Handler = (event: unknown) => Promise<JsonObject>;

const toHandler = (name: TriggerName, refuseUnconfigured: Trigger['refuse']): Handler => {
  const ask = async (event: unknown): Promise<TriggerReply> => {
    if (triggers === null) return refuseUnconfigured('config_invalid');
    try {
      return await triggers[name].handle(new TextEncoder().encode(JSON.stringify(event)));
    } catch (error) {
      const code = toCode(error);
      const detail = error instanceof FaceError ? { detail: error.detail } : {};
      log[code === 'internal' ? 'error' : 'warn']('trigger refused', { trigger: name, code, ...detail });
      return triggers[name].refuse(code);
    }
  };
  return async (event) => ({
    ...(typeof event === 'object' ? event : null),
    ...keepGroups(event, await ask(event)).body,
  });
};

export const defineAuthChallenge = toHandler('define-auth-challenge', refuseDefine);

export const createAuthChallenge = toHandler('create-auth-challenge', refuseCreate);

export const verifyAuthChallengeResponse = toHandler('verify-auth-challenge', refuseVerify);

export const preTokenGeneration = toHandler('pre-token-generation', refusePreToken(defaultAttribute));
