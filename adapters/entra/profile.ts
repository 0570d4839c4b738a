import { z } from 'zod';
import { createClaimReader, type UsualSources, valueAt } from '../../src/connections/claims.js';
import { mostPhotoBytes, toCompanyPhoto } from '../../src/connections/company-photo.js';
import { type GroupPage, readAllGroups } from '../../src/connections/groups.js';
import { isLogin, isSameLogin, isSearchable, toStoredToken } from '../../src/connections/profile-values.js';
import { listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import { parseJsonAs } from '../../src/core/base/json.js';
import type { Account, Fetch, Group, Log, NamedAccount, Profile } from '../../src/core/ports.js';
import { type Sleep, whileSearching, whileSigningIn } from '../../src/core/resilience.js';
import { FaceError, nullIfUnknown } from '../../src/errors.js';
import { createGraphClient, type GraphCall, type SendToGraph, toRefusalDetail } from './client.js';
import type { EntraConnection, EntraSettings } from './config.js';

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

const userGuard = z.looseObject({ id: z.string() });
const text = z.string().nullish();
export const accountGuard = z.object({
  id: z.string(),
  userPrincipalName: z.string().min(1),
  mail: text,
  otherMails: listOf(z.string()),
  identities: listOf(z.object({ signInType: text, issuerAssignedId: text })),
});
type EntraUser = z.output<typeof accountGuard>;
/** Properties of `accountGuard`. */
export const accountFields = 'id,userPrincipalName,mail,otherMails,identities';
const namedGuard = accountGuard.extend({ displayName: z.string().nullish() });

/** Sign-in types of names that the tenant itself issues. It verified the e-mail addresses at sign-up. */
const localTypes = ['emailAddress', 'userName'];

const localNames = ({ identities }: EntraUser, types = localTypes): readonly string[] =>
  identities.flatMap((each) => (types.includes(each.signInType ?? '') ? (each.issuerAssignedId ?? []) : []));

/** Returns true for a name that Entra generated for a guest or customer, who do not sign in with it. */
const isGenerated = (name: string): boolean => /#EXT#@/i.test(name) || new RegExp(`^${guid}@`, 'i').test(name);

/** `otherMails` receives no e-mail, because users can change it. */
export const toAccount = (subject: string, user: EntraUser): Account => ({
  subject,
  login: (isGenerated(user.userPrincipalName) && (localNames(user)[0] || user.mail)) || user.userPrincipalName,
  email: user.mail || localNames(user, ['emailAddress'])[0] || null,
  // Graph often has no phone number, so one-time codes are always sent by e-mail.
  phone: null,
});
const toNamedAccount = (subject: string, user: z.output<typeof namedGuard>): NamedAccount => ({
  ...toAccount(subject, user),
  name: user.displayName || null,
});
const foundGuard = z.object({
  value: z.array(namedGuard),
  '@odata.nextLink': z.string().optional(),
});

/** Properties that support prefix filters without Graph's advanced queries. */
const searched = ['displayName', 'givenName', 'surname', 'mail', 'userPrincipalName'];

/** @see https://learn.microsoft.com/en-us/graph/api/resources/user */
const usualSources = {
  name: 'displayName',
  given_name: 'givenName',
  family_name: 'surname',
  preferred_username: 'userPrincipalName',
  locale: 'preferredLanguage',
  email: 'mail',
  phone_number: 'mobilePhone',
  address: {
    street_address: 'streetAddress',
    locality: 'city',
    region: 'state',
    postal_code: 'postalCode',
    country: 'country',
  },
} satisfies UsualSources;

const revokedGuard = z.object({ value: z.literal(true) });

/** Creates the calls that find users by a name. */
function createSearch(
  { customerDomain }: Pick<EntraSettings, 'customerDomain'>,
  send: SendToGraph,
  search: SendToGraph,
): Pick<Profile, 'findAccount' | 'searchAccounts'> {
  const readNamed = async (login: string): Promise<readonly EntraUser[]> => {
    const answer = await send({ method: 'GET', path: `${toNamedPath(login)}?$select=${accountFields}` });
    if (answer.status === 404 || answer.status === 400) return [];
    if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
    return [parseAnswer(accountGuard, answer.body)];
  };
  const list = async (filter: string): Promise<readonly EntraUser[]> => {
    const path = `/users?$filter=${encodeURIComponent(filter)}&$select=${accountFields}&$top=5`;
    const answer = await send({ method: 'GET', path });
    if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
    return parseAnswer(z.object({ value: z.array(accountGuard) }), answer.body).value;
  };
  // Graph does not support a filter of `identities` together with another one. All requests are always sent, so that
  // known and unknown names cause the same calls.
  const findAccount: Profile['findAccount'] = async (login) => {
    // User principal names and addresses contain `@`, ids and `me` do not. Graph would accept all of them here.
    const target = isLogin(login) && login.includes('@') ? login : nobody.login;
    const quoted = `'${target.replaceAll("'", "''")}'`;
    const isIt = (name: string | null | undefined): boolean => isSameLogin(name ?? '', login);
    const named = await readNamed(/[/\\]/.test(target) ? nobody.login : target);
    const byIdentity = `identities/any(i:i/issuerAssignedId eq ${quoted} and i/issuer eq '${customerDomain}')`;
    const customers = customerDomain === null ? [] : await list(byIdentity);
    const contacts = [...(await list(`mail eq ${quoted}`)), ...(await list(`otherMails/any(o:o eq ${quoted})`))];
    const signsIn = [
      ...named.filter((user) => isIt(user.userPrincipalName)),
      ...customers.filter((user) => localNames(user).some(isIt)),
    ];
    // Sign-in names are unique and come first, because users can change `otherMails`.
    const found = signsIn.length > 0 ? signsIn : contacts.filter((u) => [u.mail, ...u.otherMails].some(isIt));
    const [user, ...others] = new Map(found.map((each) => [each.id.toLowerCase(), each])).values();
    return user === undefined || others.length > 0 ? null : toAccount(user.id.toLowerCase(), user);
  };

  /** @see https://learn.microsoft.com/en-us/graph/filter-query-parameter */
  const searchAccounts: Profile['searchAccounts'] = async (text, limit, found = []) => {
    if (!isSearchable(text)) return [];
    // OData doubles a quotation mark inside a value.
    const filter = searched.map((name) => `startswith(${name},'${text.replaceAll("'", "''")}')`).join(' or ');
    const select = `${accountFields},displayName`;
    let path: string | undefined = `/users?$filter=${encodeURIComponent(filter)}&$select=${select}&$top=${limit}`;
    while (path !== undefined && found.length < limit) {
      const answer: RestAnswer = await search({ method: 'GET', path });
      if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
      const page = parseAnswer(foundGuard, answer.body);
      found.push(...page.value.map((user) => toNamedAccount(user.id.toLowerCase(), user)));
      path = page['@odata.nextLink'];
    }
    return found.slice(0, limit);
  };

  return { findAccount, searchAccounts };
}

/**
 * Creates the profile that stores the token in a directory extension. Subjects of other tenants are `{tenant
 * id}/{object id}`.
 * @see https://learn.microsoft.com/en-us/graph/api/resources/extensionproperty
 */
export function createEntraProfile(
  { claims, entra: settings }: Pick<EntraConnection, 'claims' | 'entra'>,
  { fetch, log, sleep }: { readonly fetch: Fetch; readonly log: Log; readonly sleep: Sleep },
): Profile {
  const { attribute } = settings;
  const { claimNames, attributesOf, toClaims } = createClaimReader(usualSources, claims, attribute);
  const send = createGraphClient(settings, fetch, { patience: whileSigningIn, sleep });

  const call = async (subject: string, request: Pick<GraphCall, 'method' | 'body'> & { query?: string }) => {
    const { tenantId, userId } = parseSubject(subject, settings);
    const { query = '', ...rest } = request;
    const answer = await send({ ...rest, path: `/users/${userId}${query}`, tenantId });
    if (answer.status === 404) throw new FaceError('subject_unknown');
    // A proxy before Graph may answer 200 with its own page, so only the documented status counts as success.
    const expectedStatus = request.method === 'PATCH' ? 204 : 200;
    if (answer.status !== expectedStatus) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
    return { userId, body: answer.body };
  };
  const write = async (subject: string, value: string | null): Promise<void> => {
    await call(subject, { method: 'PATCH', body: { [attribute]: value } });
  };

  const read = async <User extends { readonly id: string }>(
    subject: string,
    select: string,
    guard: z.ZodType<User>,
  ): Promise<User> => {
    const target = toParts(subject, settings) === null ? nobody.id : subject;
    const { userId, body } = await call(target, { method: 'GET', query: `?$select=${select}` });
    const user = parseAnswer(guard, body);
    if (target !== subject || user.id.toLowerCase() !== userId) throw new FaceError('subject_unknown');
    return user;
  };
  const readAccount = async (subject: string): Promise<NamedAccount> =>
    toNamedAccount(subject, await read(subject, `${accountFields},displayName`, namedGuard));

  return {
    ...createSearch(settings, send, createGraphClient(settings, fetch, { patience: whileSearching, sleep })),
    // PowerShell and the admin center also show ids in upper case.
    toSubject: (id) => (subjectPattern.test(id.toLowerCase()) ? id.toLowerCase() : id),
    readAccount,
    claimNames,
    async readClaims(subject, names) {
      const properties = attributesOf(names).map((path) => path.split('.', 1)[0]);
      const user = await read(subject, [...new Set(['id', ...properties])].join(','), userGuard);
      return toClaims(names, (path) => valueAt(user, path.split('.')));
    },
    async readGroups(subject) {
      const { tenantId, userId } = parseSubject(subject, settings);
      // Names of groups in another tenant are not returned, because that tenant's administrators choose them.
      const namesCount = tenantId === settings.tenantId;
      return readAllGroups(async (next: string | null) =>
        parseGroupPage(await send({ method: 'GET', path: next ?? toGroupsPath(userId), tenantId }), (group) => {
          // Any user may create other groups.
          const isKept = group.onPremisesSyncEnabled === true || group.isAssignableToRole === true;
          return namesCount && isKept ? group.displayName : null;
        }),
      );
    },
    async readAdministratorRoles(subject) {
      const { tenantId, userId } = parseSubject(subject, settings);
      const roles = await readAllGroups(async (next: string | null) =>
        parseGroupPage(
          await send({ method: 'GET', path: next ?? toRolesPath(userId), tenantId }),
          ({ displayName }) => displayName,
        ),
      );
      // Graph returns only ids to a service that may not read roles.
      return roles.map(({ id, name }) => name ?? id);
    },
    /** @see https://learn.microsoft.com/en-us/graph/api/user-list-manager */
    async findManager(subject) {
      const { tenantId, userId } = parseSubject(subject, settings);
      const answer = await send({ method: 'GET', path: `/users/${userId}/manager?$select=id`, tenantId });
      if (answer.status === 404) {
        await readAccount(subject);
        return null;
      }
      if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
      const id = parseAnswer(userGuard, answer.body).id.toLowerCase();
      // A manager can also be a contact, who is no user.
      return readAccount(tenantId === settings.tenantId ? id : `${tenantId}/${id}`).catch(nullIfUnknown);
    },
    /** @see https://learn.microsoft.com/en-us/graph/api/profilephoto-get */
    async findPhoto(subject, own) {
      const { tenantId, userId } = parseSubject(subject, settings);
      const path = `/users/${userId}/photo/$value`;
      const answer = await send({ method: 'GET', path, tenantId, bytes: { atMost: mostPhotoBytes } });
      return lacksMailbox(answer) ? null : toCompanyPhoto(answer, own);
    },
    async readToken(subject) {
      return toStoredToken((await read(subject, `id,${attribute}`, userGuard))[attribute], { attribute, log });
    },
    writeToken: (subject, token) => token.use((text) => write(subject, text)),
    clearToken: (subject) => write(subject, null),
    async endSessions(subject) {
      const { tenantId, userId } = parseSubject(subject, settings);
      const answer = await send({ method: 'POST', path: `/users/${userId}/revokeSignInSessions`, tenantId });
      if (answer.status === 404) throw new FaceError('subject_unknown');
      // Microsoft's description says that the answer is `true`, its examples also show an empty answer.
      const isDone = answer.status === 204 || (answer.status === 200 && revokedGuard.safeParse(answer.body).success);
      if (!isDone) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
    },
  };
}

/** Codes of Graph for a user without a mailbox, who cannot have a photo. */
const noMailboxGuard = z.object({
  error: z.object({ code: z.enum(['ErrorNonExistentMailbox', 'MailboxNotEnabledForRESTAPI']) }),
});

/**
 * Returns true if Graph refuses a photo because the user has no mailbox. Another 400 is a fault.
 * @see https://learn.microsoft.com/en-us/graph/known-issues
 */
function lacksMailbox({ status, body }: RestAnswer): boolean {
  if (status !== 400 || !(body instanceof Uint8Array)) return false;
  return parseJsonAs(body, noMailboxGuard) !== undefined;
}

/**
 * Returns the path of a user. A name that begins with `$` is quoted, because it would otherwise be a query option.
 * @see https://learn.microsoft.com/en-us/graph/api/user-get
 */
const toNamedPath = (login: string): string =>
  login.startsWith('$')
    ? `/users('${encodeURIComponent(login.replaceAll("'", "''"))}')`
    : `/users/${encodeURIComponent(login)}`;

const subjectPattern = new RegExp(`^(?:(?<tenantId>${guid})/)?(?<userId>${guid})$`);

/** Looked up instead of a text that cannot be an id or a login, so that the time does not reveal it. */
const nobody = { id: '00000000-0000-0000-0000-000000000000', login: 'nobody@facestep.invalid' };

export type SubjectSettings = Pick<EntraSettings, 'tenantId' | 'hooks'>;

/** Parses a subject and accepts only GUIDs, because Graph would also accept a user principal name or `me` as an id. */
function toParts(
  subject: string,
  { tenantId: home, hooks }: SubjectSettings,
): { tenantId: string; userId: string } | null {
  const { userId, tenantId = home } = subjectPattern.exec(subject)?.groups ?? {};
  const isNamedTwice = userId !== subject && tenantId === home;
  const isKnown = userId !== undefined && !isNamedTwice && (tenantId === home || hooks.tenants.includes(tenantId));
  return isKnown ? { tenantId, userId } : null;
}

export function parseSubject(subject: string, settings: SubjectSettings): { tenantId: string; userId: string } {
  const parts = toParts(subject, settings);
  if (parts === null) throw new FaceError('subject_unknown');
  return parts;
}

export const groupGuard = z.object({
  id: z.string().min(1),
  displayName: z.string().nullish(),
  onPremisesSyncEnabled: z.boolean().nullish(),
  isAssignableToRole: z.boolean().nullish(),
});

const pageGuard = z.object({ value: z.array(groupGuard), '@odata.nextLink': z.string().optional() });

/**
 * Path of the first page. The cast to `microsoft.graph.group` makes this an advanced query, which needs `$count`.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list-transitivememberof
 */
const toGroupsPath = (userId: string): string =>
  `/users/${userId}/transitiveMemberOf/microsoft.graph.group?$count=true` +
  '&$select=id,displayName,onPremisesSyncEnabled,isAssignableToRole&$top=999';

/**
 * Path of the first page of directory roles, also of those that a group gives.
 * @see https://learn.microsoft.com/en-us/graph/api/user-list-transitivememberof
 */
const toRolesPath = (userId: string): string =>
  `/users/${userId}/transitiveMemberOf/microsoft.graph.directoryRole?$count=true&$select=id,displayName&$top=999`;

/** Parses a page of a user's groups or roles. */
function parseGroupPage(
  answer: RestAnswer,
  toName: (group: z.output<typeof groupGuard>) => string | null | undefined,
): GroupPage<string> {
  if (answer.status === 404) throw new FaceError('subject_unknown');
  if (answer.status !== 200) throw new FaceError('profile_unavailable', toRefusalDetail(answer));
  const { value, '@odata.nextLink': next = null } = parseAnswer(pageGuard, answer.body);
  return { groups: value.map((group): Group => ({ id: group.id, name: toName(group) || null })), next };
}
