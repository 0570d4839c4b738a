import {
  AndFilter,
  Attribute,
  Change,
  type Entry,
  EqualityFilter,
  type Filter,
  OrFilter,
  SubstringFilter,
} from 'ldapts';
import { createClaimReader, type UsualSources } from '../../src/connections/claims.js';
import { mostPhotoBytes } from '../../src/connections/company-photo.js';
import { readAllGroups } from '../../src/connections/groups.js';
import {
  isLogin,
  isSameLogin,
  isSearchable,
  joinLists,
  matchesName,
  toNameParts,
  toStoredToken,
} from '../../src/connections/profile-values.js';
import type { Log, Profile } from '../../src/core/ports.js';
import { readAgainWhile, type Sleep } from '../../src/core/resilience.js';
import { FaceError } from '../../src/errors.js';
import { type LdapApi, noSuchObject, resultOf } from './client.js';
import type { LdapConnection, LdapSettings } from './config.js';
import {
  accountAttributes,
  idOf,
  namesOf,
  textOf,
  textsOf,
  toAccount,
  toIdFilter,
  toSubject,
  toTraits,
  valuesOf,
} from './entry.js';

/** @see https://www.rfc-editor.org/rfc/rfc2798 */
const usualSources = {
  name: ['givenName', 'sn'],
  given_name: 'givenName',
  family_name: 'sn',
  locale: 'preferredLanguage',
  email: 'mail',
  phone_number: 'telephoneNumber',
  address: {
    formatted: 'postalAddress',
    street_address: 'street',
    locality: 'l',
    region: 'st',
    postal_code: 'postalCode',
    country: 'c',
  },
} satisfies UsualSources;

export const nobody = 'nobody@facestep.invalid';

export const both = (...filters: readonly Filter[]): Filter => new AndFilter({ filters: [...filters] });

const startsWith = (attribute: string, initial: string): Filter => new SubstringFilter({ attribute, initial });

/** Reads and writes users by their immutable id. */
export function createUsers(settings: LdapSettings, api: LdapApi, sleep: Sleep) {
  const { attribute, objectClass, baseDn } = settings;
  const traits = toTraits(settings);

  /** Finds the users that match, at most two. */
  const find = (filter: Filter, attributes: readonly string[]): Promise<readonly Entry[]> =>
    api.search({ base: baseDn, scope: 'sub', filter: both(traits.users, filter), attributes }, 2);

  async function read(subject: string, attributes: readonly string[]): Promise<Entry> {
    const [entry] = await find(toIdFilter(subject, traits), [traits.idAttribute, ...attributes]);
    if (entry === undefined || idOf(entry, traits) !== subject) throw new FaceError('subject_unknown');
    return entry;
  }

  const readValue = async (subject: string): Promise<string> => textOf(await read(subject, [attribute]), attribute);

  async function write(subject: string, value: string | null): Promise<void> {
    const entry = await read(subject, [attribute, 'objectClass']);
    const earlier = textOf(entry, attribute);
    if (value === null && earlier === '') return;
    const values = new Attribute({ type: attribute, values: value === null ? [] : [value] });
    const changes = [new Change({ operation: 'replace', modification: values })];
    const lacksClass = (name: string): boolean =>
      !textsOf(entry, 'objectClass').some((each) => isSameLogin(each, name));
    if (value !== null && objectClass !== null && lacksClass(objectClass)) {
      const added = new Attribute({ type: 'objectClass', values: [objectClass] });
      changes.unshift(new Change({ operation: 'add', modification: added }));
    }
    await api.modify(entry.dn, changes);
    // The value is read back, because a server in between may hold the earlier one.
    const isEarlier = (found: string): boolean => found === earlier && found !== (value ?? '');
    if ((await readAgainWhile(() => readValue(subject), isEarlier, sleep)) !== (value ?? ''))
      throw new FaceError('profile_unavailable', { reason: 'the attribute does not hold what was written' });
  }
  return { traits, find, read, readValue, write };
}

