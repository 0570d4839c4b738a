import { z } from 'zod';
import { type AppClient, newId, type Settings, standardAttributes, type UserPool } from './pool.js';
import { invalidParameter, type Operation, pageGuard, resourceNotFound, toPage } from './protocol.js';
import { lambdaConfigGuard } from './triggers.js';

/*
 * Settings of a pool and its app clients. UpdateUserPool and UpdateUserPoolClient replace everything: an omitted
 * setting returns to its default.
 */

const bodyGuard = z.record(z.string(), z.unknown());
const daysGuard = z.looseObject({
  AdminCreateUserConfig: z.looseObject({ UnusedAccountValidityDays: z.number().optional() }).optional(),
  Policies: z
    .looseObject({ PasswordPolicy: z.looseObject({ TemporaryPasswordValidityDays: z.number().optional() }).optional() })
    .optional(),
});

/**
 * Refuses requests with both the old and the new setting for temporary passwords, although DescribeUserPool returns
 * both.
 */
function checkTemporaryPassword(settings: Settings): void {
  const { AdminCreateUserConfig, Policies } = daysGuard.parse(settings);
  if (
    AdminCreateUserConfig?.UnusedAccountValidityDays !== undefined &&
    Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined
  ) {
    throw invalidParameter(
      'Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays',
    );
  }
}

function checkLambdaConfig({ LambdaConfig, UserPoolTier = 'ESSENTIALS' }: Settings): void {
  const { PreTokenGeneration, PreTokenGenerationConfig } = lambdaConfigGuard.parse(LambdaConfig ?? {});
  if (PreTokenGenerationConfig === undefined) return;
  if (PreTokenGeneration !== undefined && PreTokenGeneration !== PreTokenGenerationConfig.LambdaArn) {
    throw invalidParameter('PreTokenGeneration and PreTokenGenerationConfig LambdaArn must match');
  }
  if (UserPoolTier === 'LITE' && PreTokenGenerationConfig.LambdaVersion !== 'V1_0') {
    throw invalidParameter('The Lambda version is not available in the current feature plan');
  }
}

export function parsePoolSettings(body: Settings): Settings {
  const { UserPoolId: _, ...settings } = body;
  checkTemporaryPassword(settings);
  checkLambdaConfig(settings);
  return settings;
}

const poolDefaults = {
  Policies: {
    PasswordPolicy: {
      MinimumLength: 8,
      RequireUppercase: true,
      RequireLowercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
      TemporaryPasswordValidityDays: 7,
    },
    SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
  },
  DeletionProtection: 'INACTIVE',
  LambdaConfig: {},
  MfaConfiguration: 'OFF',
  EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
  UserPoolTags: {},
  AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
  VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
  UserPoolTier: 'ESSENTIALS',
};

const adminConfigGuard = z.looseObject({}).catch({});

export const describePool = (pool: UserPool) => {
  const { PoolName, ...settings } = pool.settings;
  return {
    ...poolDefaults,
    ...settings,
    AdminCreateUserConfig: {
      ...poolDefaults.AdminCreateUserConfig,
      ...adminConfigGuard.parse(settings.AdminCreateUserConfig),
    },
    Id: pool.id,
    Name: PoolName ?? 'User pool',
    Arn: pool.arn,
    CreationDate: pool.created / 1000,
    LastModifiedDate: pool.created / 1000,
    EstimatedNumberOfUsers: pool.users.size,
    SchemaAttributes: [...pool.schema.values()],
    UsernameConfiguration: { CaseSensitive: false },
    Domain: 'example',
  };
};

