import type {
  ExplicitAuthFlowsType,
  LambdaConfigType,
  SchemaAttributeType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import {
  blocked,
  different,
  inConsole,
  lostEnrolments,
  missing,
  type ProvisionStep,
  type StepStatus,
} from '../../src/connections/provisioning.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import type { CognitoConnection } from './config.js';
import { type Administration, inConsoleOf } from './provision-pool.js';
import { regionOf } from './trigger-settings.js';

type Settings = CognitoConnection['cognito'];

const CUSTOM_ATTRIBUTES_MAX = 50;

const misfitOf = ({ AttributeDataType, Mutable, Required, StringAttributeConstraints }: SchemaAttributeType) => {
  if (AttributeDataType !== 'String') return `is of type ${AttributeDataType}`;
  if (Mutable === false) return 'cannot be changed once a user is made';
  if (Required === true) return 'is required';
  if (Number(StringAttributeConstraints?.MaxLength ?? maxTokenCharacters) < maxTokenCharacters) return 'is too short';
  if (Number(StringAttributeConstraints?.MinLength ?? 0) > 1) return 'has a minimum length';
  return null;
};

const inspectAttribute = ({ attribute }: Settings, { SchemaAttributes = [] }: UserPoolType): StepStatus => {
  const existing = SchemaAttributes.find(({ Name }) => Name === attribute);
  const misfit = existing === undefined ? null : misfitOf(existing);
  if (misfit !== null) {
    return blocked(
      `${attribute} ${misfit}, and Cognito never changes or removes an attribute.`,
      'Name another attribute in the configuration (cognito.attribute).',
    );
  }
  if (existing !== undefined) return { state: 'ready' };
  if (SchemaAttributes.filter(({ Name = '' }) => Name.startsWith('custom:')).length >= CUSTOM_ATTRIBUTES_MAX) {
    return blocked(
      `The pool has ${CUSTOM_ATTRIBUTES_MAX} custom attributes, and Cognito takes no more.`,
      'Name one that is no longer used in the configuration (cognito.attribute).',
    );
  }
  return missing(`add ${attribute}, a text of up to ${maxTokenCharacters} characters; Cognito never removes it again`);
};

const attributeTitle = ({ attribute }: Pick<Settings, 'attribute'>): string => `The attribute ${attribute}`;

export const attributeStep = (settings: Settings, pool: Administration): ProvisionStep => {
  const added = {
    Name: settings.attribute.slice('custom:'.length),
    AttributeDataType: 'String',
    Mutable: true,
    StringAttributeConstraints: { MinLength: '0', MaxLength: String(maxTokenCharacters) },
  } as const;
  return {
    title: attributeTitle(settings),
    check: { ifMissing: lostEnrolments },
    byHand: [
      inConsoleOf(settings, 'Sign-up > Custom attributes > Add custom attributes'),
      `Name: ${added.Name} (Cognito adds “custom:”)`,
      `Type: ${added.AttributeDataType}`,
      `Min: ${added.StringAttributeConstraints.MinLength}`,
      `Max: ${added.StringAttributeConstraints.MaxLength}`,
      'Mutable: selected',
      `Instead of the console: aws cognito-idp add-custom-attributes --region ${regionOf(settings.userPoolId)} --user-pool-id ${settings.userPoolId} --custom-attributes '${JSON.stringify([added])}'`,
      'Check the name and the type before you save. Cognito never changes or removes an attribute.',
    ],
    inspect: async () => inspectAttribute(settings, await pool.describePool()),
    apply: () => pool.addAttribute(added),
  };
};

type FunctionArns = NonNullable<Settings['triggers']['functions']>;

// Version 1 of the event covers only the ID token; the Lite plan offers no later version.
const toEventVersion = ({ UserPoolTier, LambdaConfig }: UserPoolType) => {
  const current = LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion;
  return current === 'V3_0' ? current : UserPoolTier === 'LITE' ? 'V1_0' : 'V2_0';
};

const toLambdaConfig = (functions: FunctionArns, pool: UserPoolType): LambdaConfigType => ({
  DefineAuthChallenge: functions.defineAuthChallenge,
  CreateAuthChallenge: functions.createAuthChallenge,
  VerifyAuthChallengeResponse: functions.verifyAuthChallengeResponse,
  PreTokenGeneration: functions.preTokenGeneration,
  PreTokenGenerationConfig: { LambdaVersion: toEventVersion(pool), LambdaArn: functions.preTokenGeneration },
});

const triggerNames = [
  'DefineAuthChallenge',
  'CreateAuthChallenge',
  'VerifyAuthChallengeResponse',
  'PreTokenGeneration',
] as const;

const deployment = [
  'Deploy the functions: npm run build:triggers, then npm exec --no -- osls deploy (adapters/cognito/README.md).',
  'Copy the printed ARNs into the configuration: cognito.triggers.functions.',
  'Run provision again, or set the triggers by hand.',
];

/** Lines of the triggers for an administrator. The console names each trigger in its own words. */
const triggersByHand = (functions: FunctionArns, settings: Settings): readonly string[] => {
  const target = toLambdaConfig(functions, {});
  return [
    inConsoleOf(settings, 'Extensions > Lambda triggers > Add a Lambda trigger, once for each of these triggers'),
    'Stop if the pool has another function for one of these triggers. A pool has one function for each trigger.',
    `Custom authentication, Define auth challenge: ${target.DefineAuthChallenge}`,
    `Custom authentication, Create auth challenge: ${target.CreateAuthChallenge}`,
    `Custom authentication, Verify auth challenge response: ${target.VerifyAuthChallengeResponse}`,
    `Authentication, Pre token generation: ${target.PreTokenGeneration}`,
    `Trigger event version of Pre token generation: “Basic features + access token customization for user identities” (${toEventVersion({})}). Keep V3_0 if it is set. In the Lite plan, choose “Basic features” (${toEventVersion({ UserPoolTier: 'LITE' })}).`,
  ];
};

export const inspectTriggers = ({ triggers: { functions } }: Settings, pool: UserPoolType): StepStatus => {
  if (functions === undefined) return inConsole(...deployment);
  const { LambdaConfig: current = {} } = pool;
  const target = toLambdaConfig(functions, pool);
  const held = {
    ...current,
    PreTokenGeneration: current.PreTokenGeneration ?? current.PreTokenGenerationConfig?.LambdaArn,
  };
  const foreign = triggerNames.filter((name) => held[name] !== undefined && held[name] !== target[name]);
  if (foreign.length > 0) {
    return blocked(
      `The pool has other functions: ${foreign.map((name) => `${name} is ${held[name]}`).join(', ')}.`,
      'A pool has one function for each trigger. Remove yours in the console if it is no longer needed; it is never overwritten.',
    );
  }
  const absent = triggerNames.filter((name) => held[name] === undefined);
  const version = target.PreTokenGenerationConfig?.LambdaVersion;
  const hasVersion = current.PreTokenGenerationConfig?.LambdaVersion === version;
  const changes = [
    ...absent.map((name) => `set the trigger ${name} to ${target[name]}`),
    ...(hasVersion ? [] : [`send version ${version} of the pre-token-generation event`]),
  ];
  return absent.length === 0 ? different(changes) : missing(...changes);
};

/** Creates the step that sets the four triggers, unless the pool already has another function for one of them. */
export const triggerStep = (settings: Settings, pool: Administration): ProvisionStep => ({
  title: 'The triggers of the user pool',
  byHand:
    settings.triggers.functions === undefined ? deployment : triggersByHand(settings.triggers.functions, settings),
  inspect: async () => inspectTriggers(settings, await pool.describePool()),
  async apply() {
    const { functions } = settings.triggers;
    if (functions === undefined) return;
    await pool.updatePool((current) => ({
      LambdaConfig: { ...current.LambdaConfig, ...toLambdaConfig(functions, current) },
    }));
  },
});

const defaultFlows: readonly ExplicitAuthFlowsType[] = [
  'ALLOW_REFRESH_TOKEN_AUTH',
  'ALLOW_USER_SRP_AUTH',
  'ALLOW_CUSTOM_AUTH',
];

export const flowsOf = ({ ExplicitAuthFlows }: UserPoolClientType): readonly ExplicitAuthFlowsType[] =>
  ExplicitAuthFlows ?? defaultFlows;

const inspectCustomAuth = (client: UserPoolClientType): StepStatus => {
  const flows = flowsOf(client);
  if (flows.includes('ALLOW_CUSTOM_AUTH') || flows.includes('CUSTOM_AUTH_FLOW_ONLY')) return { state: 'ready' };
  if (flows.some((flow) => !flow.startsWith('ALLOW_'))) {
    return blocked(
      `${nameOf(client)} has authentication flows of the old form, which cannot be mixed with ALLOW_CUSTOM_AUTH.`,
      'Replace them in the console: App clients > Authentication flows.',
    );
  }
  return { state: 'different', changes: [`allow custom authentication (ALLOW_CUSTOM_AUTH) for ${nameOf(client)}`] };
};

const customAuth = 'ALLOW_CUSTOM_AUTH';

export const customAuthStep = (clientId: string, settings: Settings, pool: Administration): ProvisionStep => ({
  title: `App client ${clientId} signs in with a face`,
  check: { title: `App client ${clientId}: custom authentication` },
  byHand: [
    inConsoleOf(settings, `App clients > the app client with the id ${clientId} > App client information > Edit`),
    `Authentication flows: select “Sign in with custom authentication flows from Lambda triggers: ${customAuth}”`,
    'Leave the other settings as they are.',
  ],
  inspect: async () => inspectCustomAuth(await pool.describeClient(clientId)),
  apply: () => pool.updateClient(clientId, (client) => ({ ExplicitAuthFlows: [...flowsOf(client), customAuth] })),
});

const standardAttributes = (
  'address birthdate email family_name gender given_name locale middle_name name nickname phone_number picture ' +
  'preferred_username profile updated_at website zoneinfo'
).split(' ');

const lists = {
  WriteAttributes: standardAttributes,
  ReadAttributes: [...standardAttributes, 'email_verified', 'phone_number_verified'],
} as const;

export const nameOf = ({ ClientName, ClientId }: UserPoolClientType): string =>
  `${ClientName ?? ''} (${ClientId ?? ''})`;

/**
 * Returns true if users of an app client can access the attribute. In tests, users of a client without an attribute
 * list could access it, contrary to AWS's documentation.
 */
const isOpen = (list: readonly string[] | undefined, attribute: string): boolean => list?.includes(attribute) ?? true;

const closedLists = (client: UserPoolClientType, attribute: string) => {
  const close = (name: keyof typeof lists) => (client[name] ?? lists[name]).filter((each) => each !== attribute);
  return { WriteAttributes: close('WriteAttributes'), ReadAttributes: close('ReadAttributes') };
};

const isReachable = (client: UserPoolClientType, attribute: string): boolean =>
  isOpen(client.WriteAttributes, attribute) || isOpen(client.ReadAttributes, attribute);

const toList = (clients: readonly UserPoolClientType[]): string => clients.map(nameOf).join(', ');

function obstacleOf(
  open: readonly UserPoolClientType[],
  { SchemaAttributes = [] }: UserPoolType,
  attribute: string,
): StepStatus | null {
  const others = SchemaAttributes.filter(({ Name = '' }) => /^(custom|dev):/.test(Name) && Name !== attribute);
  const unlisted = open.filter(({ WriteAttributes, ReadAttributes }) => !WriteAttributes || !ReadAttributes);
  if (others.length > 0 && unlisted.length > 0) {
    return blocked(
      `The pool has other custom attributes, and these app clients have no lists of permissions, so it is unknown which attributes they use: ${toList(unlisted)}.`,
      `In the console, under App clients > Attribute permissions, select what each of them needs, and not ${attribute}.`,
    );
  }
  const emptied = open.filter((client) =>
    Object.values(closedLists(client, attribute)).some(({ length }) => length === 0),
  );
  if (emptied.length === 0) return null;
  return blocked(
    `${attribute} is all that these app clients read or write, and an empty list may mean every attribute: ${toList(emptied)}.`,
    `In the console, under App clients > Attribute permissions, select another attribute in place of ${attribute}.`,
  );
}

/**
 * Creates the step that removes clients' access to the attribute. Otherwise users could clear it or restore an older
 * token.
 */
export function permissionStep(settings: Settings, pool: Administration): ProvisionStep {
  const { attribute } = settings;
  const findOpen = async () => (await pool.describeClients()).filter((client) => isReachable(client, attribute));
  const toChange = (client: UserPoolClientType): string => {
    const isListed = client.WriteAttributes !== undefined && client.ReadAttributes !== undefined;
    const access = isOpen(client.WriteAttributes, attribute)
      ? 'writes (its users could clear it or restore an older token)'
      : 'reads';
    return `take ${attribute} from what ${nameOf(client)} ${access}${isListed ? '' : ': it gets lists of the standard attributes'}`;
  };
  return {
    title: `No app client reads or writes ${attribute}`,
    check: { title: `${attribute} is out of the users' reach` },
    byHand: [
      inConsoleOf(settings, 'App clients > each app client > Attribute permissions > Edit'),
      `${attribute}: clear Read and Write`,
      'Keep another attribute selected for Read and one for Write. An empty list may allow every attribute.',
      `The console shows the attribute only if it exists. Do this right after the step “${attributeTitle(settings)}”.`,
    ],
    async inspect(): Promise<StepStatus> {
      const open = await findOpen();
      if (open.length === 0) return { state: 'ready' };
      const obstacle = obstacleOf(open, await pool.describePool(), attribute);
      return obstacle ?? { state: 'different', changes: open.map(toChange) };
    },
    async apply() {
      for (const { ClientId = '' } of await findOpen()) {
        await pool.updateClient(ClientId, (client) => closedLists(client, attribute));
      }
    },
  };
}
