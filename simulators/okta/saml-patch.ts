import { z } from 'zod';

const statementGuard = z.object({
  attributes: z.record(z.string(), z.string()),
  attributeValues: z.array(z.object({ attributes: z.record(z.string(), z.string()), value: z.string() })).min(1),
});

export type SamlStatement = z.infer<typeof statementGuard>;

export interface SamlAssertion {
  readonly subject: Readonly<Record<string, unknown>>;
  readonly authentication: Readonly<Record<string, unknown>>;
  readonly conditions: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, SamlStatement>>;
  readonly lifetime: { readonly expiration: number };
}

const commandsGuard = z.array(
  z.object({
    type: z.literal('com.okta.assertion.patch'),
    value: z.array(z.object({ op: z.enum(['add', 'replace']), path: z.string().startsWith('/'), value: z.json() })),
  }),
);

/**
 * Applies all commands of a SAML hook's answer, or none.
 * @returns `null` if one fails: Okta then sends the original assertion
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/createSAMLAssertionInlineHook
 */
export function applySamlCommands(assertion: SamlAssertion, commands: unknown): SamlAssertion | null {
  const parsed = commandsGuard.safeParse(commands ?? []);
  if (!parsed.success) return null;
  const claims = { ...assertion.claims };
  for (const { op, path, value } of parsed.data.flatMap((command) => command.value)) {
    const segment = /^\/claims\/([^/]+)$/.exec(path)?.[1];
    const statement = statementGuard.safeParse(value);
    if (segment === undefined || !statement.success) return null;
    // Decodes a segment of a JSON Pointer (RFC 6901, section 4).
    const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Object.hasOwn(claims, name) !== (op === 'replace')) return null;
    claims[name] = statement.data;
  }
  return { ...assertion, claims };
}
