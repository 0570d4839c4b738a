/*
 * The state of the simulated server: plain maps, which a test may read to see what was really stored.
 */

export const coreSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';

export interface DirectoryUser {
  readonly id: string;
  userName: string;
  name?: { readonly givenName: string; readonly familyName: string };
  emails: readonly { readonly value: string; readonly primary?: boolean }[];
  /** Other attributes of the core schema, such as `name`. */
  readonly details: Record<string, unknown>;
  /** By the URN of the schema, then by the name of the attribute. */
  readonly extensions: Map<string, Map<string, string>>;
  active: boolean;
}

/** One attribute as an administrator defines it (RFC 7643, section 7). */
export interface DefinedAttribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  caseExact: boolean;
  mutability: string;
  returned: string;
  readonly uniqueness: string;
}

/** What the server holds, and what an administrator sets. */
export interface Directory {
  readonly users: Map<string, DirectoryUser>;
  /** By id; members by theirs. */
  readonly groups: Map<string, { readonly displayName: string; readonly members: readonly string[] }>;
  /** Schema extensions of the resource type User, by URN. */
  readonly extensions: Map<string, DefinedAttribute[]>;
  /** How much one attribute holds; what is longer is cut off without a word. */
  attributeMaxCharacters: number;
  /** Whether a change is answered with nothing where no attributes are asked for. */
  answersChangesWithNothing: boolean;
  /** Each so many-th request is refused with 429, to be sent again at once; 0 is none. */
  throttleEvery: number;
  /** Whether a search may be for the beginning of any name, not of `userName` alone. */
  searchesAllNames: boolean;
  supportsPatch: boolean;
  /** Whether a change may name an attribute by its full path; some servers do not understand a URN there. */
  takesUrnPaths: boolean;
  /** Whether a change may come without a path, a user in part as its value; some servers want the path. */
  takesPathlessChanges: boolean;
  /**
   * Whether a path is split at its dots alone, an extension is put in place as a whole, and a user is shown with all there is,
   * whatever was asked for. Names have a case then.
   */
  splitsPathsAtDots: boolean;
  servesSchemas: boolean;
  /** Whether schemas come in a list of their own, also a single one, with words in capitals. */
  tellsPlainSchemas: boolean;
  /** Whether a user has `groups`; some servers keep them to themselves. */
  tellsGroups: boolean;
  /** Whether `attributes` names an attribute of an extension by a dot, and not by the colon of RFC 7644, section 3.10. */
  readsDottedExtensions: boolean;
  /** Whether addresses are texts, and no objects: both are values (RFC 7643, section 2.4). */
  tellsPlainEmails: boolean;
  /** Whether `totalResults` is how many are on the page. */
  countsPageAlone: boolean;
  /** Access tokens that were given, and to which moment each is good. */
  readonly accessTokens: Map<string, number>;
  accessTokenSec: number;
}

export const createDirectory = (): Directory => ({
  users: new Map(),
  groups: new Map(),
  extensions: new Map(),
  attributeMaxCharacters: 4096,
  answersChangesWithNothing: false,
  throttleEvery: 0,
  searchesAllNames: true,
  supportsPatch: true,
  takesUrnPaths: true,
  takesPathlessChanges: true,
  splitsPathsAtDots: false,
  servesSchemas: true,
  tellsPlainSchemas: false,
  tellsGroups: true,
  readsDottedExtensions: false,
  tellsPlainEmails: false,
  countsPageAlone: false,
  accessTokens: new Map(),
  accessTokenSec: 60,
});

/** An attribute as our README says that it is to be defined. */
export const defineAttribute = (name: string): DefinedAttribute => ({
  name,
  type: 'string',
  multiValued: false,
  required: false,
  caseExact: true,
  mutability: 'readWrite',
  returned: 'request',
  uniqueness: 'none',
});

/**
 * Servers as they differ, to set a directory to. Each refuses what it is not known to take.
 * strict: the path, and nothing else. keycloak: from 26.7 any URN, by the annotation `kc.scim.schema.attribute`, and access
 * tokens that end within minutes. wso2: from 7.1 one extension for all attributes of one's own, which is asked for by a dot
 * (wso2/product-is#11092); addresses as texts (#26577); schemas without a list response (#21742); over LDAP it counts a page alone (wso2/docs-is#1495). gravitee: as
 * its source has it (`scim/model/Operation.java`). withoutPaths: changes without a path alone.
 */
export const variants = {
  strict: {
    ...{ takesUrnPaths: true, takesPathlessChanges: false, servesSchemas: true },
    schema: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User',
  },
  keycloak: {
    ...{ takesUrnPaths: true, takesPathlessChanges: true, servesSchemas: true },
    schema: 'urn:example:face:2.0:User',
  },
  wso2: {
    ...{ takesUrnPaths: true, takesPathlessChanges: true, servesSchemas: true, tellsPlainSchemas: true },
    ...{ readsDottedExtensions: true, tellsPlainEmails: true, countsPageAlone: true },
    schema: 'urn:scim:schemas:extension:custom:User',
  },
  gravitee: {
    ...{ takesUrnPaths: true, takesPathlessChanges: true, servesSchemas: false, splitsPathsAtDots: true },
    schema: 'urn:ietf:params:scim:schemas:extension:custom:2.0:User',
  },
  withoutPaths: {
    ...{ takesUrnPaths: false, takesPathlessChanges: true, servesSchemas: true },
    schema: 'urn:ietf:params:scim:schemas:extension:facestep:2.0:User',
  },
} as const;

/** The extension and attribute a path such as `urn:…:User:token` names; `null` where none is defined. */
export function findAttribute({ extensions }: Directory, path: string) {
  for (const [schema, attributes] of extensions) {
    const attribute = attributes.find(({ name }) => `${schema}:${name}`.toLowerCase() === path.toLowerCase());
    if (attribute !== undefined) return { schema, attribute };
  }
  return null;
}

/** The groups that somebody is in, as their own attribute says it: it cannot be changed there (RFC 7643, section 4.1.2). */
const groupsOf = ({ groups }: Directory, { id }: DirectoryUser) =>
  [...groups]
    .filter(([, { members }]) => members.includes(id))
    .map(([value, { displayName }]) => ({ value, display: displayName, type: 'direct' }));

/** The attributes that are shown of a user (RFC 7644, section 3.9): what was asked for, or what is returned by default. */
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
    ...(directory.tellsGroups && isAsked('groups', 'default') ? { groups: groupsOf(directory, user) } : {}),
    ...Object.fromEntries(Object.entries(user.details).filter(([name]) => isAsked(name, 'default'))),
    ...(isAsked('meta', 'default') ? { meta: { resourceType: 'User', location: `${baseUrl}/Users/${user.id}` } } : {}),
    ...Object.fromEntries(shown),
  };
}
