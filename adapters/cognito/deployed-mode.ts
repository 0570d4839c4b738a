import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { modeGuard } from '../../src/config/mode.js';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  type ModeAtProvider,
  modeTitle,
  toModeAtProvider,
  toUnknownMode,
} from '../../src/connections/mode-at-provider.js';
import { different, inConsole, type ProvisionStep } from '../../src/connections/provisioning.js';
import type { Policy } from '../../src/core/connection.js';
import { withTimeout } from '../../src/core/resilience.js';
import { toIso } from '../../src/core/units.js';
import { causeOf, createCognitoClient, toRefusal } from './client.js';
import type { CognitoConnection } from './config.js';
import { createLambda } from './provision-functions.js';
import { inspectTriggers } from './provision-steps.js';

/*
 * The functions decide sign-ins by their own environment, so the server's configuration does not prove what happens to
 * users.
 */

type Deps = Pick<AdapterDeps<CognitoConnection>, 'settings' | 'fetch' | 'clock'>;
type FunctionArns = NonNullable<CognitoConnection['cognito']['triggers']['functions']>;

const longestMs = 4_000;

interface DeployedFunction {
  readonly name: string;
  readonly arn: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly revision: string | undefined;
  /** Reason why the variables are unknown. */
  readonly problem: string | null;
  /** Status of an update that is not active yet. */
  readonly update: string | null;
}

/** Reads FACESTEP_MODE and FACESTEP_PASSWORDLESS of the functions, if the user pool calls them. */
export async function readDeployedMode(deps: Deps): Promise<ModeAtProvider> {
  const readAt = toIso(deps.clock.now());
  const toUnknown = (reason: string): ModeAtProvider => toUnknownMode('functions', reason, readAt);
  const { functions } = deps.settings.cognito.triggers;
  if (functions === undefined) return toUnknown('the configuration does not name them (cognito.triggers.functions)');
  const read = async (): Promise<ModeAtProvider> => {
    const [uncalled, found] = await Promise.all([findUncalled(deps), readFunctions(functions, deps)]);
    const reasons = [uncalled, ...found.flatMap(({ problem, update }) => [problem, update])];
    const reason = reasons.find((each) => each !== null) ?? null;
    if (reason !== null) return toUnknown(reason);
    const parts = found.map(({ name, variables }) => ({ name, mode: modeOf(variables) }));
    const accepting = found.filter(
      ({ variables }) => modeOf(variables) === 'enforce' && acceptsPasswordless(variables),
    );
    const passwordless = {
      active: accepting.length > 0 && accepting.length < found.length ? 'mixed' : accepting.length > 0,
      // In shadow mode, the functions refuse sign-ins without a password.
      expected: deps.settings.cognito.passwordless && parts.some(({ mode }) => mode === 'enforce'),
    } as const;
    return toModeAtProvider('functions', parts, passwordless, readAt);
  };
  return withTimeout(read(), longestMs, () => toUnknown('AWS did not answer in time'));
}

const modeOf = ({ FACESTEP_MODE }: DeployedFunction['variables']): Policy['mode'] | null =>
  modeGuard.safeParse(FACESTEP_MODE).data ?? null;

const acceptsPasswordless = ({ FACESTEP_PASSWORDLESS }: DeployedFunction['variables']): boolean =>
  FACESTEP_PASSWORDLESS === 'true';

/** @returns the reason why sign-ins do not reach the functions, or `null` */
async function findUncalled({ settings: { cognito }, fetch }: Deps): Promise<string | null> {
  try {
    const client = createCognitoClient(cognito, { fetch });
    const { UserPool = {} } = await client.describeUserPool({ UserPoolId: cognito.userPoolId });
    const { state } = inspectTriggers(cognito, UserPool);
    return state === 'ready' || state === 'different' ? null : 'the user pool does not call all of them';
  } catch (error) {
    return `Cognito does not describe the user pool (${causeOf(error)}); it needs cognito-idp:DescribeUserPool`;
  }
}

const readFunctions = (functions: FunctionArns, deps: Deps): Promise<readonly DeployedFunction[]> =>
  Promise.all(Object.entries(functions).map(([name, arn]) => readFunction(name, arn, deps)));

