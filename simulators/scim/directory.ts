export const coreSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const listSchema = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface DirectoryUser {
  readonly id: string;
  userName: string;
  name?: { readonly givenName: string; readonly familyName: string };
  emails: readonly { readonly value: string; readonly primary?: boolean }[];
  readonly details: Record<string, unknown>;
  /** Values by schema URN, then by attribute name. */
  readonly extensions: Map<string, Map<string, string>>;
  active: boolean;
}

export type Directory = ReturnType<typeof createDirectory>;

export const createDirectory = () => ({
  users: new Map<string, DirectoryUser>(),
  /** Groups by id, members by id. */
  groups: new Map<string, { readonly displayName: string; readonly members: readonly string[] }>(),
  extensions: new Map<string, DefinedAttribute[]>(),
  /** Maximum length of an attribute's value. Longer values are silently cut off. */
  attributeMaxCharacters: 4096,
  /** Every n-th request gets 429 and may be retried at once; 0 disables this. */
  throttleEvery: 0,
  takesUrnPaths: true,
  takesPathlessChanges: true,
  /** True if the server splits paths only at dots and replaces extensions as a whole. Names are then case-sensitive. */
  splitsPathsAtDots: false,
  servesSchemas: true,
  /** True if the server sends schemas as a plain list, even a single one, with keywords in capitals. */
  tellsPlainSchemas: false,
  /** True if a dot separates the schema URN from the attribute, instead of the colon of RFC 7644, section 3.10. */
  readsDottedExtensions: false,
  /** True if e-mail addresses are plain texts, which RFC 7643, section 2.4 allows. */
  tellsPlainEmails: false,
  countsPageAlone: false,
  /** Expiry of access tokens, in milliseconds since 1970. */
  accessTokens: new Map<string, number>(),
});

export type DefinedAttribute = ReturnType<typeof defineAttribute>;

/** Returns an attribute definition as adapters/scim/README.md recommends. */
export const defineAttribute = (name: string) => ({
  name,
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: true,
  mutability: 'readWrite',
  returned: 'request',
  uniqueness: 'none',
});

export function findAttribute({ extensions }: Directory, path: string) {
  for (const [schema, attributes] of extensions) {
    const attribute = attributes.find(({ name }) => `${schema}:${name}`.toLowerCase() === path.toLowerCase());
    if (attribute !== undefined) return { schema, attribute };
  }
  return null;
}

/** Returns a user's groups, which are read-only here (RFC 7643, section 4.1.2). */
const groupsOf = ({ groups }: Directory, { id }: DirectoryUser) =>
  [...groups]
    .filter(([, { members }]) => members.includes(id))
    .map(([value, { displayName }]) => ({ value, display: displayName, type: 'direct' }));

/** Returns the requested attributes of a user, or the default ones (RFC 7644, section 3.9). */
export function toView(directory: Directory, user: DirectoryUser, asked: readonly string[], baseUrl: string): object {
  const isAsked = (path: string, returned: string): boolean =>
    returned === 'always' ||
    directory.splitsPathsAtDots ||
    (asked.length === 0
      ? returned === 'default'
      : returned !== 'never' && asked.some((each) => each.toLowerCase() === path.toLowerCase()));
  const separator = directory.readsDottedExtensions ? '.' : ':';
  const emails = directory.tellsPlainEmails ? user.emails.map(({ value }) => value) : user.emails;
  const shown: [string, unknown][] = [];
  const schemas = [coreSchema];
  for (const [schema, attributes] of directory.extensions) {
    const values = user.extensions.get(schema);
    if (values === undefined || values.size === 0) continue;
    schemas.push(schema);
    const own = attributes.filter(
      ({ name, returned }) => values.has(name) && isAsked(`${schema}${separator}${name}`, returned),
    );
    if (own.length > 0) shown.push([schema, Object.fromEntries(own.map(({ name }) => [name, values.get(name)]))]);
  }
  return {
    schemas,
    id: user.id,
    ...(isAsked('userName', 'default') ? { userName: user.userName } : {}),
    ...(isAsked('name', 'default') && user.name !== undefined ? { name: user.name } : {}),
    ...(isAsked('active', 'default') ? { active: user.active } : {}),
    ...(isAsked('emails', 'default') && emails.length > 0 ? { emails } : {}),
    ...(isAsked('groups', 'default') ? { groups: groupsOf(directory, user) } : {}),
    ...Object.fromEntries(Object.entries(user.details).filter(([name]) => isAsked(name, 'default'))),
    ...(isAsked('meta', 'default') ? { meta: { resourceType: 'User', location: `${baseUrl}/Users/${user.id}` } } : {}),
    ...Object.fromEntries(shown),
  };
}
