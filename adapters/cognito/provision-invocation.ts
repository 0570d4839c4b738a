import { GetPolicyCommand } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/deps.js';
import { type Check, fail, manual, pass } from '../../src/connections/provisioning.js';
import { toServiceFailure } from './client.js';
import type { CognitoConnection } from './config.js';
import { createLambda } from './provision-functions.js';

type Deps = AdapterDeps<CognitoConnection>;

const listGuard = z.union([z.string(), z.array(z.string())]).transform((given) => [given].flat());

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
export const invocationCheck = (deps: Deps): Check => ({
  title: 'Leave to invoke the functions',
  async run() {
    const { triggers, userPoolId } = deps.settings.cognito;
    if (triggers.functions === undefined) return manual('Which functions are ours is not configured.', null);
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
  },
});

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
