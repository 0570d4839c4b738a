import { z } from 'zod';
import { createClaimReader, type UsualSources, valueAt } from '../../src/connections/claims.js';
import { toCompanyPhoto } from '../../src/connections/company-photo.js';
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
import { listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Log, NamedAccount, Profile } from '../../src/core/ports.js';
import { readAgainWhile, type Sleep } from '../../src/core/resilience.js';
import { FaceError } from '../../src/errors.js';
import type { ScimApi } from './client.js';
import type { ScimConnection, ScimSettings } from './config.js';
import {
  accountListGuard,
  flag,
  groupsGuard,
  idText,
  isSameName,
  namedGuard,
  parseExtension,
  type ScimNamed,
  toAccount,
  toAttributePath,
  toNamedAccount,
  toScimType,
  toSelection,
  toUnavailable,
  wholeGuard,
} from './schema.js';

const gravitee = 'urn:ietf:params:scim:schemas:extension:custom:2.0:User';

/**
 * Returns a change of the attribute in two forms, because servers differ: `other` is for those that reject the path of
 * the usual form.
 */
export function toChange({ path, schema, name }: ScimSettings['attribute'], value: string | null) {
  const setOrRemove = (op: 'add' | 'replace', where: string): JsonObject =>
    value === null ? { op: 'remove', path: where } : { op, path: where, value };
  // With the full path (RFC 7644, section 3.10), the server adds the URN to the user's `schemas`.
  const byPath = setOrRemove('replace', path);
  // Gravitee Access Management needs a dotted path; a change without a path would erase its whole extension. Other
  // servers reject the dot.
  if (isSameName(schema, gravitee)) return { usual: setOrRemove('add', `${gravitee}.${name}`), other: byPath };
  // Without a path, the value is a partial user (section 3.5.2.1), in which null means absent (RFC 7643, section 2.5).
  const whole = { op: value === null ? 'replace' : 'add', value: { [schema]: { [name]: value } } };
  return { usual: byPath, other: whole };
}

export const isDone = ({ status }: RestAnswer): boolean => status === 200 || status === 204;

/** Returns true if the server rejected the path. Some servers omit the error type (RFC 7644, section 3.12). */
const isRefusedPath = ({ status, body }: RestAnswer): boolean =>
  status === 400 && [null, 'invalidPath', 'invalidSyntax', 'noTarget'].includes(toScimType(body));

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** @see https://www.rfc-editor.org/rfc/rfc7643#section-4.1 */
const usualSources = {
  name: ['name.givenName', 'name.familyName'],
  given_name: 'name.givenName',
  family_name: 'name.familyName',
  middle_name: 'name.middleName',
  nickname: 'nickName',
  preferred_username: 'userName',
  profile: 'profileUrl',
  picture: 'photos',
  zoneinfo: 'timezone',
  locale: 'locale',
  email: 'emails',
  phone_number: 'phoneNumbers',
  address: {
    formatted: 'addresses.formatted',
    street_address: 'addresses.streetAddress',
    locality: 'addresses.locality',
    region: 'addresses.region',
    postal_code: 'addresses.postalCode',
    country: 'addresses.country',
  },
} satisfies UsualSources;

/** Phone numbers may be URIs (RFC 3966). */
const withoutScheme = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/^tel:/i, '') : value);

export const toUserPath = (subject: string, attributes: readonly string[]): string =>
  `${toUserAddress(subject)}?${new URLSearchParams({ attributes: [...new Set(attributes)].join(',') })}`;

/** Ids are opaque text (RFC 7643, section 3.1). Text that would change the path is rejected. */
const isUserId = (subject: string): boolean => isLogin(subject) && !/[/\\]/.test(subject);

/** Looked up instead of a text that cannot be an id or a login, so that the time does not reveal it. */
const nobody = { id: '00000000-0000-0000-0000-000000000000', login: 'nobody@facestep.invalid' };

function toUserAddress(subject: string): string {
  if (!isUserId(subject)) throw new FaceError('subject_unknown');
  return `/Users/${encodeURIComponent(subject)}`;
}

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2 */
export function createAttribute(attribute: ScimSettings['attribute'], api: ScimApi, sleep: Sleep) {
  const selection = toSelection(attribute);
  const read = async <User extends { readonly id: string }>(
    subject: string,
    attributes: readonly string[],
    guard: z.ZodType<User>,
  ): Promise<User> => {
    const answer = await api.call('GET', toUserPath(isUserId(subject) ? subject : nobody.id, attributes));
    if (answer.status === 404) throw new FaceError('subject_unknown');
    if (answer.status !== 200) throw toUnavailable(answer);
    const user = parseAnswer(guard, answer.body);
    if (user.id !== subject) throw new FaceError('subject_unknown');
    return user;
  };
  const readValue = async (subject: string): Promise<unknown> =>
    parseExtension(await read(subject, selection, wholeGuard), attribute).value;

  // False after the server has rejected the usual form of a change, so that it is not tried again each time.
  let takesUsual = true;
  // The request has no `attributes` parameter, because the SCIMMY library would then miss `userName`.
  const send = async (subject: string, operation: JsonObject): Promise<RestAnswer> =>
    api.call('PATCH', toUserAddress(subject), { schemas: [patchSchema], Operations: [operation] });

  /** Reads the user of exactly this id first, so that no other user is changed. */
  const write = async (subject: string, value: string | null): Promise<void> => {
    const oldValue = await readValue(subject);
    // Some servers refuse to remove an absent value.
    if (value === null && oldValue === '') return;
    const { usual, other } = toChange(attribute, value);
    const first = await send(subject, takesUsual ? usual : other);
    const isPathRefused = takesUsual && isRefusedPath(first);
    const answer = isPathRefused ? await send(subject, other) : first;
    if (!isDone(answer)) throw toUnavailable(first);
    // The value is read back, because servers may truncate it or change its case.
    const isEarlier = (found: unknown): boolean => found === oldValue && found !== (value ?? '');
    if ((await readAgainWhile(() => readValue(subject), isEarlier, sleep)) !== (value ?? '')) {
      throw new FaceError('profile_unavailable', { reason: 'the attribute does not hold what was written' });
    }
    if (isPathRefused) takesUsual = false;
  };
  return { read, readValue, write };
}