async function readFunction(name: string, arn: string, deps: Deps): Promise<DeployedFunction> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: arn });
  try {
    const { Environment, LastUpdateStatus, RevisionId: revision } = await createLambda(deps).send(command);
    const { Variables: variables = {}, Error: hidden } = Environment ?? {};
    // Without this permission, Lambda returns an error in place of the variables.
    const problem =
      hidden === undefined
        ? null
        : `Lambda does not return the variables of ${name} (${hidden.ErrorCode ?? 'no code'}); it needs kms:Decrypt`;
    const isActive = LastUpdateStatus === undefined || LastUpdateStatus === 'Successful';
    const update = isActive ? null : `the last update of ${name} is not active (${LastUpdateStatus})`;
    return { name, arn, variables, revision, problem, update };
  } catch (error) {
    const problem = `Lambda does not return ${name} (${causeOf(error)}); it needs lambda:GetFunctionConfiguration`;
    return { name, arn, variables: {}, revision: undefined, problem, update: null };
  }
}

/** Returns true for a published version or an alias, which UpdateFunctionConfiguration does not change. */
const isPublished = ({ arn }: Pick<DeployedFunction, 'arn'>): boolean => /:function:[^:]+:(?!\$LATEST$)/.test(arn);

/**
 * Creates the step that sets FACESTEP_MODE and FACESTEP_PASSWORDLESS of the functions. The update replaces all
 * variables, so they are read and written together, and only if the function has not changed in between (RevisionId).
 */
export function modeStep(functions: FunctionArns, deps: Deps): ProvisionStep {
  const { mode } = deps.settings.policy;
  const { passwordless } = deps.settings.cognito;
  // Functions without the variable require the password.
  const isPasswordlessSet = ({ FACESTEP_PASSWORDLESS }: DeployedFunction['variables']): boolean =>
    (FACESTEP_PASSWORDLESS || 'false') === String(passwordless);
  const findOthers = async () =>
    (await readFunctions(functions, deps)).filter(
      ({ variables }) => modeOf(variables) !== mode || !isPasswordlessSet(variables),
    );
  const settingByHand = [
    `Set FACESTEP_MODE of the four functions to ${mode}.`,
    `Set FACESTEP_PASSWORDLESS of the four functions to ${passwordless}.`,
  ];
  const toPublishing = (names: readonly string[]): string =>
    `Publish a version with FACESTEP_MODE ${mode} and FACESTEP_PASSWORDLESS ${passwordless}, and name it in cognito.triggers.functions: ${names.join(', ')}.`;
  const changesOf = ({ name, variables }: DeployedFunction): readonly string[] => [
    ...(modeOf(variables) === mode
      ? []
      : [
          `set FACESTEP_MODE of ${name} from ${modeOf(variables) ?? 'no valid mode'} to ${mode}; deploy with mode=${mode} from now on`,
        ]),
    ...(isPasswordlessSet(variables)
      ? []
      : [
          `set FACESTEP_PASSWORDLESS of ${name} to ${passwordless}; deploy with passwordless=${passwordless} from now on`,
        ]),
  ];
  const publishedNames = Object.entries(functions).flatMap(([name, arn]) => (isPublished({ arn }) ? [name] : []));
  return {
    title: modeTitle,
    // The check of the functions compares the mode too.
    check: null,
    byHand: [
      'AWS Lambda > Functions > each of these functions > Configuration > Environment variables > Edit',
      ...Object.entries(functions).map(([name, arn]) => `${name}: ${arn}`),
      ...settingByHand,
      'Keep the other variables. The functions need them.',
      ...(publishedNames.length === 0 ? [] : [toPublishing(publishedNames)]),
      `Deploy the functions with mode=${mode} and passwordless=${passwordless} from now on. Otherwise the next deployment sets the former values.`,
    ],
    async inspect() {
      const others = await findOthers();
      const [unread] = others.flatMap(({ problem }) => (problem === null ? [] : [problem]));
      if (unread !== undefined) return inConsole(`${unread}.`, ...settingByHand);
      const published = others.filter(isPublished).map(({ name }) => name);
      if (published.length > 0) return inConsole(toPublishing(published));
      return different(others.flatMap(changesOf));
    },
    async apply() {
      for (const { arn, variables, revision, problem } of await findOthers()) {
        if (problem !== null) continue;
        const Environment = {
          Variables: { ...variables, FACESTEP_MODE: mode, FACESTEP_PASSWORDLESS: String(passwordless) },
        };
        await createLambda(deps)
          .send(new UpdateFunctionConfigurationCommand({ FunctionName: arn, Environment, RevisionId: revision }))
          .catch((error: unknown) => {
            throw toRefusal(error, 'UpdateFunctionConfiguration');
          });
      }
    },
  };
}
