import { GetFunctionConfigurationCommand, GetPolicyCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type Finding, fail, manual, pass } from '../../src/connections/provisioning.js';
import { parseJsonAs } from '../../src/core/base/json.js';
import { type ServiceFailure, toAccountOptions, toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';
import { defaultAttribute } from './trigger-settings.js';

type Deps = AdapterDeps<CognitoConnection>;

const unseen =
  'serverless.yml sets what is not looked at here: 5 seconds, which is what Cognito waits, three times at most.';

/** Checks that the deployed functions match the configuration. Findings omit the values of environment variables. */
export async function checkFunctions(deps: Deps): Promise<Finding> {
  const { functions } = deps.settings.cognito.triggers;
  if (functions === undefined) return manual('The configuration does not name the functions of facestep.', unseen);
  const found = new Map<string, string[]>();
  const keys = await readKeyIds(deps);
  for (const [name, arn] of Object.entries(functions)) {
    let environment: Readonly<Record<string, string>>;
    try {
      const { Environment } = await createLambda(deps).send(new GetFunctionConfigurationCommand({ FunctionName: arn }));
      if (Environment?.Error !== undefined) {
        const code = Environment.Error.ErrorCode ?? 'no code';
        return manual(`Lambda does not return the variables of ${name} (${code}).`, 'Allow kms:Decrypt for their key.');
      }
      environment = Environment?.Variables ?? {};
    } catch (error) {
      return toRefused(name, toServiceFailure(error));
    }
    for (const difference of differencesOf(environment, keys, deps)) {
      found.set(difference, [...(found.get(difference) ?? []), name]);
    }
  }
  if (found.size === 0) return pass(`All four are configured as the connection is. ${unseen}`);
  const lines = [...found].map(([difference, names]) => `${difference} (${names.join(', ')})`);
  return fail(`${lines.join('; ')}.`, 'Deploy the functions again, with the parameters of adapters/cognito/README.md.');
}

export const createLambda = ({ settings: { cognito }, fetch }: Pick<Deps, 'settings' | 'fetch'>): LambdaClient =>
  new LambdaClient(toAccountOptions(cognito, fetch));

function toRefused(name: string, { status, code }: ServiceFailure): Finding {
  if (code === 'ResourceNotFoundException') {
    return fail(`No function ${name} has that ARN.`, 'Deploy it, or correct its ARN in the configuration.');
  }
  const remedy = `Allow lambda:GetFunctionConfiguration to see it. ${unseen}`;
  return manual(`Lambda does not return their configuration (${code ?? status ?? 'no answer'}).`, remedy);
}

const keySetGuard = z.object({ keys: z.array(z.object({ kid: z.string() })) });

const readKids = (text: string): readonly string[] | null =>
  parseJsonAs(text, keySetGuard)?.keys.map(({ kid }) => kid) ?? null;

async function readKeyIds({ publicUrl, fetch }: Deps): Promise<readonly string[] | null> {
  try {
    const init = { redirect: 'error', signal: AbortSignal.timeout(5_000) } as const;
    return readKids(await (await fetch(`${publicUrl}/.well-known/jwks.json`, init)).text());
  } catch {
    return null;
  }
}

function differencesOf(
  environment: Readonly<Record<string, string>>,
  keys: readonly string[] | null,
  { settings: { id, policy, cognito }, publicUrl }: Deps,
): string[] {
  const { FACESTEP_CLIENT_IDS: clients = '' } = environment;
  const mode = environment.FACESTEP_MODE || null;
  const passwordless = environment.FACESTEP_PASSWORDLESS || 'false';
  const deployedClients = clients.split(',').map((each) => each.trim());
  const missingClients = cognito.clientIds.filter((each) => !deployedClients.includes(each));
  const known = readKids(environment.FACESTEP_RECEIPT_KEYS ?? '') ?? [];
  const missingKeys = (keys ?? []).filter((kid) => !known.includes(kid));
  const retiredKeys = keys === null ? [] : known.filter((kid) => !keys.includes(kid));
  const isSecret = (text: string): boolean => text === environment.FACESTEP_REQUEST_SECRET;
  const effect = mode === 'shadow' ? 'no user gets a face check' : 'sign-ins without a face check are refused';
  const state = mode === null ? 'not set, so every sign-in is refused' : `${mode}, so ${effect}`;
  const differences: readonly (readonly [boolean, string])[] = [
    [mode !== policy.mode, `FACESTEP_MODE is ${state}, and policy.mode is ${policy.mode}`],
    [
      passwordless !== String(cognito.passwordless),
      `FACESTEP_PASSWORDLESS is ${passwordless}, and cognito.passwordless is ${cognito.passwordless}`,
    ],
    [!cognito.triggers.requestSecret.use(isSecret), 'FACESTEP_REQUEST_SECRET is not cognito.triggers.requestSecret'],
    [environment.FACESTEP_CONNECTION !== id, 'FACESTEP_CONNECTION is another'],
    [environment.FACESTEP_PUBLIC_URL?.replace(/\/+$/, '') !== publicUrl, 'FACESTEP_PUBLIC_URL is not publicUrl'],
    [environment.FACESTEP_USER_POOL_ID !== cognito.userPoolId, 'FACESTEP_USER_POOL_ID is another'],
    [missingClients.length > 0, `FACESTEP_CLIENT_IDS lacks ${missingClients.join(', ')}`],
    [
      (environment.FACESTEP_ATTRIBUTE || defaultAttribute) !== cognito.attribute,
      'FACESTEP_ATTRIBUTE is not cognito.attribute',
    ],
    [missingKeys.length > 0, `FACESTEP_RECEIPT_KEYS lacks ${missingKeys.join(', ')}: no face of that key is right`],
    [
      retiredKeys.length > 0,
      `FACESTEP_RECEIPT_KEYS still holds ${retiredKeys.join(', ')}: the holder of that key can pass as any user`,
    ],
  ];
  return differences.filter(([isDifferent]) => isDifferent).map(([, difference]) => difference);
}

const listGuard = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

const policyGuard = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .pipe(
    z.object({
      Statement: z.array(
        z.object({
          Effect: z.string(),
          Principal: z.union([z.string(), z.object({ Service: listGuard.optional() })]),
          Action: listGuard,
          Condition: z.record(z.string(), z.record(z.string(), listGuard)).optional(),
        }),
      ),
    }),
  );
type Statement = z.infer<typeof policyGuard>['Statement'][number];

const principal = 'cognito-idp.amazonaws.com';

/** Checks that Cognito may invoke the functions for this pool. Without this permission, every sign-in fails. */
export async function checkInvocation(deps: Deps): Promise<Finding> {
  const { triggers, userPoolId } = deps.settings.cognito;
  if (triggers.functions === undefined)
    return manual('The configuration does not name the functions of facestep.', null);
  const forbidden: string[] = [];
  for (const [name, arn] of Object.entries(triggers.functions)) {
    const statements = await readStatements(arn, deps);
    if (statements === null) {
      return manual(
        'Lambda does not return who may invoke them.',
        'Allow lambda:GetPolicy to see it. serverless.yml gives the leave to this pool alone.',
      );
    }
    if (!statements.some((statement) => letsInvoke(statement, userPoolId))) forbidden.push(name);
  }
  if (forbidden.length === 0) return pass('Cognito may invoke all four for this pool.');
  return fail(
    `Cognito may not invoke ${forbidden.join(', ')} for this pool: sign-ins end with an error.`,
    `Deploy the functions again with this userPoolId, or give the leave: aws lambda add-permission --principal ${principal} --action lambda:InvokeFunction --source-arn <the ARN of the pool>`,
  );
}

async function readStatements(arn: string, deps: Deps): Promise<readonly Statement[] | null> {
  try {
    const { Policy } = await createLambda(deps).send(new GetPolicyCommand({ FunctionName: arn }));
    return policyGuard.parse(Policy).Statement;
  } catch (error) {
    return toServiceFailure(error).code === 'ResourceNotFoundException' ? [] : null;
  }
}

function letsInvoke({ Effect, Principal, Action, Condition = {} }: Statement, userPoolId: string): boolean {
  const isCognito = typeof Principal === 'object' && (Principal.Service ?? []).includes(principal);
  const isInvocation = Action.some((action) => ['lambda:InvokeFunction', 'lambda:*'].includes(action));
  const sources = Object.values(Condition).flatMap((keys) =>
    Object.entries(keys).flatMap(([key, values]) => (key.toLowerCase() === 'aws:sourcearn' ? values : [])),
  );
  const isForPool = sources.every((arn) => arn.endsWith(`:userpool/${userPoolId}`) || arn.includes('*'));
  return Effect === 'Allow' && isCognito && isInvocation && isForPool;
}
