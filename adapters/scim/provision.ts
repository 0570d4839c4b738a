import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { mostFound, selectNamed, singleMatch } from '../../src/connections/groups.js';
import {
  createConsoleStep,
  manualStep,
  type Provisioning,
  type ProvisionStep,
} from '../../src/connections/provisioning.js';
import { isTooLong, listOf, parseAnswer, type RestAnswer } from '../../src/connections/rest-call.js';
import { mapConcurrently } from '../../src/core/base/map-concurrently.js';
import { foldCase } from '../../src/core/fold-case.js';
import type { Member, NamedGroup } from '../../src/core/ports.js';
import { sleep as sleepInFact, whileAdministering } from '../../src/core/resilience.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import { FaceError } from '../../src/errors.js';
import { createScimApi } from './client.js';
import type { ScimConnection } from './config.js';
import { attributeTitle, checkCase, createChecks, findFaults, type Parts } from './provision-checks.js';
import { accountGuard, idText, parseExtension, toAccount, toSelection, totalGuard, toUnavailable } from './schema.js';

const censusPageSize = 100;

const pageGuard = z.object({
  totalResults: totalGuard,
  Resources: listOf(z.looseObject({ id: idText, active: z.boolean().nullish() })),
});

/**
 * Lists the active users page by page. Few servers can filter by extension attributes.
 * @see https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.4
 */
export async function* listCoverage({ scim: { attribute }, api }: Parts): AsyncGenerator<CoveragePage> {
  const seen = new Set<string>();
  let startIndex = 1;
  for (;;) {
    const query = new URLSearchParams({
      attributes: ['active', ...toSelection(attribute)].join(','),
      startIndex: String(startIndex),
      count: String(censusPageSize),
    });
    const answer = await api.call('GET', `/Users?${query}`);
    if (answer.status !== 200) throw toUnavailable(answer);
    const { totalResults, Resources } = parseAnswer(pageGuard, answer.body);
    // Users may appear twice: pages shift with concurrent changes, and some servers ignore the start index.
    const fresh = Resources.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    const active = fresh.filter((user) => user.active !== false);
    yield countPage(active.map((user) => ({ subject: user.id, value: parseExtension(user, attribute).value })));
    startIndex += Resources.length;
    // Some servers, such as WSO2 over LDAP, report the size of the page as the total.
    const isLast = totalResults > Resources.length && startIndex > totalResults;
    if (fresh.length === 0 || isLast) return;
  }
}

const pageSize = 40;

const groupGuard = z.object({
  id: idText,
  members: listOf(z.object({ value: idText, type: z.string().nullish() })),
});
const groupsGuard = z.object({
  Resources: listOf(z.object({ id: idText, displayName: z.string().nullish() })),
});
function nullIfTooLong(error: unknown): null {
  if (isTooLong(error)) return null;
  throw error;
}

const activeGuard = z.looseObject({ active: z.boolean().nullish() });

function toFound(answer: RestAnswer): RestAnswer {
  if (answer.status === 200 || answer.status === 404) return answer;
  throw toUnavailable(answer);
}

const callGroups = (operator: 'eq' | 'co', text: string, count: number, api: Parts['api']): Promise<RestAnswer> => {
  const filter = `displayName ${operator} ${JSON.stringify(text)}`;
  return api.call('GET', `/Groups?${new URLSearchParams({ filter, attributes: 'displayName', count: String(count) })}`);
};

const parseGroups = (answer: RestAnswer): readonly NamedGroup[] =>
  parseAnswer(groupsGuard, toFound(answer).body).Resources.map(({ id, displayName }) => ({
    id,
    name: displayName ?? '',
  }));

/**
 * Lists a group's active users, read one by one. Nested groups are skipped.
 * @throws FaceError `limit_reached` if there are too many
 * @see https://www.rfc-editor.org/rfc/rfc7643#section-4.2
 */
