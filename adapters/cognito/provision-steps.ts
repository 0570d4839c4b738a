import type {
  ExplicitAuthFlowsType,
  LambdaConfigType,
  SchemaAttributeType,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import { maxTokenCharacters } from '../../src/core/concealed.js';
import type { ProvisionStep, StepStatus } from '../provisioning.js';
import type { Administration } from './provision-pool.js';
import type { CognitoConnection } from './schema.js';

type Settings = CognitoConnection['cognito'];

/*
 * Who may write the attribute
 */

/** The standard attributes a client without a list of its own may write. */
const standardAttributes = (
  'address birthdate email family_name gender given_name locale middle_name name nickname phone_number picture ' +
  'preferred_username profile updated_at website zoneinfo'
).split(' ');

const lists = {
  WriteAttributes: standardAttributes,
  ReadAttributes: [...standardAttributes, 'email_verified', 'phone_number_verified'],
} as const;

/** An app client as an administrator knows it. */
export const nameOf = ({ ClientName, ClientId }: UserPoolClientType): string =>
  `${ClientName ?? ''} (${ClientId ?? ''})`;

/**
 * Whether users of a client can reach the attribute. AWS documents that a client without a list reaches the standard
 * attributes alone; it has been seen to reach all. So only a list without the attribute counts.
 */
export const isOpen = (list: readonly string[] | undefined, attribute: string): boolean =>
  list?.includes(attribute) ?? true;

const closedLists = (client: UserPoolClientType, attribute: string): Partial<UserPoolClientType> => {
  const close = (name: keyof typeof lists) => (client[name] ?? lists[name]).filter((each) => each !== attribute);
  return { WriteAttributes: close('WriteAttributes'), ReadAttributes: close('ReadAttributes') };
};

const isReachable = (client: UserPoolClientType, attribute: string): boolean =>
  isOpen(client.WriteAttributes, attribute) || isOpen(client.ReadAttributes, attribute);

/** Takes the attribute from what app clients read and write: with it a user could put another's token in their profile. */
export function permissionStep({ attribute }: Settings, pool: Administration): ProvisionStep {
  const findOpen = async () => (await pool.describeClients()).filter((client) => isReachable(client, attribute));
  return {
    title: `No app client reads or writes ${attribute}`,
    async inspect(): Promise<StepStatus> {
      const open = await findOpen();
      if (open.length === 0) return { state: 'ready' };
      const others = ((await pool.describePool()).SchemaAttributes ?? []).filter(
        ({ Name = '' }) => /^(custom|dev):/.test(Name) && Name !== attribute,
      );
      const unlisted = open.filter(({ WriteAttributes, ReadAttributes }) => !WriteAttributes || !ReadAttributes);
      if (others.length > 0 && unlisted.length > 0) {
        return {
          state: 'blocked',
          reason: `App clients without lists of the attributes they read and write: ${unlisted.map(nameOf).join(', ')}. The pool has other custom attributes, and which of them these clients use is not known.`,
          remedy: `In the console, under App clients > Attribute permissions, tick what each of them needs, and not ${attribute}.`,
        };
      }
      return {
        state: 'different',
        changes: open.map(
          (client) =>
            `take ${attribute} from what ${nameOf(client)} reads and writes${
              client.WriteAttributes && client.ReadAttributes ? '' : ': it gets a list of the standard attributes'
            }`,
        ),
      };
    },
    async apply() {
      for (const { ClientId = '' } of await findOpen()) {
        await pool.updateClient(ClientId, (client) => closedLists(client, attribute));
      }
    },
  };
}

/*
 * The attribute
 */

const CUSTOM_ATTRIBUTES_MAX = 50;

const misfitOf = ({ AttributeDataType, Mutable, Required, StringAttributeConstraints }: SchemaAttributeType) => {
  if (AttributeDataType !== 'String') return `is of type ${AttributeDataType}`;
  if (Mutable === false) return 'cannot be changed once a user is made';
  if (Required === true) return 'is required';
  if (Number(StringAttributeConstraints?.MaxLength ?? maxTokenCharacters) < maxTokenCharacters) return 'is too short';
  if (Number(StringAttributeConstraints?.MinLength ?? 0) > 1) return 'has a minimum length';
  return null;
};

/** How the attribute stands. */
export const inspectAttribute = ({ attribute }: Settings, { SchemaAttributes = [] }: UserPoolType): StepStatus => {
  const existing = SchemaAttributes.find(({ Name }) => Name === attribute);
  const misfit = existing === undefined ? null : misfitOf(existing);
  if (misfit !== null) {
    return {
      state: 'blocked',
      reason: `${attribute} ${misfit}, and Cognito never changes or removes an attribute.`,
      remedy: 'Name another attribute in the configuration (cognito.attribute).',
    };
  }
  if (existing !== undefined) return { state: 'ready' };
  if (SchemaAttributes.filter(({ Name = '' }) => Name.startsWith('custom:')).length >= CUSTOM_ATTRIBUTES_MAX) {
    return {
      state: 'blocked',
      reason: `The pool has ${CUSTOM_ATTRIBUTES_MAX} custom attributes, and Cognito takes no more.`,
      remedy: 'Name one that is no longer used in the configuration (cognito.attribute).',
    };
  }
  return {
    state: 'missing',
    changes: [`add ${attribute}, a text of up to ${maxTokenCharacters} characters; Cognito never removes it again`],
  };
};

/** Adds the attribute. */
export const attributeStep = (settings: Settings, pool: Administration): ProvisionStep => ({
  title: `The attribute ${settings.attribute}`,
  inspect: async () => inspectAttribute(settings, await pool.describePool()),
  apply: () =>
    pool.addAttribute({
      Name: settings.attribute.slice('custom:'.length),
      AttributeDataType: 'String',
      Mutable: true,
      StringAttributeConstraints: { MinLength: '0', MaxLength: String(maxTokenCharacters) },
    }),
});

/*
 * The triggers
 */

type FunctionArns = NonNullable<Settings['triggers']['functions']>;

const toLambdaConfig = (functions: FunctionArns, { UserPoolTier, LambdaConfig }: UserPoolType): LambdaConfigType => {
  const current = LambdaConfig?.PreTokenGenerationConfig?.LambdaVersion;
  // Version 1 knows the ID token alone, and is all there is without the Essentials plan.
  const version = current === 'V3_0' ? current : UserPoolTier === 'LITE' ? 'V1_0' : 'V2_0';
  return {
    DefineAuthChallenge: functions.defineAuthChallenge,
    CreateAuthChallenge: functions.createAuthChallenge,
    VerifyAuthChallengeResponse: functions.verifyAuthChallengeResponse,
    PreTokenGeneration: functions.preTokenGeneration,
    PreTokenGenerationConfig: { LambdaVersion: version, LambdaArn: functions.preTokenGeneration },
  };
};

const triggerNames = [
  'DefineAuthChallenge',
  'CreateAuthChallenge',
  'VerifyAuthChallengeResponse',
  'PreTokenGeneration',
] as const;

/** How the functions come to be. */
export const deployment = [
  'Deploy the functions: npm run build:triggers, then npx osls deploy (adapters/cognito/README.md).',
  'Put the ARNs it prints into the configuration: cognito.triggers.functions.',
  'Run provision again.',
];

/** How the triggers stand. */
export const inspectTriggers = ({ triggers: { functions } }: Settings, pool: UserPoolType): StepStatus => {
  if (functions === undefined) return { state: 'manual', instructions: deployment };
  const { LambdaConfig: current = {} } = pool;
  const wanted = toLambdaConfig(functions, pool);
  const held = {
    ...current,
    PreTokenGeneration: current.PreTokenGeneration ?? current.PreTokenGenerationConfig?.LambdaArn,
  };
  const foreign = triggerNames.filter((name) => held[name] !== undefined && held[name] !== wanted[name]);
  if (foreign.length > 0) {
    return {
      state: 'blocked',
      reason: `The pool has other functions as ${foreign.join(', ')}.`,
      remedy:
        'A pool has one function for each trigger. Remove yours in the console if it is no longer needed; it is never overwritten.',
    };
  }
  const missing = triggerNames.filter((name) => held[name] === undefined);
  const version = wanted.PreTokenGenerationConfig?.LambdaVersion;
  const isOfVersion = current.PreTokenGenerationConfig?.LambdaVersion === version;
  if (missing.length === 0 && isOfVersion) return { state: 'ready' };
  return {
    state: missing.length === 0 ? 'different' : 'missing',
    changes: [
      ...missing.map((name) => `set the trigger ${name} to ${wanted[name]}`),
      ...(isOfVersion ? [] : [`send version ${version} of the pre-token-generation event`]),
    ],
  };
};

/** Sets the four triggers where nobody else has set one. */
export const triggerStep = (settings: Settings, pool: Administration): ProvisionStep => ({
  title: 'The triggers of the user pool',
  inspect: async () => inspectTriggers(settings, await pool.describePool()),
  async apply() {
    const { functions } = settings.triggers;
    if (functions === undefined) return;
    await pool.updatePool((current) => ({
      LambdaConfig: { ...current.LambdaConfig, ...toLambdaConfig(functions, current) },
    }));
  },
});

/*
 * The app clients
 */

/** What a client allows that was made without a list. */
const defaultFlows: readonly ExplicitAuthFlowsType[] = [
  ...(['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH'] as const),
];

/** By what users of an app client may sign in. */
export const flowsOf = ({ ExplicitAuthFlows }: UserPoolClientType): readonly ExplicitAuthFlowsType[] =>
  ExplicitAuthFlows ?? defaultFlows;

/** Whether custom authentication is allowed on an app client. */
export const inspectCustomAuth = (client: UserPoolClientType): StepStatus => {
  const flows = flowsOf(client);
  if (flows.includes('ALLOW_CUSTOM_AUTH') || flows.includes('CUSTOM_AUTH_FLOW_ONLY')) return { state: 'ready' };
  if (flows.some((flow) => !flow.startsWith('ALLOW_'))) {
    return {
      state: 'blocked',
      reason: `${nameOf(client)} has authentication flows of the old form, which cannot be mixed with ALLOW_CUSTOM_AUTH.`,
      remedy: 'Replace them in the console: App clients > Authentication flows.',
    };
  }
  return { state: 'different', changes: [`allow custom authentication (ALLOW_CUSTOM_AUTH) for ${nameOf(client)}`] };
};

/** Allows custom authentication on an app client. */
export const customAuthStep = (clientId: string, pool: Administration): ProvisionStep => ({
  title: `App client ${clientId} signs in with a face`,
  inspect: async () => inspectCustomAuth(await pool.describeClient(clientId)),
  apply: () =>
    pool.updateClient(clientId, (client) => ({ ExplicitAuthFlows: [...flowsOf(client), 'ALLOW_CUSTOM_AUTH'] })),
});
