import type { Profile } from '../../core/ports.js';
import type { PersonalData } from '../../core/secrets.js';
import { type OrganisationRules, patternPartsOf } from './config.js';

export type Organisation = ReturnType<typeof toOrganisations>[number];

/** Accepts only characters that pages and logs display unambiguously. */
const isWord = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/.test(text);

/**
 * Parses a name by a pattern. Ambiguous names are ignored: otherwise the owner of one organization's group could gain a
 * role in another.
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
 * Returns a person's organizations, sorted by name. The default of the name is the id.
 * @param held - groups, by id and by name, or attribute values
 */
function toOrganisations(held: ReadonlySet<string>, rules: OrganisationRules) {
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

/** Returns the values of an attribute. In text, commas separate them. */
const toValues = (data: PersonalData, claim: string): ReadonlySet<string> =>
  data.use(({ [claim]: value = null }) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
    return new Set(texts.flatMap((text) => text.split(',')).map((text) => text.trim()));
  });
