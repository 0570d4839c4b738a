import { type PastEvent, readEvents } from '../../audit/events.js';
import type { KeyVersion } from '../../core/ports.js';
import { type EpochMs, fromIso } from '../../core/units.js';
import { enrolmentEvents } from '../events.js';

/** Numbers of tokens, counted from audit logs. */
export interface TokenCount {
  readonly byVersion: ReadonlyMap<KeyVersion, number>;
  readonly ofUnknownVersion: number;
}

/**
 * Audit actions after which a token exists or may exist. `enrolment_begun` is included, because a crash may have
 * prevented the record of the end.
 */
const beginnings = ['enrolment_begun', 'enrolled', 'enrolment_recovered', 'renewed'] as const;
const endings = ['revoked', 'subject_erased', 'consent_withdrawn', 'enrolment_refused'] as const;
type CountedEvent = PastEvent<(typeof beginnings)[number] | (typeof endings)[number]>;

interface Token {
  version: KeyVersion | null;
  /** Expiry; `undefined` if no record contains it. */
  expiresAt: EpochMs | null | undefined;
  /** Id of the token that this one renewed, whose expiry it keeps. */
  former: string | null;
  readonly subject: string;
  readonly time: EpochMs;
}

/** Counts valid tokens by key version, from the audit logs of all replicas. */
export async function countTokens(trails: readonly string[], now: EpochMs): Promise<TokenCount> {
  const tokens = new Map<string, Token>();
  const ended = new Set<string>();
  const subjectsEnded = new Map<string, EpochMs>();

  const take = ({ action, connection, subject, time, detail }: CountedEvent): void => {
    const who = `${connection}\n${subject}`;
    switch (action) {
      case 'enrolment_begun':
      case 'enrolled':
      case 'enrolment_recovered':
      case 'renewed': {
        const { tokenId, former = null, keyVersion = null, expiresAt } = detail;
        const token = tokens.get(tokenId) ?? { version: null, expiresAt: undefined, former: null, subject: who, time };
        token.version ??= keyVersion;
        token.former ??= former;
        if (expiresAt !== undefined) token.expiresAt = expiresAt === null ? null : fromIso(expiresAt);
        tokens.set(tokenId, token);
        if (former !== null && action !== 'enrolment_begun') ended.add(former);
        return;
      }
      case 'enrolment_refused':
        if (detail.tokenId !== undefined) ended.add(detail.tokenId);
        return;
      case 'revoked':
      case 'subject_erased':
      case 'consent_withdrawn':
        if (detail.tokenId !== null) ended.add(detail.tokenId);
        else if (subject !== '') subjectsEnded.set(who, latest(time, subjectsEnded.get(who)));
    }
  };
  // A damaged line may have named a token in use, whose key would be destroyed.
  let ofUnknownVersion = 0;
  const onUnreadable = (): void => {
    ofUnknownVersion += 1;
  };
  for (const trail of trails)
    for await (const event of readEvents(trail, [...beginnings, ...endings], enrolmentEvents, { onUnreadable }))
      take(event);

  const expiryOf = (token: Token): EpochMs | null => {
    const seen = new Set<Token>();
    for (let at: Token | undefined = token; at !== undefined && !seen.has(at); at = tokens.get(at.former ?? '')) {
      if (at.expiresAt !== undefined) return at.expiresAt;
      seen.add(at);
    }
    return null;
  };
  const isLive = (tokenId: string, token: Token): boolean => {
    const expiry = expiryOf(token);
    const end = subjectsEnded.get(token.subject);
    return !ended.has(tokenId) && (expiry === null || expiry > now) && (end === undefined || end < token.time);
  };

  const byVersion = new Map<KeyVersion, number>();
  for (const [tokenId, token] of tokens) {
    if (!isLive(tokenId, token)) continue;
    if (token.version === null) ofUnknownVersion += 1;
    else byVersion.set(token.version, (byVersion.get(token.version) ?? 0) + 1);
  }
  return { byVersion, ofUnknownVersion };
}

const latest = (time: EpochMs, other: EpochMs | undefined): EpochMs =>
  other === undefined || time > other ? time : other;