export function createLdapProfile(
  { claims, ldap }: Pick<LdapConnection, 'claims' | 'ldap'>,
  { api, log, sleep }: { readonly api: LdapApi; readonly log: Log; readonly sleep: Sleep },
): Profile {
  const { attribute, baseDn } = ldap;
  const { traits, find, read, readValue, write } = createUsers(ldap, api, sleep);
  const { loginAttribute, idAttribute, groups, toGroupsOf } = traits;
  const asAccount = accountAttributes(traits);
  const usual: UsualSources = { ...usualSources, preferred_username: loginAttribute };
  const { claimNames, attributesOf, toClaims } = createClaimReader(usual, claims, attribute);

  return {
    toSubject,
    loginIsName: true,
    async findAccount(login) {
      const value = isLogin(login) ? login : nobody;
      const [found, ...others] = await find(new EqualityFilter({ attribute: loginAttribute, value }), asAccount);
      if (found === undefined || others.length > 0) return null;
      const { name: _, ...account } = toAccount(found, traits);
      return isSameLogin(account.login, login) ? account : null;
    },
    readAccount: async (subject) => toAccount(await read(subject, asAccount), traits),
    async searchAccounts(text, limit, found = []) {
      if (!isSearchable(text)) return [];
      const filters = [
        ...[loginAttribute, 'mail', 'displayName', 'cn', 'givenName', 'sn'].map((name) => startsWith(name, text)),
        ...toNameParts(text).map(({ given, family }) =>
          both(new EqualityFilter({ attribute: 'givenName', value: given }), startsWith('sn', family)),
        ),
      ];
      const filter = both(traits.users, new OrFilter({ filters }));
      const search = api.search({ base: baseDn, scope: 'sub', filter, attributes: asAccount }, limit);
      const matching = search.then((entries) =>
        entries.filter((each) => matchesName(text, namesOf(each, traits))).map((each) => toAccount(each, traits)),
      );
      return joinLists([matching], limit, found);
    },
    claimNames,
    async readClaims(subject, names) {
      const entry = await read(subject, attributesOf(names));
      return toClaims(names, (each) => toClaimValue(textsOf(entry, each)));
    },
    async readGroups(subject) {
      const { dn } = await read(subject, []);
      const filter = both(groups, toGroupsOf(dn));
      const pages = api.readPages({ base: baseDn, scope: 'sub', filter, attributes: [idAttribute, 'cn'] }, pageSize);
      const all = readAllGroups(async () => {
        const { value, done } = await pages.next();
        if (done === true) return { groups: [], next: null };
        return {
          groups: value.map((each) => ({ id: idOf(each, traits), name: textOf(each, 'cn') || null })),
          next: 'more',
        };
      });
      // Closes the connection, also if the limits end the reading.
      return all.finally(() => void pages.return(undefined));
    },
    async findPhoto(subject, own) {
      const entry = await read(subject, photoAttributes);
      const [photo] = photoAttributes.flatMap((each) => valuesOf(entry, each)).filter((value) => value.length > 0);
      if (!(photo instanceof Uint8Array)) return null;
      if (photo.length > mostPhotoBytes) throw new FaceError('company_photo_invalid', { reason: 'over 5 MB' });
      return { photo: own(photo), changedAt: null };
    },
    async findManager(subject) {
      const base = textOf(await read(subject, ['manager']), 'manager');
      if (base === '') return null;
      const [manager] = await readAt(base, traits.users, asAccount, api);
      return manager === undefined ? null : toAccount(manager, traits);
    },
    readToken: async (subject) => toStoredToken(await readValue(subject), { attribute, log }),
    writeToken: (subject, token) => token.use((value) => write(subject, value)),
    clearToken: (subject) => write(subject, null),
  };
}

export const pageSize = 500;

const photoAttributes = ['jpegPhoto', 'thumbnailPhoto'] as const;

/** Writes a value as JSON has it: a boolean in lower case (RFC 4517, section 3.3.3), one value without a list. */
function toClaimValue(values: readonly string[]): unknown {
  const plain = values.map((value) => (/^(?:TRUE|FALSE)$/.test(value) ? value.toLowerCase() : value));
  return plain.length > 1 ? plain : plain[0];
}

/** Reads the entry of a distinguished name. Empty if it is gone, or does not match. */
export const readAt = (
  base: string,
  filter: Filter,
  attributes: readonly string[],
  api: LdapApi,
): Promise<readonly Entry[]> =>
  api.search({ base, scope: 'base', filter, attributes }, 1).catch((error: unknown) => {
    if (resultOf(error) === noSuchObject) return [];
    throw error;
  });
