import { type Entry, EqualityFilter, type Filter, OrFilter, SubstringFilter } from 'ldapts';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import { type CoveragePage, countPage, isFilled, measureCoverage } from '../../src/connections/coverage.js';
import { mostFound, selectNamed, singleMatch } from '../../src/connections/groups.js';
import {
  createConsoleStep,
  manualStep,
  type Provisioning,
  type ProvisionStep,
} from '../../src/connections/provisioning.js';
import { foldCase } from '../../src/core/fold-case.js';
import type { Member, NamedGroup } from '../../src/core/ports.js';
import { sleep as sleepInFact } from '../../src/core/resilience.js';
import { maxTokenCharacters } from '../../src/core/secrets.js';
import { createLdapApi } from './client.js';
import type { LdapConnection, LdapSettings } from './config.js';
import { accountAttributes, idOf, isActive, textOf, textsOf, toAccount, toIdFilter } from './entry.js';
import { both, createUsers, pageSize, readAt } from './profile.js';
import { attributeTitle, createChecks, findFaults, type Parts } from './provision-checks.js';

/** Identifiers are made of UUIDs, which need no registration (ITU-T X.667). */
const arc = '2.25.267471205812740938163045906731084231415';

/** Definitions of the attribute and of the class that allows it (RFC 4512, section 4.1). */
export const definitionsOf = ({ attribute, objectClass }: Pick<LdapSettings, 'attribute' | 'objectClass'>) => ({
  attributeType: `( ${arc}.1 NAME '${attribute}' DESC 'Sealed token of a face' EQUALITY caseExactMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{${maxTokenCharacters}} SINGLE-VALUE )`,
  objectClass: `( ${arc}.2 NAME '${objectClass ?? 'facestepPerson'}' SUP top AUXILIARY MAY ${attribute} )`,
});

export function createLdapProvisioning(deps: AdapterDeps<LdapConnection>, sleep = sleepInFact): Provisioning {
  const { ldap } = deps.settings;
  const api = createLdapApi(ldap, deps);
  const parts: Parts = { deps, ldap, api, users: createUsers(ldap, api, sleep) };
  const steps = [createAttributeStep(parts), createRightsStep(parts)];
  return {
    steps,
    checks: createChecks(steps, parts),
    listMembers: (group) => listMembers(group, parts),
    searchGroups: async (text) => selectNamed(text, await findGroups(holding('cn', text), mostFound, parts)),
    groupPermission: 'the right to read groups and their members',
    census: (onPage) => measureCoverage(listCoverage(parts), deps, onPage),
  };
}

function createAttributeStep(parts: Parts): ProvisionStep {
  const { ldap } = parts;
  const definitions = definitionsOf(ldap);
  const byHand =
    ldap.directory === 'active_directory'
      ? [
          `Set ldap.attribute to a text attribute with one value of at least ${maxTokenCharacters} characters that no application uses, such as extensionAttribute10 or employeeType. Or extend the schema by such an attribute of the class user.`,
          'For an attribute of your own, set bit 7 (confidential) of searchFlags, and give the service account the right to control access to it. Then no other account reads it. Leave it out of the index and the global catalog.',
        ]
      : [
          `Add to the schema olcAttributeTypes: ${definitions.attributeType}`,
          `Add to the schema olcObjectClasses: ${definitions.objectClass}`,
          `Set ldap.objectClass to ${ldap.objectClass ?? 'facestepPerson'}, so that it is added to users when they enrol.`,
        ];
  return createConsoleStep(attributeTitle(parts), byHand, () => findFaults(parts));
}

const createRightsStep = ({ ldap: { attribute, bindDn, directory, objectClass } }: Parts): ProvisionStep => ({
  ...manualStep(
    'Rights',
    `${bindDn} reads users and groups below ldap.baseDn and changes ${attribute}. Give it nothing else.`,
    ...(directory === 'openldap'
      ? [`Let it read lists of any length: olcLimits: dn.exact="${bindDn}" size.prtotal=unlimited.`]
      : []),
    ...(objectClass === null ? [] : [`It may also add the value ${objectClass} to objectClass.`]),
    `No one else may read or change ${attribute}, including the users themselves.`,
    ...(directory === 'active_directory'
      ? [
          'Before photos of the directory are compared at enrolment (policy.photo), take from SELF the right to write thumbnailPhoto, which it has by default.',
        ]
      : []),
  ),
  check: { title: 'Other rights' },
});

/** Lists the active users page by page. */
async function* listCoverage({ ldap, api, users: { traits } }: Parts): AsyncGenerator<CoveragePage> {
  const attributes = [traits.idAttribute, ldap.attribute, ...traits.statusAttributes];
  for await (const entries of api.readPages(
    { base: ldap.baseDn, scope: 'sub', filter: traits.users, attributes },
    pageSize,
  )) {
    const active = entries.filter(isActive);
    yield countPage(active.map((each) => ({ subject: idOf(each, traits), value: textOf(each, ldap.attribute) })));
  }
}

const holding = (attribute: string, text: string): Filter => new SubstringFilter({ attribute, any: [text] });

async function findGroups(filter: Filter, limit: number, parts: Parts): Promise<readonly NamedGroup[]> {
  const found = await findGroupEntries(filter, limit, parts);
  return found.map((each) => ({ id: idOf(each, parts.users.traits), name: textOf(each, 'cn') }));
}

const findGroupEntries = (
  filter: Filter,
  limit: number,
  { ldap: { baseDn }, api, users: { traits } }: Parts,
): Promise<readonly Entry[]> => {
  const attributes = [traits.idAttribute, 'cn', 'member', 'uniqueMember'];
  return api.search({ base: baseDn, scope: 'sub', filter: both(traits.groups, filter), attributes }, limit);
};

/**
 * Lists a group's active users. In Active Directory, members of groups in it are included; OpenLDAP has no search for
 * them.
 * @throws FaceError `not_found`, `profile_unavailable`
 */
async function* listMembers(group: string, parts: Parts): AsyncGenerator<Member[]> {
  const { ldap, api, users } = parts;
  const { traits } = users;
  const byName = new EqualityFilter({ attribute: 'cn', value: group });
  const found = await findGroupEntries(new OrFilter({ filters: [byName, toIdFilter(group, traits)] }), 2, parts);
  const isMeant = (entry: Entry): boolean =>
    foldCase(textOf(entry, 'cn')) === foldCase(group) || idOf(entry, traits) === group;
  const entry = singleMatch(found.filter(isMeant));
  const attributes = [...accountAttributes(traits), ldap.attribute, ...traits.statusAttributes];
  const toMembers = (entries: readonly Entry[]): Member[] =>
    entries.filter(isActive).map((each) => {
      const { subject, login, email } = toAccount(each, traits);
      return { subject, login, email, isEnrolled: isFilled(textOf(each, ldap.attribute)) };
    });
  if (traits.toMembersOf !== null) {
    const filter = both(traits.users, traits.toMembersOf(entry.dn));
    for await (const page of api.readPages({ base: ldap.baseDn, scope: 'sub', filter, attributes }, pageSize))
      yield toMembers(page);
    return;
  }
  const names = ['member', 'uniqueMember'].flatMap((each) => textsOf(entry, each));
  for (let from = 0; from < names.length; from += sideBySide) {
    const page = names.slice(from, from + sideBySide).map((dn) => readAt(dn, traits.users, attributes, api));
    yield toMembers((await Promise.all(page)).flat());
  }
}

const sideBySide = 40;
