import type { DirectoryFor } from '../../adapters/openid-client.js';
import type { PersonalData } from '../core/concealed.js';
import type { Connection } from '../core/connection.js';
import { inTime } from '../core/deadline.js';
import type { Link } from '../core/links/links.js';
import type { Log } from '../core/ports.js';
import { toCode } from '../errors.js';

/** A connection that claims may come from beside the one whose issuer is asked. */
export interface Source {
  /** Its own issuer, which signs what comes from it. */
  readonly issuer: string;
  readonly connection: Connection;
  readonly directoryFor: DirectoryFor;
  /** Counts a face check there that an outsider starts. @throws FaceError `locked_out`, `state_unavailable` */
  countStart(from: string): Promise<void>;
}

/** By the connection's id. */
export type Sources = ReadonlyMap<string, Source>;

/** What people know a source as. */
export const nameOfSource = ({ connection: { id, policy } }: Pick<Source, 'connection'>): string =>
  policy.organisation ?? id;

/** How long all sources together may take, in milliseconds: a person waits for the page, and an application for UserInfo. */
const deadlineMs = 2_500;

/** What one source said: nothing in time, or nothing because no account there is linked. */
export type SourceAnswer = {
  /** The connection's id. */
  readonly id: string;
  readonly source: Source;
} & (
  | { readonly state: 'answered'; readonly link: Link; readonly values: PersonalData }
  | { readonly state: 'unanswered' | 'unlinked' }
);

/**
 * Asks other connections for claims of a person's linked accounts there, all at once. One that is slow, or fails, or has no
 * such user any more, is told as that and holds up nobody.
 * @param asked.names - of claims, by the connection's id
 * @param asked.links - of the person, that may be used
 */
export async function readSources(
  { names, links }: { readonly names: ReadonlyMap<string, readonly string[]>; readonly links: readonly Link[] },
  deps: { readonly sources: Sources; readonly log: Log },
): Promise<readonly SourceAnswer[]> {
  const ask = async (id: string, source: Source, wanted: readonly string[]): Promise<SourceAnswer> => {
    const link = links.find(({ other }) => other.connection === id);
    if (link === undefined) return { id, source, state: 'unlinked' };
    const unanswered = (code: string): SourceAnswer => {
      deps.log.warn('a source of claims did not answer', { connection: id, code });
      return { id, source, state: 'unanswered' };
    };
    const read = source.connection.profile.readClaims(link.other.subject, wanted).then(
      (values): SourceAnswer => ({ id, source, state: 'answered', link, values }),
      (error: unknown) => unanswered(toCode(error)),
    );
    return inTime(read, deadlineMs, () => unanswered('late'));
  };
  return Promise.all(
    [...names].flatMap(([id, wanted]) => {
      const source = deps.sources.get(id);
      return source === undefined ? [] : [ask(id, source, wanted)];
    }),
  );
}

/** Claims by the connection that they come from, without those of the issuer's own. */
export function namesBySource(
  claims: readonly { readonly name: string; readonly from: string | null }[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, from } of claims) {
    if (from !== null) names.set(from, [...(names.get(from) ?? []), name]);
  }
  return names;
}
