import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { discoveryCheck } from '../../src/connections/openid-provider.js';
import {
  type Check,
  checkingGroups,
  checkWrite,
  createStepChecks,
  type Finding,
  fail,
  groupsAreReadable,
  manual,
  needing,
  noUserToTestWith,
  type ProvisionStep,
  pass,
  probe,
  warn,
} from '../../src/connections/provisioning.js';
import { listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import type { Sleep } from '../../src/core/resilience.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import type { ScimApi } from './client.js';
import type { ScimConnection, ScimSettings } from './config.js';
import { createAttribute, toUserPath } from './profile.js';
import {
  accountListGuard,
  groupsGuard,
  idText,
  isSameName,
  parseExtension,
  toScimType,
  toSelection,
} from './schema.js';

export interface Parts {
  readonly deps: AdapterDeps<ScimConnection>;
  readonly scim: ScimSettings;
  readonly api: ScimApi;
  readonly sleep: Sleep;
}

/**
 * Reads a discovery endpoint.
 * @returns `null` if the server does not have it
 * @throws FaceError `provider_refused` if the credentials do not suffice; `profile_unavailable`
 */
async function readAbout<Output>(path: string, guard: z.ZodType<Output>, api: ScimApi): Promise<Output | null> {
  const answer = await api.call('GET', path);
  if (answer.status === 200) return parseAnswer(guard, answer.body);
  if (answer.status === 404 || answer.status === 501) return null;
  throw toRefusal(path, answer);
}

const toRefusal = (path: string, { status, body }: RestAnswer): FaceError =>
  status >= 400 && status < 500 && status !== 429
    ? new FaceError('provider_refused', { status, scimType: toScimType(body), call: `GET ${path}` })
    : new FaceError('profile_unavailable', { status });

const characteristicsGuard = z.object({
  name: z.string(),
  type: z.string().default('string'),
  multiValued: z.boolean().default(false),
  caseExact: z.boolean().default(false),
  mutability: z.string().default('readWrite'),
  returned: z.string().default('default'),
});

type Characteristics = z.output<typeof characteristicsGuard>;

const schemaGuard = z.object({ id: z.string(), attributes: z.array(characteristicsGuard).default([]) });
// Some servers, such as WSO2, wrap even a single schema in a list.
const schemasGuard = z.union([
  schemaGuard.transform((schema) => [schema]),
  z.array(schemaGuard),
  z.object({ Resources: z.array(schemaGuard) }).transform(({ Resources }) => Resources),
]);

type ReportedSchema =
  | { readonly state: 'known'; readonly attributes: readonly Characteristics[] }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown' };

const readExtension = ({ scim: { attribute }, api }: Parts): Promise<ReportedSchema> =>
  readSchema(attribute.schema, api);

/** Reads a schema by its own path, or finds it in the list of all schemas. */
async function readSchema(schema: string, api: ScimApi): Promise<ReportedSchema> {
  type Reported = z.output<typeof schemasGuard> | null;
  const find = (reports: Reported) => reports?.find(({ id }) => isSameName(id, schema));
  const alone = await readAbout(`/Schemas/${schema}`, schemasGuard, api);
  const reports = find(alone) === undefined ? await readAbout('/Schemas', schemasGuard, api) : alone;
  if (reports === null) return { state: 'unknown' };
  const found = find(reports);
  return found === undefined ? { state: 'missing' } : { state: 'known', attributes: found.attributes };
}

export const createChecks = (steps: readonly ProvisionStep[], parts: Parts): readonly Check[] => [
  { title: credentials, run: () => checkCredentials(parts) },
  ...needing(
    [credentials],
    [
      { title: support, run: () => checkSupport(parts) },
      ...createStepChecks(steps),
      { title: 'Resource type User', needs: [attributeTitle(parts)], run: () => checkResourceType(parts) },
      { title: 'A user', needs: [attributeTitle(parts)], run: () => checkUser(parts) },
      { title: 'Write and read', needs: [support, 'A user'], run: () => checkWriting(parts) },
      ...checkingGroups(parts.deps, () => checkGroups(parts)),
    ],
  ),
  ...(parts.deps.settings.oidc === null ? [] : [discoveryCheck(parts.deps)]),
];

const anyUserPath = '/Users?count=1&attributes=userName';
const credentials = 'Credentials';
const support = 'What the server supports';
export const attributeTitle = ({ scim }: Parts): string => `Attribute ${scim.attribute.path}`;

const lost = 'enrolments that were stored in it are lost';
const refusedTokenGuard = z.object({ call: z.literal('token') });

async function checkCredentials({ api, scim }: Parts): Promise<Finding> {
  const remedy = `Check scim.auth and scim.baseUrl: ${scim.baseUrl}/Users must list users to these credentials.`;
  const answer = await api.call('GET', anyUserPath).catch((error: unknown) => {
    if (error instanceof FaceError && refusedTokenGuard.safeParse(error.detail).success) return null;
    throw error;
  });
  if (answer === null) return fail('The authorization server issues no access token for them.', remedy);
  if (answer.status === 401) return fail('The server refuses them (401): they are wrong, expired or revoked.', remedy);
  if (answer.status === 403) return fail('They may not list users (403).', remedy);
  if (answer.status !== 200) return fail(`The server answered with status ${answer.status}.`, remedy);
  return pass('The server accepts them.');
}

const supportGuard = z.object({
  patch: z.object({ supported: z.boolean() }),
  filter: z.object({ supported: z.boolean() }),
});

async function checkSupport({ api }: Parts): Promise<Finding> {
  const support = await readAbout('/ServiceProviderConfig', supportGuard, api);
  if (support === null) {
    return fail('The server has no /ServiceProviderConfig.', 'Check that scim.baseUrl is that of a SCIM 2.0 server.');
  }
  if (!support.patch.supported) {
    return fail('It does not support PATCH.', 'Turn it on. Tokens can only be written with PATCH.');
  }
  if (!support.filter.supported) {
    return fail('It does not support filters.', 'Turn them on. Without filters, users cannot be found by login.');
  }
  return pass('It supports PATCH and filters.');
}

/**
 * Compares a value of an attribute characteristic (RFC 7643, section 7). Some servers write it in capitals:
 * `READ_WRITE`.
 */
const isWord = (text: string, word: string): boolean => isSameName(text.replaceAll('_', ''), word);

const faultsOf = ({ type, multiValued, mutability, returned }: Characteristics): string[] => [
  ...(isWord(type, 'string') ? [] : [`It is of type ${type}, not string.`]),
  ...(multiValued ? ['It has many values.'] : []),
  ...(isWord(mutability, 'readWrite') ? [] : [`Its mutability is ${mutability}, not readWrite.`]),
  ...(isWord(returned, 'never') ? ['It is never returned.'] : []),
];

/** @returns what is wrong with the definition of the attribute; `null` if the server does not return its schemas */
export async function findFaults(parts: Parts): Promise<readonly string[] | null> {
  const extension = await readExtension(parts);
  if (extension.state === 'unknown') return null;
  if (extension.state === 'missing') return [`The schema extension is missing: ${lost}.`];
  const found = extension.attributes.find(({ name }) => isSameName(name, parts.scim.attribute.name));
  return found === undefined ? [`The attribute is missing in the schema extension: ${lost}.`] : faultsOf(found);
}

export async function checkCase(parts: Parts): Promise<Finding> {
  const extension = await readExtension(parts);
  const isExact =
    extension.state === 'known' &&
    extension.attributes.some(({ name, caseExact }) => caseExact && isSameName(name, parts.scim.attribute.name));
  if (isExact) return pass('It exists. Truncated writes are detected.');
  return warn('It is not caseExact: the server may change the case of a token.', 'Define it with caseExact true.');
}

const resourceTypeGuard = z.object({ schemaExtensions: listOf(z.object({ schema: z.string() })) });

async function checkResourceType({ scim: { attribute }, api }: Parts): Promise<Finding> {
  const remedy = `Add ${attribute.schema} to the resource type User.`;
  const user = await readAbout('/ResourceTypes/User', resourceTypeGuard, api);
  if (user === null) return manual('The server does not return its resource types.', remedy);
  const isThere = user.schemaExtensions.some(({ schema }) => isSameName(schema, attribute.schema));
  return isThere ? pass('Users have the schema extension.') : fail('Users do not have the schema extension.', remedy);
}

async function checkUser({ scim: { attribute }, api }: Parts): Promise<Finding> {
  const listed = await api.call('GET', anyUserPath);
  if (listed.status !== 200) return fail(`A list was answered with status ${listed.status}.`, 'Check the credentials.');
  const [user] = parseAnswer(accountListGuard, listed.body).Resources;
  if (user === undefined) return warn('The server shows no user.', 'Check what these credentials may read.');
  const read = await api.call('GET', toUserPath(user.id, toSelection(attribute)));
  if (read.status !== 200) {
    return fail(`The request for the attribute got status ${read.status}.`, 'Check the right to read it.');
  }
  const { id } = parseExtension(read.body, attribute);
  if (id !== user.id) return fail('It answered with another user.', 'Check scim.baseUrl.');
  return pass('One can be read.');
}

const holdersGuard = z.object({
  Resources: z.array(z.looseObject({ id: idText, active: z.boolean().nullish() })).default([]),
});

async function checkWriting({ scim: { attribute }, api, sleep }: Parts): Promise<Finding> {
  const query = new URLSearchParams({ count: '100', attributes: ['active', ...toSelection(attribute)].join(',') });
  const listed = await api.call('GET', `/Users?${query}`);
  if (listed.status !== 200) return fail(`A list was answered with status ${listed.status}.`, 'Check the credentials.');
  const users = parseAnswer(holdersGuard, listed.body).Resources.map((user) => {
    const { id: subject, value } = parseExtension(user, attribute);
    return { subject, value, isActive: user.active !== false };
  });
  const remedy = `Check that the credentials may change ${attribute.path}, and that it is a string of ${maxTokenCharacters} characters, caseExact.`;
  return checkWrite(users, createAttribute(attribute, api, sleep), (error, found) => ({
    found: describe(error, found),
    remedy,
  }));
}

const refusedWriteGuard = z.object({ status: z.number() });

function describe(error: unknown, found: unknown): string {
  const refused = refusedWriteGuard.safeParse(error instanceof FaceError ? error.detail : null);
  if (refused.success) return `the change was answered with status ${refused.data.status}.`;
  if (typeof found !== 'string' || found === '') return 'the server confirmed the change, but returned no value.';
  return `${probe.length} characters were written, but ${found.length} different characters were returned.`;
}

/** Checks that users have the attribute `groups`, which servers may omit (RFC 7643, section 4.1.2). */
async function checkGroups({ api }: Parts): Promise<Finding> {
  const { body: listed } = await api.call('GET', anyUserPath);
  const [user] = parseAnswer(accountListGuard, listed).Resources;
  if (user === undefined) return noUserToTestWith;
  const { status, body } = await api.call('GET', toUserPath(user.id, ['groups']));
  if (status !== 200) {
    const found = `The request for a user’s groups got status ${status}.`;
    return fail(found, 'Let these credentials read the attribute groups of users.');
  }
  if (parseAnswer(groupsGuard, body).groups.length > 0) return groupsAreReadable;
  // A user without groups may mean that the server never returns groups. The schema shows if the server supports the
  // attribute.
  const core = await readSchema('urn:ietf:params:scim:schemas:core:2.0:User', api);
  const isSupported =
    core.state !== 'known' ||
    core.attributes.some(({ name, returned }) => name === 'groups' && !isWord(returned, 'never'));
  if (isSupported) return groupsAreReadable;
  return fail(
    'Users have no groups, so no user can act for an organization.',
    'Let the server return the attribute groups of users.',
  );
}
