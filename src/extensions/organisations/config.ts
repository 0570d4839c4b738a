import { z } from 'zod';
import type { ConnectionAddition } from '../../config/additions.js';
import { claimNameGuard } from '../../config/claims.js';

/** Returns the texts and placeholders of a pattern, or `null` if it is not one. */
export const patternPartsOf = (pattern: string): RegExpExecArray | null =>
  /^([^{}]*)\{(organisation|role)\}([^{}]+)\{(organisation|role)\}([^{}]*)$/.exec(pattern);

/** Returns true if the pattern has each placeholder once, with a separator between them. */
function isPattern(pattern: string): boolean {
  const [, , first, , second] = patternPartsOf(pattern) ?? [];
  return first !== undefined && first !== second;
}

const lineGuard = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^\P{C}*$/u, 'expected one line of plain text');

const idGuard = z.string().regex(/^[\x21-\x7e]{1,100}$/, 'expected 1 to 100 printable ASCII characters without spaces');

const roleGuard = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}$/,
    'expected up to 100 letters, digits, dots, hyphens, underscores and tildes',
  );

const organisationGuard = z.strictObject({
  id: idGuard.describe('Id of the organization in tokens.'),
  name: lineGuard.describe('Name of the organization, as people read it.'),
  roles: z
    .record(roleGuard, z.array(z.string().min(1).max(256)).min(1).max(100))
    .default({})
    .describe('Groups, by name or id, or values of the claim, by role.'),
});

const hasUniqueIds = (list: readonly { readonly id: string }[]): boolean =>
  new Set(list.map(({ id }) => id)).size === list.length;

const rulesGuard = z
  .strictObject({
    from: z
      .union([z.literal('groups'), z.strictObject({ claim: claimNameGuard.describe('Name of the claim.') })])
      .default('groups')
      .describe('`"groups"` of the provider, or a claim of the connection.'),
    pattern: z
      .string()
      .max(200)
      .refine(isPattern, 'expected {organisation} and {role}, once each, with a text between them')
      .nullable()
      .default(null)
      .describe('Pattern of group names or values, with `{organisation}` and `{role}`.'),
    list: z
      .array(organisationGuard)
      .max(1000)
      .refine(hasUniqueIds, 'two organisations have the same id')
      .default([])
      .describe('Organizations with their names, and their groups if no pattern is set.'),
  })
  .refine(({ pattern, list }) => pattern !== null || list.some(({ roles }) => Object.keys(roles).length > 0), {
    error: 'expected a pattern, or a list with roles',
  });

export type OrganisationRules = Readonly<z.output<typeof rulesGuard>>;

/** Organizations for which the connection's users may act, or `null`. */
export const organisationsGuard = rulesGuard
  .nullable()
  .default(null)
  .describe('Organizations that users can act for. `null`: none. See docs/organisations.md.');

declare module '../../config/additions.js' {
  interface ConnectionSections {
    readonly organisations: OrganisationRules | null;
  }
  interface RelyingPartyFields {
    readonly organisations: boolean;
  }
}

export const organisationsAddition = {
  sections: { organisations: organisationsGuard },
  clientFields: {
    organisations: z.boolean().default(false).describe('True if it may request the scope `organisation`.'),
  },
  findClientProblems: ({ organisations = false, claims }) =>
    organisations && Object.hasOwn(claims, 'organisation')
      ? [
          {
            path: ['claims'],
            message:
              'expected no claim organisation together with organisations: the scope organisation already provides it',
          },
        ]
      : [],
  readsGroups: ({ organisations }) => organisations?.from === 'groups',
} as const satisfies ConnectionAddition;