export async function* listMembers(
  group: string,
  { scim: { attribute }, api }: Pick<Parts, 'scim' | 'api'>,
): AsyncGenerator<Member[]> {
  const read = async (path: string): Promise<RestAnswer> => toFound(await api.call('GET', path));
  const answer = await callGroups('eq', group, 2, api);
  // Filters are optional (RFC 7644, section 3.4.2.2), so a server may refuse or ignore this one.
  const listed = [400, 501].includes(answer.status) ? [] : parseGroups(answer);
  const named = listed.filter(({ name }) => foldCase(name) === foldCase(group));
  const id = named.length === 0 ? group : singleMatch(named).id;
  const readMembers = async (attributes: string) => {
    const found = await read(`/Groups/${encodeURIComponent(id)}?attributes=${attributes}`);
    if (found.status === 404) throw new FaceError('not_found', { groups: 0 });
    return parseAnswer(groupGuard, found.body).members;
  };
  const readIds = async () => {
    const found = (await readMembers('members.value,members.type').catch(nullIfTooLong)) ?? [];
    // Some servers ignore sub-attributes (RFC 7644, section 3.10) and return everything or nothing.
    if (found.length === 0) throw new FaceError('limit_reached');
    return found;
  };
  const everybody = (await readMembers('members').catch(nullIfTooLong)) ?? (await readIds());
  const members = everybody.filter(({ type }) => type !== 'Group');

  const readMember = async (subject: string): Promise<Member[]> => {
    const query = new URLSearchParams({
      attributes: ['userName', 'emails', 'active', ...toSelection(attribute)].join(','),
    });
    const { status, body } = await read(`/Users/${encodeURIComponent(subject)}?${query}`);
    if (status === 404 || parseAnswer(activeGuard, body).active === false) return [];
    const { phone: _, ...account } = toAccount(parseAnswer(accountGuard, body));
    return [{ ...account, isEnrolled: isFilled(parseExtension(body, attribute).value) }];
  };
  for (let from = 0; from < members.length; from += pageSize) {
    const page = members.slice(from, from + pageSize);
    yield (await mapConcurrently(page, ({ value }) => readMember(value))).flat();
  }
}

export function createScimProvisioning(deps: AdapterDeps<ScimConnection>, sleep = sleepInFact): Provisioning {
  const { scim } = deps.settings;
  const parts: Parts = { deps, sleep, scim, api: createScimApi(scim, deps, { patience: whileAdministering, sleep }) };
  const steps = [createAttributeStep(parts), createRightsStep(parts)];
  return {
    steps,
    checks: createChecks(steps, parts),
    listMembers: (group) => listMembers(group, parts),
    searchGroups: async (text) => selectNamed(text, parseGroups(await callGroups('co', text, mostFound, parts.api))),
    groupPermission: 'the right to read /Groups',
    census: (onPage) => measureCoverage(listCoverage(parts), deps, onPage),
  };
}

function createAttributeStep(parts: Parts): ProvisionStep {
  const { schema, name } = parts.scim.attribute;
  const instructions = [
    `Define the schema extension ${schema}, with exactly this spelling, unless the server has it. Add it to the resource type User (required: false).`,
    `Give it the attribute ${name}: type string, multiValued false, required false, caseExact true, mutability readWrite, uniqueness none.`,
    'Set its characteristic "returned" to "request", so that it is returned only to clients that request it by name. "default" works; "never" does not.',
    `It must hold ${maxTokenCharacters} characters.`,
    'Leave it out of what is mapped into tokens, passed on to applications, or indexed for search.',
  ];
  const step = createConsoleStep(attributeTitle(parts), instructions, () => findFaults(parts));
  return { ...step, check: { whenReady: () => checkCase(parts) } };
}

const createRightsStep = ({ scim: { attribute } }: Parts): ProvisionStep => ({
  ...manualStep(
    'Rights',
    `The credential of the configuration reads users (id, userName, emails, ${attribute.name}) and changes ${attribute.name}. Give it nothing else.`,
    `No one else may read or change ${attribute.name}, including the users themselves in a self-service page or at /Me.`,
  ),
  check: { title: 'Other access to the attribute' },
});
