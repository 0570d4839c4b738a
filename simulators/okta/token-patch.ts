import { z } from 'zod';

export interface TokenDraft {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSec: number;
}

/** Tokens being minted; `null` if not requested. */
export interface TokenDrafts {
  readonly identity: TokenDraft | null;
  readonly access: TokenDraft | null;
}

/** @see https://support.okta.com/help/s/article/list-of-reserved-claim-names */
const reservedNames = {
  access: 'acr amr as_uri cid groups rpt rsi uid username iss jti token_type ver iat exp scp auth_time'.split(' '),
  identity: 'sub aud iss jti ver iat exp idp auth_time nonce amr acr at_hash c_hash username groups'.split(' '),
};

// Okta's contract: text, integers and objects, but no bare boolean.
const claimValueGuard = z.union([z.string(), z.int(), z.record(z.string(), z.unknown())]);

const operationGuard = z.discriminatedUnion('op', [
  z.object({ op: z.enum(['add', 'replace']), path: z.string(), value: claimValueGuard }),
  z.object({ op: z.literal('remove'), path: z.string(), value: z.null().optional() }),
]);
const commandsGuard = z.array(
  z.object({
    type: z.enum(['com.okta.identity.patch', 'com.okta.access.patch']),
    value: z.array(operationGuard),
  }),
);

class Inapplicable extends Error {}

/**
 * Applies all commands of a token hook's answer, or none.
 * @returns `null` if one fails: Okta then mints the original tokens
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export function applyTokenCommands(drafts: TokenDrafts, commands: unknown): TokenDrafts | null {
  const parsed = commandsGuard.safeParse(commands ?? []);
  if (!parsed.success) return null;
  try {
    const patched = { ...drafts };
    for (const { type, value } of parsed.data) {
      const kind = type === 'com.okta.identity.patch' ? 'identity' : 'access';
      if (patched[kind] === null) return null;
      for (const operation of value) patched[kind] = apply(kind, patched[kind], operation);
    }
    return patched;
  } catch (error) {
    if (error instanceof Inapplicable) return null;
    throw error;
  }
}

function apply(
  kind: keyof TokenDrafts,
  draft: TokenDraft | null,
  operation: z.infer<typeof operationGuard>,
): TokenDraft {
  if (draft === null) throw new Inapplicable();
  if (operation.path === '/token/lifetime/expiration') {
    const lifetime = operation.op === 'replace' ? z.int().min(300).max(86_400).safeParse(operation.value) : undefined;
    if (!lifetime?.success) throw new Inapplicable();
    return { ...draft, lifetimeSec: lifetime.data };
  }
  const segment = /^\/claims\/([^/]+)$/.exec(operation.path)?.[1];
  if (segment === undefined) throw new Inapplicable();
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  const isReserved = reservedNames[kind].includes(name);
  const exists = Object.hasOwn(draft.claims, name);
  if (isReserved || exists !== (operation.op !== 'add')) throw new Inapplicable();
  const { [name]: _, ...others } = draft.claims;
  return { ...draft, claims: operation.op === 'remove' ? others : { ...others, [name]: operation.value } };
}
