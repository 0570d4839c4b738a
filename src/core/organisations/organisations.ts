import type { PersonalData } from '../concealed.js';
import type { Profile } from '../ports.js';

/** An organisation that a person may act for, and as what. */
export interface Organisation {
  readonly id: string;
  /** As people know it; the id, where nobody has said. */
  readonly name: string;
  /** At least one, each once, in order. */
  readonly roles: readonly string[];
}

/** One organisation as it is listed: which groups, or values of the attribute, have which role of it. */
export interface ListedOrganisation {
  readonly id: string;
  readonly name: string;
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** How a connection tells for whom its people act. */
export interface OrganisationRules {
  /** From the groups of the provider, or from a claim of the connection. */
  readonly from: 'groups' | { readonly claim: string };
  /** How groups or values are named: `corp:{organisation}:{role}`; `null`: none is read by its name. */
  readonly pattern: string | null;
  readonly list: readonly ListedOrganisation[];
}

const patternPartsOf = (pattern: string): RegExpExecArray | null =>
  /^([^{}]*)\{(organisation|role)\}([^{}]+)\{(organisation|role)\}([^{}]*)$/.exec(pattern);

/** Whether a pattern names the organisation and the role, once each, with something between them. */
export function isPattern(pattern: string): boolean {
  const [, , first, , second] = patternPartsOf(pattern) ?? [];
  return first !== undefined && first !== second;
}

/** What an organisation or a role may be called in a name: nothing that a page or a log could take for something else. */
const isWord = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/.test(text);

/**
 * What a name says by a pattern. One that could be read in two ways says nothing: otherwise who names a group for one
 * organisation could make it a role of another.
 */
function readName(name: string, pattern: string): { readonly organisation: string; readonly role: string } | null {
  const [, before = '', first, between = '', , after = ''] = patternPartsOf(pattern) ?? [];
  const isFramed = name.length >= before.length + after.length && name.startsWith(before) && name.endsWith(after);
  if (!isFramed) return null;
  const [one, other, ...more] = name.slice(before.length, name.length - after.length).split(between);
  if (one === undefined || other === undefined || more.length > 0 || !isWord(one) || !isWord(other)) return null;
  return first === 'organisation' ? { organisation: one, role: other } : { organisation: other, role: one };
}

/**
 * The organisations that somebody acts for, by name.
 * @param held - groups of theirs, by id and by name, or values of their attribute
 */
export function toOrganisations(held: ReadonlySet<string>, rules: OrganisationRules): readonly Organisation[] {
  const { pattern, list } = rules;
  const roles = new Map<string, Set<string>>();
  const add = (id: string, role: string): void => {
    roles.set(id, (roles.get(id) ?? new Set()).add(role));
  };
  for (const { id, roles: listed } of list)
    for (const [role, values] of Object.entries(listed)) if (values.some((value) => held.has(value))) add(id, role);
  for (const name of pattern === null ? [] : held) {
    const read = readName(name, pattern ?? '');
    if (read !== null) add(read.organisation, read.role);
  }
  const names = new Map(list.map(({ id, name }) => [id, name]));
  return [...roles]
    .map(([id, own]) => ({ id, name: names.get(id) ?? id, roles: [...own].toSorted() }))
    .toSorted((one, other) => one.name.localeCompare(other.name, 'en') || one.id.localeCompare(other.id, 'en'));
}

/**
 * For whom somebody acts, as the provider has it now.
 * @throws FaceError `subject_unknown`, `profile_unavailable`
 */
export async function readOrganisations(
  subject: string,
  rules: OrganisationRules,
  profile: Pick<Profile, 'readGroups' | 'readClaims'>,
): Promise<readonly Organisation[]> {
  const { from } = rules;
  if (from === 'groups') {
    const groups = await profile.readGroups(subject);
    const held = groups.flatMap(({ id, name }) => (name === null ? [id] : [id, name]));
    return toOrganisations(new Set(held), rules);
  }
  const values = await profile.readClaims(subject, [from.claim]);
  return toOrganisations(toValues(values, from.claim), rules);
}

/** Where a provider has texts alone, several values stand in one with commas between. */
const toValues = (data: PersonalData, claim: string): ReadonlySet<string> =>
  data.use(({ [claim]: value = null }) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
    return new Set(texts.flatMap((text) => text.split(',')).map((text) => text.trim()));
  });
