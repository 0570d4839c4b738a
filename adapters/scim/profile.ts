import type { JsonObject } from '../../src/base/json.js';
import type { Log, Profile } from '../../src/core/ports.js';
import { FaceError } from '../../src/errors.js';
import { createClaimReader, type UsualSources, valueAt } from '../claims.js';
import { readAllGroups } from '../groups.js';
import { isLogin, isSameLogin } from '../login.js';
import type { RestAnswer } from '../rest-call.js';
import { isSearchable } from '../search.js';
import { toStoredToken } from '../stored-token.js';
import type { ScimApi } from './client.js';
import type { ScimConnection, ScimSettings } from './config.js';
import { searchUsers } from './profile-search.js';
import {
  parseAccount,
  parseAccountList,
  parseExtension,
  parseGroups,
  parseWhole,
  toAccount,
  toAsked,
  toAttributePath,
  toScimType,
} from './schema.js';

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** @see https://www.rfc-editor.org/rfc/rfc7643#section-4.1 */
const usualSources = {
  ...{ name: ['name.givenName', 'name.familyName'], given_name: 'name.givenName', family_name: 'name.familyName' },
  ...{ middle_name: 'name.middleName', nickname: 'nickName', preferred_username: 'userName', profile: 'profileUrl' },
  ...{ picture: 'photos', zoneinfo: 'timezone', locale: 'locale', email: 'emails', phone_number: 'phoneNumbers' },
  address: {
    ...{ formatted: 'addresses.formatted', street_address: 'addresses.streetAddress', locality: 'addresses.locality' },
    ...{ region: 'addresses.region', postal_code: 'addresses.postalCode', country: 'addresses.country' },
  },
} satisfies UsualSources;

/** A phone number may be written as an address (RFC 3966). */
const withoutScheme = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/^tel:/i, '') : value);

/** The address of a user, which shows these attributes alone. */
export function toUserPath(subject: string, attributes: string): string {
  // An id is opaque text of the server's (RFC 7643, section 3.1); what would be another address is none.
  if (!isLogin(subject) || /[/\\]/.test(subject)) throw new FaceError('subject_unknown');
  return `/Users/${encodeURIComponent(subject)}?${new URLSearchParams({ attributes })}`;
}

const refuse = ({ status, body }: RestAnswer): FaceError =>
  new FaceError('profile_unavailable', { status, scimType: toScimType(body) });

/** One change of the attribute, in both of the forms that servers take. */
interface Change {
  /** By the attribute's full path (RFC 7644, section 3.10). */
  readonly byPath: JsonObject;
  /** Without a path: the value is a user in part (section 3.5.2.1). Some servers do not find an extension by its path. */
  readonly whole: JsonObject;
}

const isDone = ({ status }: RestAnswer): boolean => status === 200 || status === 204;

/** What servers say of a path that they do not find an attribute by; some give no word for it (RFC 7644, section 3.12). */
const isRefusedPath = ({ status, body }: RestAnswer): boolean =>
  status === 400 && [null, 'invalidPath', 'invalidSyntax', 'noTarget'].includes(toScimType(body));

/**
 * Reads and writes the token in an attribute of a schema extension of the user.
 * @see https://www.rfc-editor.org/rfc/rfc7644#section-3.5.2
 */
export function createScimProfile(
  { claims, scim: { attribute } }: Pick<ScimConnection, 'claims'> & { readonly scim: Pick<ScimSettings, 'attribute'> },
  { api, log }: { readonly api: ScimApi; readonly log: Log },
): Profile {
  const { path, schema, name } = attribute;
  const asked = toAsked(attribute);
  const { claimNames, attributesOf, toClaims } = createClaimReader(usualSources, claims, path);

  const read = async <User extends { readonly id: string }>(
    subject: string,
    attributes: string,
    parse: (body: unknown) => User,
  ): Promise<User> => {
    const answer = await api.call('GET', toUserPath(subject, attributes));
    if (answer.status === 404) throw new FaceError('subject_unknown');
    if (answer.status !== 200) throw refuse(answer);
    const user = parse(answer.body);
    if (user.id !== subject) throw new FaceError('subject_unknown');
    return user;
  };
  const readValue = async (subject: string): Promise<unknown> =>
    (await read(subject, asked, (body) => parseExtension(body, attribute))).value;

  // Learnt at the first change, and kept: a server that does not know the path is not asked with it each time.
  let takesPath = true;
  const send = async (subject: string, operation: JsonObject): Promise<RestAnswer> =>
    api.call('PATCH', toUserPath(subject, asked), { schemas: [patchSchema], Operations: [operation] });

  /** Only the user of exactly that id was read before, so that no other is written. */
  const patch = async (subject: string, { byPath, whole }: Change, expected: string): Promise<void> => {
    const first = await send(subject, takesPath ? byPath : whole);
    const isPathRefused = takesPath && isRefusedPath(first);
    const answer = isPathRefused ? await send(subject, whole) : first;
    // Refused as well, it was not the path: what the server said first is about what should be mended.
    if (!isDone(answer)) throw refuse(first);
    if (isPathRefused) takesPath = false;
    // How much an attribute holds, and whether in the same case, is the server's choice: a token that was altered would
    // never open again. The answer to the change may be empty, or what was asked for instead of what is stored.
    if ((await readValue(subject)) === expected) return;
    throw new FaceError('profile_unavailable', { reason: 'the attribute does not hold what was written' });
  };

  const findAccount: Profile['findAccount'] = async (login) => {
    if (!isLogin(login)) return null;
    // A value in a filter is written as in JSON (RFC 7644, section 3.4.2.2).
    const filter = `userName eq ${JSON.stringify(login)}`;
    const query = new URLSearchParams({ filter, attributes: 'userName,emails', count: '2' });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status !== 200) throw refuse(answer);
    const { totalResults, Resources } = parseAccountList(answer.body);
    const [found] = Resources;
    // More than one is also what a server finds that passes over the filter.
    if (found === undefined || Resources.length > 1 || totalResults > 1) return null;
    return isSameLogin(found.userName, login) ? toAccount(found) : null;
  };

  return {
    findAccount,
    readAccount: async (subject) => toAccount(await read(subject, 'userName,emails', parseAccount)),
    searchAccounts: async (text, limit) => (isSearchable(text) ? searchUsers(text, limit, api) : []),
    claimNames,
    async readClaims(subject, names) {
      const all = attributesOf(names).map((each) => toAttributePath(each).asked);
      const user = await read(subject, [...new Set(all)].join(','), parseWhole);
      return toClaims(names, (each) => withoutScheme(valueAt(user, toAttributePath(each).path)));
    },
    // The server lists them with the user, all at once (RFC 7643, section 4.1.2).
    readGroups: (subject) =>
      readAllGroups(async () => ({ groups: (await read(subject, 'groups', parseGroups)).groups, next: null })),
    readToken: async (subject) => toStoredToken(await readValue(subject), { attribute: path, log }),
    writeToken: (subject, token) =>
      token.use(async (value) => {
        await readValue(subject);
        // A path with the schema's URN brings that into the user's `schemas` by itself.
        const whole = { op: 'add', value: { [schema]: { [name]: value } } };
        await patch(subject, { byPath: { op: 'replace', path, value }, whole }, value);
      }),
    async clearToken(subject) {
      // Some servers refuse to remove what is not there.
      if ((await readValue(subject)) === '') return;
      // Null is a value that is not there (RFC 7643, section 2.5); a removal needs a path.
      const whole = { op: 'replace', value: { [schema]: { [name]: null } } };
      await patch(subject, { byPath: { op: 'remove', path }, whole }, '');
    },
  };
}