export function createScimProfile(
  { claims, scim: { attribute, baseUrl } }: Pick<ScimConnection, 'claims' | 'scim'>,
  {
    api,
    searchApi,
    log,
    sleep,
  }: { readonly api: ScimApi; readonly searchApi: ScimApi; readonly log: Log; readonly sleep: Sleep },
): Profile {
  const { path } = attribute;
  const { claimNames, attributesOf, toClaims } = createClaimReader(usualSources, claims, path);

  const { read, readValue, write } = createAttribute(attribute, api, sleep);

  const findAccount: Profile['findAccount'] = async (login) => {
    const target = isLogin(login) ? login : nobody.login;
    const filter = `userName eq ${JSON.stringify(target)}`;
    const query = new URLSearchParams({ filter, attributes: 'userName,emails', count: '2' });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status !== 200) throw toUnavailable(answer);
    const { totalResults, Resources } = parseAnswer(accountListGuard, answer.body);
    const [found] = Resources;
    // Several results may mean that the server ignores the filter.
    if (found === undefined || Resources.length > 1 || totalResults > 1) return null;
    return isSameLogin(found.userName, login) ? toAccount(found) : null;
  };

  return {
    findAccount,
    loginIsName: true,
    readAccount: async (subject) =>
      toNamedAccount(await read(subject, ['userName', 'emails', 'displayName', 'name'], namedGuard)),
    searchAccounts: async (text, limit, found) =>
      isSearchable(text) ? searchUsers(text, limit, searchApi, found) : [],
    claimNames,
    async readClaims(subject, names) {
      const all = attributesOf(names).flatMap((each) => toAttributePath(each).selection);
      const user = await read(subject, all, wholeGuard);
      return toClaims(names, (each) => withoutScheme(valueAt(user, toAttributePath(each).path)));
    },
    // One page suffices, because the user contains all groups (RFC 7643, section 4.1.2).
    readGroups: (subject) =>
      readAllGroups(async () => ({ groups: (await read(subject, ['groups'], groupsGuard)).groups, next: null })),
    /** @see https://www.rfc-editor.org/rfc/rfc7643#section-4.1.2 */
    async findPhoto(subject, own) {
      const { photos } = await read(subject, ['photos'], photosGuard);
      const whole = photos.filter(({ type, value }) => type !== 'thumbnail' && value);
      const address = (whole.find(({ primary }) => primary === true) ?? whole[0])?.value ?? null;
      if (address === null || !URL.canParse(address, `${baseUrl}/`)) return address;
      const { href } = new URL(address, `${baseUrl}/`);
      return api.isOwn(href) ? toCompanyPhoto(await api.load(href), own) : href;
    },
    readToken: async (subject) => toStoredToken(await readValue(subject), { attribute: path, log }),
    writeToken: (subject, token) => token.use((value) => write(subject, value)),
    clearToken: (subject) => write(subject, null),
  };
}

const photosGuard = z.object({
  id: idText,
  photos: listOf(z.object({ value: z.string().nullish(), type: z.string().nullish(), primary: flag })),
});

const listGuard = z.object({ Resources: listOf(namedGuard) });

/** SCIM filters write values as in JSON (RFC 7644, section 3.4.2.2). */
const startsWith = (path: string, text: string): string => `${path} sw ${JSON.stringify(text)}`;

/** @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2 */
export async function searchUsers(
  text: string,
  limit: number,
  api: ScimApi,
  found: NamedAccount[] = [],
): Promise<readonly NamedAccount[]> {
  const toMatching = (users: readonly ScimNamed[]): readonly NamedAccount[] =>
    users.filter((user) => matchesName(text, toNames(user))).map(toNamedAccount);
  const ask = async (filter: string, isNeeded: boolean): Promise<readonly NamedAccount[]> => {
    const attributes = 'userName,emails,displayName,name';
    const query = new URLSearchParams({ filter, attributes, count: String(limit) });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status === 200) return toMatching(parseAnswer(listGuard, answer.body).Resources);
    if ([400, 501].includes(answer.status) && !isNeeded) return [];
    throw toUnavailable(answer);
  };
  const lists = [
    ask(startsWith('userName', text), true),
    ...['emails.value', 'displayName', 'name.givenName', 'name.familyName'].map((path) =>
      ask(startsWith(path, text), false),
    ),
    ...toNameParts(text).map(({ family }) => ask(startsWith('name.familyName', family), false)),
  ];
  return joinLists(lists, limit, found);
}

const toNames = ({ userName, emails, displayName, name }: ScimNamed) => ({
  given: name.givenName,
  family: name.familyName,
  others: [userName, displayName, name.formatted, ...emails.map(({ value }) => value ?? '')],
});
