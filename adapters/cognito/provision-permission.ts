import type { UserPoolClientType, UserPoolType } from '@aws-sdk/client-cognito-identity-provider';
import { blocked, type ProvisionStep, type StepStatus } from '../../src/connections/provisioning.js';
import type { CognitoConnection } from './config.js';
import type { Administration } from './provision-pool.js';

type Settings = CognitoConnection['cognito'];

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
export const isOpen = (list: readonly string[] | undefined, attribute: string): boolean =>
  list?.includes(attribute) ?? true;

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
  const consolePage = 'In the console, under App clients > Attribute permissions, tick';
  const others = SchemaAttributes.filter(({ Name = '' }) => /^(custom|dev):/.test(Name) && Name !== attribute);
  const unlisted = open.filter(({ WriteAttributes, ReadAttributes }) => !WriteAttributes || !ReadAttributes);
  if (others.length > 0 && unlisted.length > 0) {
    return blocked(
      `The pool has other custom attributes, and which of them these app clients use is not known, as they have no lists: ${toList(unlisted)}.`,
      `${consolePage} what each of them needs, and not ${attribute}.`,
    );
  }
  const emptied = open.filter((client) =>
    Object.values(closedLists(client, attribute)).some(({ length }) => length === 0),
  );
  if (emptied.length === 0) return null;
  return blocked(
    `${attribute} is all that these app clients read or write, and an empty list may mean every attribute: ${toList(emptied)}.`,
    `${consolePage} another attribute in place of ${attribute}.`,
  );
}

/**
 * Creates the step that removes clients' access to the attribute. Otherwise users could clear it or restore an older
 * token.
 */
export function permissionStep({ attribute }: Settings, pool: Administration): ProvisionStep {
  const findOpen = async () => (await pool.describeClients()).filter((client) => isReachable(client, attribute));
  const toChange = (client: UserPoolClientType): string => {
    const isListed = client.WriteAttributes !== undefined && client.ReadAttributes !== undefined;
    return `take ${attribute} from what ${nameOf(client)} reads and writes${isListed ? '' : ': it gets lists of the standard attributes'}`;
  };
  return {
    title: `No app client reads or writes ${attribute}`,
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
