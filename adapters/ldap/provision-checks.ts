import { Attribute, Change, type Entry, PresenceFilter } from 'ldapts';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { discoveryCheck } from '../../src/connections/openid-provider.js';
import { isSameLogin } from '../../src/connections/profile-values.js';
import {
  type Check,
  checkingGroups,
  checkWrite,
  createStepChecks,
  type Finding,
  fail,
  groupsAreReadable,
  lostEnrolments,
  needing,
  type ProvisionStep,
  pass,
  warn,
} from '../../src/connections/provisioning.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import { invalidCredentials, type LdapApi, openClient, resultOf, sizeLimitExceeded, toFailure } from './client.js';
import type { LdapConnection, LdapSettings } from './config.js';
import { accountAttributes, idOf, isActive, textOf, textsOf, valuesOf } from './entry.js';
import { both, type createUsers, pageSize } from './profile.js';

export interface Parts {
  readonly deps: AdapterDeps<LdapConnection>;
  readonly ldap: LdapSettings;
  readonly api: LdapApi;
  readonly users: ReturnType<typeof createUsers>;
}

const credentials = 'Credentials';
export const attributeTitle = ({ ldap }: Parts): string => `Attribute ${ldap.attribute}`;

export const createChecks = (steps: readonly ProvisionStep[], parts: Parts): readonly Check[] => [
  { title: credentials, run: () => checkCredentials(parts) },
  ...needing(
    [credentials],
    [
      ...createStepChecks(steps),
      { title: 'A user', run: () => checkUser(parts) },
      { title: 'Write and read', needs: [attributeTitle(parts), 'A user'], run: () => checkWriting(parts) },
      { title: 'Anonymous access', run: () => checkAnonymous(parts) },
      ...checkingGroups(parts.deps, () => checkGroups(parts)),
    ],
  ),
  ...(parts.deps.settings.oidc === null ? [] : [discoveryCheck(parts.deps)]),
];

const anything = new PresenceFilter({ attribute: 'objectClass' });

const referral = 10;
const objectClassViolation = 65;
const invalidSyntax = 21;
const refers = 'The server refers to another one. Name servers in ldap.urls that hold ldap.baseDn and accept changes.';

/** What an administrator does about a result code (RFC 4511, appendix A). */
const remedies: Readonly<Record<number, string>> = {
  8: 'The directory requires an encrypted connection: use ldaps:// or startTls.',
  [referral]: refers,
  32: 'Check ldap.baseDn: the directory has no such entry, or the account may not read it.',
  34: 'Check ldap.baseDn and ldap.bindDn: a distinguished name is malformed.',
  [invalidCredentials]: 'Check ldap.bindDn and ldap.password. The account may be expired or locked.',
  50: 'Grant the account the right to read below ldap.baseDn.',
};

async function checkCredentials({ api, ldap }: Parts): Promise<Finding> {
  try {
    await api.search({ base: ldap.baseDn, scope: 'base', filter: anything, attributes: ['objectClass'] }, 1);
  } catch (error) {
    const result = resultOf(error);
    if (result === null) throw error;
    return fail(
      `The directory answered with result code ${result}.`,
      remedies[result] ?? 'Check the settings in ldap.',
    );
  }
  return pass('The directory accepts them.');
}

/** Reads the definition of the attribute. `null` if the directory does not show its schema. */
async function readDefinition({ api, ldap }: Parts): Promise<string | undefined | null> {
  const read = (base: string, attribute: string) =>
    api.search({ base, scope: 'base', filter: anything, attributes: [attribute] }, 1).catch((error: unknown) => {
      const result = resultOf(error);
      if (result === null || result === invalidCredentials) throw error;
      return [];
    });
  const [root] = await read('', 'subschemaSubentry');
  const place = root === undefined ? '' : textOf(root, 'subschemaSubentry');
  const [schema] = place === '' ? [] : await read(place, 'attributeTypes');
  const definitions = schema === undefined ? [] : textsOf(schema, 'attributeTypes');
  if (definitions.length === 0) return null;
  const named = new RegExp(`NAME\\s+(?:\\([^)]*)?'${ldap.attribute}'`, 'i');
  return definitions.find((each) => named.test(each));
}

