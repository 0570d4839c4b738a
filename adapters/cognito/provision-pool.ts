import {
  type IdentityProviderType,
  paginateListUserPoolClients,
  type SchemaAttributeType,
  type UserPoolClientType,
  type UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider';
import type { Ports } from '../../src/core/deps.js';
import { FaceError } from '../../src/errors.js';
import {
  type CognitoSettings,
  createCognitoClient,
  toRefusal,
  toServiceFailure,
  triesWhileAdministering,
} from './client.js';

/*
 * UpdateUserPool and UpdateUserPoolClient reset every omitted setting, so each change reads all settings, merges and
 * writes them. https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
 */

export type Administration = ReturnType<typeof createAdministration>;

export interface OpenIdProvider {
  readonly ProviderName: string;
  readonly ProviderDetails: Readonly<Record<string, string>>;
  readonly AttributeMapping: Readonly<Record<string, string>>;
}

/** Returns the place of a page in the console, in the words of its English version. */
export const inConsoleOf = ({ userPoolId }: Pick<CognitoSettings, 'userPoolId'>, page: string): string =>
  `Amazon Cognito > User pools > ${userPoolId} > ${page}`;

async function call<Answer>(name: string, send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    throw error instanceof FaceError ? error : toRefusal(error, name);
  }
}

/** Creates the administrative calls for one user pool. All throw FaceError `provider_refused` or `profile_unavailable`. */
export function createAdministration(settings: CognitoSettings, { fetch }: Ports<'fetch'>) {
  const { userPoolId: UserPoolId } = settings;
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  const describePool = async (): Promise<UserPoolType> => {
    const { UserPool } = await call('DescribeUserPool', () => client.describeUserPool({ UserPoolId }));
    return UserPool ?? {};
  };
  const describeClient = async (ClientId: string): Promise<UserPoolClientType> => {
    const query = { UserPoolId, ClientId };
    const { UserPoolClient } = await call('DescribeUserPoolClient', () => client.describeUserPoolClient(query));
    return UserPoolClient ?? {};
  };
  return {
    describePool,
    describeClient,
    async updatePool(change: (pool: UserPoolType) => Partial<UserPoolType>): Promise<void> {
      const current = await describePool();
      const { Name, ...settings } = withoutReadOnly({ ...current, ...change(current) });
      const named = Name === undefined ? {} : { PoolName: Name };
      await call('UpdateUserPool', () => client.updateUserPool({ ...settings, ...named, UserPoolId }));
    },
    async addAttribute(attribute: SchemaAttributeType): Promise<void> {
      const CustomAttributes = [attribute];
      await call('AddCustomAttributes', () => client.addCustomAttributes({ UserPoolId, CustomAttributes }));
    },
    async describeClients(): Promise<readonly UserPoolClientType[]> {
      const clients: UserPoolClientType[] = [];
      const pages = paginateListUserPoolClients({ client, pageSize: 60 }, { UserPoolId });
      await call('ListUserPoolClients', async () => {
        // Requests are sequential, because the API's quota is low.
        for await (const { UserPoolClients = [] } of pages)
          for (const { ClientId = '' } of UserPoolClients) clients.push(await describeClient(ClientId));
      });
      return clients;
    },
    async updateClient(
      ClientId: string,
      change: (client: UserPoolClientType) => Partial<UserPoolClientType>,
    ): Promise<void> {
      const current = await describeClient(ClientId);
      const { ClientSecret, CreationDate, LastModifiedDate, ClientType, ...settings } = {
        ...current,
        ...change(current),
      };
      await call('UpdateUserPoolClient', () => client.updateUserPoolClient({ ...settings, UserPoolId, ClientId }));
    },
    async describeIdentityProvider(ProviderName: string): Promise<IdentityProviderType | null> {
      const answer = await call('DescribeIdentityProvider', () =>
        client.describeIdentityProvider({ UserPoolId, ProviderName }).catch((error: unknown) => {
          if (toServiceFailure(error).code === 'ResourceNotFoundException') return null;
          throw error;
        }),
      );
      return answer?.IdentityProvider ?? null;
    },
    async createIdentityProvider(provider: OpenIdProvider): Promise<void> {
      const request = { UserPoolId, ProviderType: 'OIDC', ...provider } as const;
      await call('CreateIdentityProvider', () => client.createIdentityProvider(request));
    },
    async updateIdentityProvider(provider: OpenIdProvider): Promise<void> {
      await call('UpdateIdentityProvider', () => client.updateIdentityProvider({ UserPoolId, ...provider }));
    },
  };
}

function withoutReadOnly(pool: UserPoolType) {
  const { Id, Arn, Status, CreationDate, LastModifiedDate, SchemaAttributes, EstimatedNumberOfUsers, ...rest } = pool;
  const { AliasAttributes, UsernameAttributes, UsernameConfiguration, Domain, CustomDomain, ...others } = rest;
  const { SmsConfigurationFailure, EmailConfigurationFailure, AdminCreateUserConfig, ...settings } = others;
  if (AdminCreateUserConfig === undefined) return settings;
  // DescribeUserPool returns two settings for the validity of temporary passwords, but UpdateUserPool rejects a request
  // with both.
  const { UnusedAccountValidityDays, ...config } = AdminCreateUserConfig;
  const isTold = settings.Policies?.PasswordPolicy?.TemporaryPasswordValidityDays !== undefined;
  return { ...settings, AdminCreateUserConfig: isTold ? config : AdminCreateUserConfig };
}
