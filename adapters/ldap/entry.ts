import {
  AndFilter,
  type Entry,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  OrFilter,
  PresenceFilter,
} from 'ldapts';
import { toWholeName } from '../../src/connections/profile-values.js';
import type { NamedAccount } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import type { LdapSettings } from './config.js';

/* How the two kinds of directories write users and groups. */

export const binaryAttributes = ['objectGUID', 'thumbnailPhoto', 'jpegPhoto'] as const;

/** Returns the values of an attribute. Servers write names in their own case (RFC 4512, section 2.5). */
export function valuesOf(entry: Entry, attribute: string): readonly (Buffer | string)[] {
  const name = Object.keys(entry).find((each) => each.toLowerCase() === attribute.toLowerCase());
  const values = name === undefined ? [] : entry[name];
  return Array.isArray(values) ? values : [values ?? ''];
}

export const textsOf = (entry: Entry, attribute: string): readonly string[] =>
  valuesOf(entry, attribute).flatMap((value) => (typeof value === 'string' && value !== '' ? [value] : []));

export const textOf = (entry: Entry, attribute: string): string => textsOf(entry, attribute)[0] ?? '';

/** Traits of one kind of directory. */
export interface Traits {
  readonly idAttribute: 'objectGUID' | 'entryUUID';
  readonly loginAttribute: string;
  readonly users: Filter;
  /** Filter of groups with names that people without rights cannot create. */
  readonly groups: Filter;
  /** Attributes that tell whether a user is disabled. */
  readonly statusAttributes: readonly string[];
  /** Filter of the groups that a user is in. */
  readonly toGroupsOf: (dn: string) => Filter;
  /** Filter of the users in a group. `null` if a directory has none, and only the group names its members. */
  readonly toMembersOf: ((dn: string) => Filter) | null;
}

/** Follows groups in groups. @see https://learn.microsoft.com/windows/win32/adsi/search-filter-syntax */
const inChain = (attribute: string, dn: string): Filter =>
  new ExtensibleFilter({ rule: '1.2.840.113556.1.4.1941', matchType: attribute, value: dn });

const equals = (attribute: string, value: string): Filter => new EqualityFilter({ attribute, value });

/** Entries without a login, such as Administrator in Active Directory, are no users. */
const toUsers = (filter: string, login: string): Filter =>
  new AndFilter({ filters: [FilterParser.parseString(filter), new PresenceFilter({ attribute: login })] });

export function toTraits({ directory, loginAttribute, userFilter }: LdapSettings): Traits {
  if (directory === 'active_directory') {
    const login = loginAttribute ?? 'userPrincipalName';
    return {
      idAttribute: 'objectGUID',
      loginAttribute: login,
      users: toUsers(userFilter ?? '(&(objectCategory=person)(objectClass=user))', login),
      groups: equals('objectClass', 'group'),
      statusAttributes: ['userAccountControl'],
      toGroupsOf: (dn) => inChain('member', dn),
      toMembersOf: (dn) => inChain('memberOf', dn),
    };
  }
  const login = loginAttribute ?? 'uid';
  return {
    idAttribute: 'entryUUID',
    loginAttribute: login,
    users: toUsers(userFilter ?? '(objectClass=inetOrgPerson)', login),
    groups: new OrFilter({
      filters: ['groupOfNames', 'groupOfUniqueNames'].map((name) => equals('objectClass', name)),
    }),
    statusAttributes: ['pwdAccountLockedTime'],
    toGroupsOf: (dn) => new OrFilter({ filters: ['member', 'uniqueMember'].map((name) => equals(name, dn)) }),
    toMembersOf: null,
  };
}

const disabledFlag = 2;

/**
 * Returns false for a disabled user (Active Directory) or one that an administrator locked (OpenLDAP). A user that is
 * locked for some minutes is active.
 * @see https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties
 */
export const isActive = (entry: Entry): boolean =>
  (Number(textOf(entry, 'userAccountControl')) & disabledFlag) === 0 &&
  !textOf(entry, 'pwdAccountLockedTime').startsWith('000001010000');

const idForm = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/;

/** Looked up instead of a text that is no id, so that the time does not reveal it. */
const nobody = '00000000-0000-0000-0000-000000000000';

export const toSubject = (given: string): string => given.toLowerCase();

/** Returns the filter of the entry of an id. */
export function toIdFilter(subject: string, { idAttribute }: Traits): Filter {
  const id = idForm.test(subject) ? subject : nobody;
  return new EqualityFilter({ attribute: idAttribute, value: idAttribute === 'objectGUID' ? toGuidBytes(id) : id });
}

/** Returns the immutable id of an entry. @throws FaceError `profile_unavailable` if the account may not read it */
export function idOf(entry: Entry, { idAttribute }: Traits): string {
  const [value = ''] = valuesOf(entry, idAttribute);
  const id = typeof value === 'string' ? value.toLowerCase() : toGuidText(value);
  if (idForm.test(id)) return id;
  throw new FaceError('profile_unavailable', { reason: 'answer not understood', field: idAttribute });
}

/** The first three parts of a GUID have their bytes in reverse order ([MS-DTYP], section 2.3.4.2). */
const guidOrder = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];

const reorder = (bytes: Buffer): Buffer => Buffer.from(guidOrder.map((at) => bytes[at] ?? 0));

const toGuidBytes = (id: string): Buffer => reorder(Buffer.from(id.replaceAll('-', ''), 'hex'));

const toGuidText = (bytes: Buffer): string =>
  bytes.length === 16
    ? reorder(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    : '';

/** Attributes from which an account is made. */
export const accountAttributes = ({ idAttribute, loginAttribute }: Traits): readonly string[] => [
  idAttribute,
  loginAttribute,
  'mail',
  'displayName',
  'cn',
  'givenName',
  'sn',
];

/** The phone number is left out, because Active Directory lets users change their own. */
export function toAccount(entry: Entry, traits: Traits): NamedAccount {
  const { given, family, others } = namesOf(entry, traits);
  return {
    subject: idOf(entry, traits),
    login: textOf(entry, traits.loginAttribute),
    email: textOf(entry, 'mail') || null,
    phone: null,
    name: textOf(entry, 'displayName') || toWholeName(given, family) || others.at(-1) || null,
  };
}

/** Returns the names by which a search finds a user. */
export const namesOf = (entry: Entry, { loginAttribute }: Traits) => ({
  given: textOf(entry, 'givenName'),
  family: textOf(entry, 'sn'),
  others: [loginAttribute, 'mail', 'displayName', 'cn'].map((attribute) => textOf(entry, attribute)),
});
