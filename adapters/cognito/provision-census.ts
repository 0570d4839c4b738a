import { ListUsersCommand } from '@aws-sdk/client-cognito-identity-provider';
import { type CensusPage, countPage } from '../../src/connections/census.js';
import type { Fetch } from '../../src/core/ports.js';
import { type CognitoSettings, createCognitoClient, toRefusal, triesWhileAdministering } from './client.js';
import type { CognitoConnection } from './config.js';

const pageSize = 60;

/** Lists the enabled users with all attributes. Cognito rejects a request for one attribute that some users lack. */
export async function* listCensus(
  settings: CognitoSettings & Pick<CognitoConnection['cognito'], 'attribute'>,
  { fetch }: { readonly fetch: Fetch },
): AsyncGenerator<CensusPage> {
  const { userPoolId: UserPoolId, attribute } = settings;
  const client = createCognitoClient(settings, { fetch, tries: triesWhileAdministering });
  let next: string | undefined;
  do {
    const page = next === undefined ? {} : { PaginationToken: next };
    const { Users = [], PaginationToken } = await client
      .send(new ListUsersCommand({ UserPoolId, Limit: pageSize, ...page }))
      .catch((error: unknown) => {
        throw toRefusal(error, 'ListUsers');
      });
    const enabled = Users.filter(({ Enabled }) => Enabled !== false);
    yield countPage(
      enabled.map(({ Attributes = [] }) => {
        const held = (name: string) => Attributes.find(({ Name }) => Name === name)?.Value;
        return { subject: held('sub') ?? '', value: held(attribute) };
      }),
    );
    next = PaginationToken;
  } while (next !== undefined);
}
