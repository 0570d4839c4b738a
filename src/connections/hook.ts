import { errors } from 'jose';
import { z } from 'zod';
import { parseBearer } from '../core/base/bearer.js';
import { parseJson } from '../core/base/json.js';
import type { Ports } from '../core/deps.js';
import type { Clock, Log, State } from '../core/ports.js';
import type { SeenFacts } from '../core/rules/seen-conditions.js';
import { addSec, type EpochMs } from '../core/units.js';
import { FaceError, type FaceErrorCode, type Json } from '../errors.js';
import type { HookDecision, ProviderEvent } from './hook-decision.js';

/** Rules that a hook calls. Decision and redemption end within the time limit of the hook. */
export interface HookCore {
  decideHook(event: ProviderEvent): Promise<HookDecision>;
  redeem(receipt: string, event: { readonly subject: string; readonly by: string }): Promise<void>;
  revoke(subject: string): Promise<void>;
  readonly state: Pick<State, 'read' | 'write'>;
}

export const probeBody = '{"facestep":"probe"}';

const probeGuard = z.strictObject({ facestep: z.literal('probe') });

const isProbe = (body: unknown): boolean => probeGuard.safeParse(body).success;

/** @throws FaceError `request_malformed` with the faulty fields but no values; `hook_probed` for a test call */
export function parseEvent<Output>(guard: z.ZodType<Output>, body: Uint8Array): Output {
  const event = parseJson(body);
  if (event === undefined) throw new FaceError('request_malformed', { issues: [{ code: 'invalid_json', path: [] }] });
  const parsed = guard.safeParse(event);
  if (parsed.success) return parsed.data;
  if (isProbe(event)) throw new FaceError('hook_probed');
  const issues = parsed.error.issues.map(({ code, path }) => ({ code: String(code), path: path.map(String) }));
  throw new FaceError('request_malformed', { issues });
}

export const hookPath = '/hooks/:connection/:hook';

/** Method and headers of a call, received before its body and not yet trusted. */
export interface RequestHead {
  readonly method: string;
  /** Header names in lower case. Repeated headers are joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface RawReply {
  readonly status: number;
  readonly body: Json;
}

/** Reply to a caller that the provider did not authenticate. */
export const untrusted: RawReply = { status: 401, body: null };

export type Answer = (body: Uint8Array) => Promise<RawReply>;

/**
 * Checks the head of a call before its body is read.
 * @throws FaceError if the call is refused
 * @returns the handler of the body, which must verify the caller if the headers do not prove it
 */
export type AdmitCall = (head: RequestHead) => Promise<Answer>;

export type HookMethod = 'GET' | 'POST';

export interface HookTerms {
  readonly methods?: readonly HookMethod[];
  /** Time limit of the answer, in milliseconds: the provider's timeout minus the time for transport. */
  readonly budgetMs: number;
  /**
   * Part of the call that authenticates the provider. With `body`, the caller counts as anonymous until the body has
   * arrived.
   */
  readonly proof: 'headers' | 'body';
  refuse(code: FaceErrorCode): RawReply;
  /** Reply that lets the sign-in continue without claims, for shadow mode. */
  readonly pass: RawReply;
}

/**
 * A test call with valid proof and no user, made by `facestep doctor`. The hook verifies the caller and refuses with
 * `hook_probed`.
 */
export interface HookProbe {
  /** Headers that authenticate the test call. They must not be displayed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Hook extends HookTerms {
  /** Creates a test call, or `null` if only the provider can prove its identity. */
  readonly probe: (() => HookProbe) | null;
  /** Facts that its calls contain, for rules. `null` if it decides no sign-in. */
  readonly sees: SeenFacts | null;
  serve(core: HookCore): AdmitCall;
}

/** Hooks of a connection by name, the last part of `/hooks/<connection>/<name>`. */
export type Hooks = Readonly<Record<string, Hook>>;

export interface ServedHook extends HookTerms {
  readonly admit: AdmitCall;
}

export type ServedHooks = Readonly<Record<string, ServedHook>>;

/** Error codes which mean that an issuer's keys could not be fetched. The token may then still be valid. */
const keysMissing = new Set(['keys_unreachable', 'ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

/** @throws `caller_untrusted` without a bearer token */
export function requireBearer(headers: RequestHead['headers']): string {
  const bearer = parseBearer(headers.authorization);
  if (bearer === null) throw new FaceError('caller_untrusted');
  return bearer;
}

/** The error has no cause, because a signature error may contain the signed data. */
export function toProofRefusal(error: unknown, proof: 'bearer' | 'hint'): FaceError {
  const reason = error instanceof errors.JOSEError ? error.code : 'keys_unreachable';
  return new FaceError(keysMissing.has(reason) ? 'profile_unavailable' : 'caller_untrusted', { [proof]: reason });
}

/**
 * Returns which secret verifies a caller, or `null`. It always tries the current and the previous secret, so that
 * timing reveals nothing.
 */
export function findSecret<Secret>(
  { current, previous }: { readonly current: Secret; readonly previous: Secret | undefined },
  proves: (secret: Secret) => boolean,
): UsedSecret | null {
  const isPrevious = previous !== undefined && proves(previous);
  const isCurrent = proves(current);
  if (isCurrent) return 'current';
  return isPrevious ? 'previous' : null;
}

const noticeSec = 60;

export type UsedSecret = 'current' | 'previous';

export interface SecretUse {
  readonly connection: string;
  readonly secret: UsedSecret;
}

export function createNoteSecretUse({
  connection,
  clock,
  log,
  onSecretUsed,
}: {
  readonly connection: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onSecretUsed?: ((use: SecretUse) => void) | undefined;
}) {
  const quietUntil = new Map<string, EpochMs>();
  return (hook: string, secret: UsedSecret): void => {
    onSecretUsed?.({ connection, secret });
    if (secret === 'current') return;
    const now = clock.now();
    if (now < (quietUntil.get(hook) ?? 0)) return;
    quietUntil.set(hook, addSec(now, noticeSec));
    log.warn('called with the previous secret', { connection, hook });
  };
}

export function createSecretUses({ clock }: Ports<'clock'>) {
  const uses = new Map<string, Partial<Record<SecretUse['secret'], EpochMs>>>();
  return {
    note: ({ connection, secret }: SecretUse) =>
      void uses.set(connection, { ...uses.get(connection), [secret]: clock.now() }),
    /** Returns and removes the times of last use of a connection's secrets. */
    collect(connection: string): Readonly<Partial<Record<UsedSecret, EpochMs>>> {
      const found = uses.get(connection) ?? {};
      uses.delete(connection);
      return found;
    },
  };
}

/** Uses of secrets since they were last collected, kept in memory. */
export type SecretUses = ReturnType<typeof createSecretUses>;
