import type { Policy } from '../core/connection.js';
import type { RulesInForce } from '../core/rules/rule.js';
import { describeUncalled, type HookCalls } from './hook-calls.js';

type Mode = Policy['mode'];

/** Title of the check of a connection's mode, and of the step that sets it at the provider. */
export const modeTitle = 'Mode';

/** Mode that is active at the provider, if code that runs there decides sign-ins. */
export interface ModeAtProvider {
  readonly place: 'functions' | 'provider';
  /** `enforce` or `shadow` only if every part has it. `null` if unknown. */
  readonly mode: Mode | 'mixed' | null;
  /** Mode of each part; `null` if it has none, or an invalid one. */
  readonly parts: readonly { readonly name: string; readonly mode: Mode | null }[];
  /** Sign-ins without a password. `null` if unknown. */
  readonly passwordless: {
    /** True if every part accepts them, `mixed` if only some do. */
    readonly active: boolean | 'mixed';
    /** True if they are configured and the mode at the provider allows them. */
    readonly expected: boolean;
  } | null;
  /** Reason why the mode is unknown. */
  readonly reason: string | null;
  /** Time of the reading, in UTC (RFC 3339). */
  readonly readAt: string;
}

export const toUnknownMode = (place: ModeAtProvider['place'], reason: string, readAt: string): ModeAtProvider => ({
  place,
  mode: null,
  parts: [],
  passwordless: null,
  reason,
  readAt,
});

/** Combines the modes of parts. */
export function toModeAtProvider(
  place: ModeAtProvider['place'],
  parts: ModeAtProvider['parts'],
  passwordless: ModeAtProvider['passwordless'],
  readAt: string,
): ModeAtProvider {
  const [first] = parts;
  const isSame = parts.every(({ mode }) => mode === first?.mode);
  const mode = isSame ? (first?.mode ?? null) : null;
  return { place, mode: mode ?? 'mixed', parts, passwordless, reason: null, readAt };
}

/** Describes the mode at the provider, such as “in the functions: shadow (read 2026-11-28T08:00:00.000Z)”. */
export function describeModeAt({ place, mode, parts, passwordless, reason, readAt }: ModeAtProvider): string {
  const each = parts.map((part) => `${part.name} ${part.mode ?? 'none'}`).join(', ');
  const found = mode === null ? `not known, because ${reason ?? 'it was not read'}` : mode;
  const details = mode === 'mixed' ? `${each}; ` : '';
  const also = describePasswordless(passwordless);
  return `${place === 'functions' ? 'in the functions' : 'at the provider'}: ${found}${also} (${details}read ${readAt})`;
}

/** Returns true if the provider treats sign-ins without a password as configured, or if that is unknown. */
export const isPasswordlessAsConfigured = ({ passwordless }: ModeAtProvider): boolean =>
  passwordless === null || passwordless.active === passwordless.expected;

function describePasswordless(passwordless: ModeAtProvider['passwordless']): string {
  if (passwordless === null) return '';
  const { active, expected } = passwordless;
  if (active === false && !expected) return '';
  const found = active === 'mixed' ? 'accepted by some' : toWord(active);
  return `, sign-ins without a password ${found}${active === expected ? '' : ` (configured: ${toWord(expected)})`}`;
}

const toWord = (isAccepted: boolean): string => (isAccepted ? 'accepted' : 'refused');

/** Describes the mode of this server, with the rules that decide otherwise. */
export function describeOwnMode(mode: Mode, { refusing, allowing }: RulesInForce): string {
  const isShadow = mode === 'shadow';
  if (isShadow && refusing.length === 0) return mode;
  const enforcing = isShadow ? `; rules that enforce: ${refusing.join(', ')}` : '';
  const lenient = allowing.length === 0 ? '' : `; rules that allow sign-ins without a check: ${allowing.join(', ')}`;
  return `${mode}${enforcing}${lenient}`;
}

/** Describes the mode of a connection, at the provider too if sign-ins are decided there, and hooks without calls. */
export function describeMode(here: string, at: ModeAtProvider | null, calls: HookCalls | null = null): string {
  const mode = at === null ? here : `${here} at this server; ${describeModeAt(at)}`;
  const uncalled = describeUncalled(calls);
  return uncalled === null ? mode : `${mode}; ${uncalled}`;
}
