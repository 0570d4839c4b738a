import { z } from 'zod';

export interface TokenDraft {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly lifetimeSec: number;
}

/** Tokens being minted. `identity` is `null` if no ID token was requested. */
export interface TokenDrafts {
  readonly identity: TokenDraft | null;
  readonly access: TokenDraft;
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

/**
 * Applies all commands of a token hook's answer, or none.
 * @returns `null` if one fails: Okta then mints the original tokens
 * @see
 * https://developer.okta.com/docs/api/openapi/okta-management/management/tag/InlineHook/#tag/InlineHook/operation/create-token-hook
 */
export function applyTokenCommands(drafts: TokenDrafts, commands: unknown): TokenDrafts | null {
  const parsed = commandsGuard.safeParse(commands ?? []);
  if (!parsed.success) return null;
  const patched = { ...drafts };
  for (const { type, value } of parsed.data) {
    const kind = type === 'com.okta.identity.patch' ? 'identity' : 'access';
    for (const operation of value) {
      const draft = apply(kind, patched[kind], operation);
      if (draft === null) return null;
      patched[kind] = draft;
    }
  }
  return patched;
}

function apply(
  kind: keyof TokenDrafts,
  draft: TokenDraft | null,
  operation: z.infer<typeof operationGuard>,
): TokenDraft | null {
  if (draft === null) return null;
  if (operation.path === '/token/lifetime/expiration') {
    const lifetime = operation.op === 'replace' ? z.int().min(300).max(86_400).safeParse(operation.value) : undefined;
    return lifetime?.success ? { ...draft, lifetimeSec: lifetime.data } : null;
  }
  const segment = /^\/claims\/([^/]+)$/.exec(operation.path)?.[1];
  if (segment === undefined) return null;
  const name = segment.replaceAll('~1', '/').replaceAll('~0', '~');
  const isReserved = reservedNames[kind].includes(name);
  const exists = Object.hasOwn(draft.claims, name);
  if (isReserved || exists !== (operation.op !== 'add')) return null;
  const { [name]: _, ...others } = draft.claims;
  return { ...draft, claims: operation.op === 'remove' ? others : { ...others, [name]: operation.value } };
}