const clientDefaults = {
  RefreshTokenValidity: 30,
  TokenValidityUnits: {},
  ExplicitAuthFlows: ['ALLOW_USER_AUTH', 'ALLOW_CUSTOM_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  AllowedOAuthFlowsUserPoolClient: false,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
};

const clientGuard = z.looseObject({
  AuthSessionValidity: z.int().min(3).max(15).optional(),
  ExplicitAuthFlows: z.array(z.string().startsWith('ALLOW_')).optional(),
  WriteAttributes: z.array(z.string()).optional(),
  ReadAttributes: z.array(z.string()).optional(),
});

function parseClientSettings(pool: UserPool, body: Settings): Settings {
  const { UserPoolId: _, ClientId: __, GenerateSecret: ___, ...settings } = body;
  const parsed = clientGuard.safeParse(settings);
  if (!parsed.success) throw invalidParameter('Invalid app client settings');
  const { WriteAttributes = [], ReadAttributes = [] } = parsed.data;
  const isWritable = (name: string) => standardAttributes.includes(name) || /^(custom|dev):/.test(name);
  const bad = [
    ...WriteAttributes.filter((name) => !pool.schema.has(name) || !isWritable(name)),
    ...ReadAttributes.filter((name) => !pool.schema.has(name)),
  ];
  if (bad.length > 0) throw invalidParameter(`Invalid attribute specified while creating a client: ${bad.join(', ')}`);
  return settings;
}

export const describeClient = (pool: UserPool, client: AppClient) => ({
  ...clientDefaults,
  ...client.settings,
  UserPoolId: pool.id,
  ClientId: client.id,
  CreationDate: client.created / 1000,
  LastModifiedDate: client.created / 1000,
});

export function addClient(pool: UserPool, body: Settings, now: number): AppClient {
  const client = { id: newId(13), created: now, settings: parseClientSettings(pool, body) };
  pool.clients.set(client.id, client);
  return client;
}

const ofClient = z.looseObject({ ClientId: z.string() });

const requireClient = (pool: UserPool, body: unknown): AppClient => {
  const client = pool.clients.get(ofClient.parse(body).ClientId);
  if (client === undefined) throw resourceNotFound('User pool client does not exist.');
  return client;
};

const customGuard = z.object({
  CustomAttributes: z
    .array(
      z.object({
        Name: z.string().min(1).max(20),
        AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']).default('String'),
        Mutable: z.boolean().default(true),
        Required: z.literal(false).default(false),
        StringAttributeConstraints: z
          .object({ MinLength: z.string().regex(/^\d+$/).optional(), MaxLength: z.string().regex(/^\d+$/).optional() })
          .optional(),
      }),
    )
    .min(1)
    .max(25),
});

const CUSTOM_ATTRIBUTES_MAX = 50;

const clientsGuard = z.object({
  MaxResults: z.int().min(1).max(60).default(60),
  NextToken: pageGuard.shape.NextToken,
});

export const settingsOperations: Readonly<Record<string, Operation>> = {
  DescribeUserPool: ({ pool }) => ({ UserPool: describePool(pool) }),
  UpdateUserPool: ({ pool, body }) => {
    pool.settings = parsePoolSettings(bodyGuard.parse(body));
    return {};
  },
  AddCustomAttributes: ({ pool, body }) => {
    const parsed = customGuard.safeParse(body);
    if (!parsed.success) throw invalidParameter('Invalid custom attributes');
    const names = parsed.data.CustomAttributes.map(({ Name }) => `custom:${Name}`);
    if (names.some((name) => pool.schema.has(name)))
      throw invalidParameter('Existing attribute already has that name.');
    const held = [...pool.schema.keys()].filter((name) => name.startsWith('custom:')).length;
    if (held + names.length > CUSTOM_ATTRIBUTES_MAX) throw invalidParameter('Too many custom attributes');
    for (const { StringAttributeConstraints, ...attribute } of parsed.data.CustomAttributes) {
      const Name = `custom:${attribute.Name}`;
      const constraints = Object.entries(StringAttributeConstraints ?? {}).filter(([, value]) => value !== undefined);
      pool.schema.set(Name, { ...attribute, Name, StringAttributeConstraints: Object.fromEntries(constraints) });
    }
    return {};
  },
  CreateUserPoolClient: ({ pool, body, now }) => ({
    UserPoolClient: describeClient(pool, addClient(pool, bodyGuard.parse(body), now)),
  }),
  DescribeUserPoolClient: ({ pool, body }) => ({ UserPoolClient: describeClient(pool, requireClient(pool, body)) }),
  UpdateUserPoolClient: ({ pool, body }) => {
    const client = requireClient(pool, body);
    client.settings = parseClientSettings(pool, bodyGuard.parse(body));
    return { UserPoolClient: describeClient(pool, client) };
  },
  ListUserPoolClients: ({ pool, body }) => {
    const { MaxResults, NextToken } = clientsGuard.parse(body);
    const { page, more } = toPage([...pool.clients.values()], { Limit: MaxResults, NextToken });
    const UserPoolClients = page.map(({ id, settings: { ClientName = 'client' } }) => ({
      ClientId: id,
      UserPoolId: pool.id,
      ClientName,
    }));
    return { UserPoolClients, ...more };
  },
};