/** @returns what is wrong with the attribute; `null` if the directory does not show its schema */
export async function findFaults(parts: Parts): Promise<readonly string[] | null> {
  const definition = await readDefinition(parts);
  if (definition === null) return null;
  if (definition === undefined) return [`The schema does not have it${lostEnrolments}.`];
  const limit = Number(/SYNTAX\s+'?[\d.]+\{(\d+)\}/.exec(definition)?.[1] ?? maxTokenCharacters);
  return [
    ...(/\bSINGLE-VALUE\b/.test(definition) ? [] : ['It has many values.']),
    ...(/\bNO-USER-MODIFICATION\b/.test(definition) ? ['It cannot be changed.'] : []),
    ...(limit < maxTokenCharacters ? [`It holds ${limit} characters, not ${maxTokenCharacters}.`] : []),
  ];
}

/** Reads the first users that the filter finds. */
const readSome = ({ api, ldap, users: { traits } }: Parts, attributes: readonly string[]): Promise<readonly Entry[]> =>
  api.search({ base: ldap.baseDn, scope: 'sub', filter: traits.users, attributes }, 100);

async function checkUser(parts: Parts): Promise<Finding> {
  const { traits } = parts.users;
  const [user] = await readSome(parts, accountAttributes(traits));
  const { idAttribute, loginAttribute } = traits;
  if (user === undefined)
    return fail(
      `No user with ${loginAttribute} was found.`,
      'Check ldap.baseDn, ldap.loginAttribute, ldap.userFilter and the rights to read.',
    );
  if (valuesOf(user, idAttribute)[0] === undefined)
    return fail('The id of a user cannot be read.', `Let the account read ${idAttribute}.`);
  return checkSizeLimit(parts);
}

/** Usual limits are 500 and 1,000 entries. */
const mostRead = 2_000;

/** Reads as many users as show whether the directory ends long lists. */
async function checkSizeLimit({ ldap, api, users: { traits } }: Parts): Promise<Finding> {
  const search = { base: ldap.baseDn, scope: 'sub', filter: traits.users, attributes: [traits.idAttribute] } as const;
  let read = 0;
  try {
    for await (const entries of api.readPages(search, pageSize)) {
      read += entries.length;
      if (read >= mostRead) break;
    }
  } catch (error) {
    if (resultOf(error) !== sizeLimitExceeded) throw error;
    return warn(
      `Lists end after ${read} users.`,
      'Let the account read lists of any length, in OpenLDAP with olcLimits: size.prtotal=unlimited.',
    );
  }
  return pass('Users can be read.');
}

async function checkWriting(parts: Parts): Promise<Finding> {
  const { ldap, users } = parts;
  const { traits } = users;
  const { attribute, objectClass } = ldap;
  const some = await readSome(parts, [traits.idAttribute, attribute, 'objectClass', ...traits.statusAttributes]);
  const classesOf = (entry: Entry): number => textsOf(entry, 'objectClass').length;
  // A user who was enrolled once keeps the auxiliary class, and would not show that others lack it.
  const fewest = Math.min(...some.map(classesOf));
  const found = some.filter((entry) => classesOf(entry) === fewest);
  const listed = found.map((each) => ({
    subject: idOf(each, traits),
    value: textOf(each, attribute),
    isActive: isActive(each),
  }));
  const lacksClass = `Set ldap.objectClass to a class that allows ${attribute}.`;
  const lacksRight = `Grant the account the right to change ${attribute}${objectClass === null ? '' : ` and to add ${objectClass} to objectClass`}. The attribute must hold ${maxTokenCharacters} characters.`;
  const write = async (subject: string, value: string | null): Promise<void> => {
    await users.write(subject, value);
    const entry = found.find((each) => idOf(each, traits) === subject);
    if (value === null && entry !== undefined) await takeClassBack(entry, parts);
  };
  return checkWrite(listed, { readValue: users.readValue, write }, (error, value) => {
    const result = resultOf(error);
    if (result === null) return { found: `${String(value).length} characters were returned.`, remedy: lacksRight };
    const found = `the change got result code ${result}.`;
    if (result === referral) return { found, remedy: refers };
    const isClass = result === objectClassViolation || result === invalidSyntax;
    return { found, remedy: isClass ? lacksClass : lacksRight };
  });
}

/** Removes the auxiliary class from a user who did not have it. An account without that right leaves it. */
async function takeClassBack(entry: Entry, { ldap: { objectClass }, api }: Parts): Promise<void> {
  if (objectClass === null || textsOf(entry, 'objectClass').some((each) => isSameLogin(each, objectClass))) return;
  const modification = new Attribute({ type: 'objectClass', values: [objectClass] });
  await api.modify(entry.dn, [new Change({ operation: 'delete', modification })]).catch(() => {});
}

/** Reads as a client that does not sign in. */
async function checkAnonymous({ ldap, users: { traits } }: Parts): Promise<Finding> {
  const client = await openClient(ldap.urls[0] ?? '', ldap);
  const filter = both(traits.users, new PresenceFilter({ attribute: ldap.attribute }));
  const { searchEntries } = await client
    .search(ldap.baseDn, { filter, attributes: [ldap.attribute], sizeLimit: 1 })
    .catch((error: unknown) => {
      const failure = toFailure('search', error);
      if (resultOf(failure) === null) throw failure;
      return { searchEntries: [] };
    })
    .finally(() => client.unbind());
  return searchEntries.length === 0
    ? pass('Clients that do not sign in find no token.')
    : fail(`Clients that do not sign in can read ${ldap.attribute}.`, `Let only ${ldap.bindDn} read it.`);
}

async function checkGroups({ ldap, api, users: { traits } }: Parts): Promise<Finding> {
  const [group] = await api.search({ base: ldap.baseDn, scope: 'sub', filter: traits.groups, attributes: ['cn'] }, 1);
  if (group !== undefined) return groupsAreReadable;
  return fail(
    'No group was found, so rules for groups never apply.',
    'Check ldap.baseDn and the right to read groups.',
  );
}
