import type { DirectoryFor } from '../connections/openid-client.js';
import type { Connection } from '../core/connection.js';
import type { Link } from '../core/links/links.js';
import type { Log } from '../core/ports.js';
import { withTimeout } from '../core/resilience.js';
import type { PersonalData } from '../core/secrets.js';
import { toCode } from '../errors.js';

export interface Source {
  readonly issuer: string;
  readonly connection: Connection;
  readonly directoryFor: DirectoryFor;
  /** Counts an anonymous face check at this connection. @throws `locked_out` */
  countStart(from: string): Promise<void>;
}

export type Sources = ReadonlyMap<string, Source>;

export const nameOfSource = ({ connection: { id, policy } }: Pick<Source, 'connection'>): string =>
  policy.organisation ?? id;

/** Time limit in milliseconds for all sources, which are read in parallel. */
const deadlineMs = 2_500;

export type SourceAnswer = {
  readonly id: string;
  readonly source: Source;
} & (
  | { readonly state: 'answered'; readonly link: Link; readonly values: PersonalData }
  | { readonly state: 'unanswered' | 'unlinked' }
);

/**
 * Reads claims of a person's linked accounts, in parallel. Slow or failing sources are reported and delay no others.
 */
export async function readSources(
  { names, links }: { readonly names: ReadonlyMap<string, readonly string[]>; readonly links: readonly Link[] },
  deps: { readonly sources: Sources; readonly log: Log },
): Promise<readonly SourceAnswer[]> {
  const ask = async (id: string, source: Source, wanted: readonly string[]): Promise<SourceAnswer> => {
    const link = links.find(({ other }) => other.connection === id);
    if (link === undefined) return { id, source, state: 'unlinked' };
    const unanswered = (code: string): SourceAnswer => {
      deps.log.warn('claims source did not respond', { connection: id, code });
      return { id, source, state: 'unanswered' };
    };
    const read = source.connection.profile.readClaims(link.other.subject, wanted).then(
      (values): SourceAnswer => ({ id, source, state: 'answered', link, values }),
      (error: unknown) => unanswered(toCode(error)),
    );
    return withTimeout(read, deadlineMs, () => unanswered('late'));
  };
  return Promise.all(
    [...names].flatMap(([id, wanted]) => {
      const source = deps.sources.get(id);
      return source === undefined ? [] : [ask(id, source, wanted)];
    }),
  );
}

export function namesBySource(
  claims: readonly { readonly name: string; readonly from: string | null }[],
): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const { name, from } of claims) {
    if (from !== null) names.set(from, [...(names.get(from) ?? []), name]);
  }
  return names;
}
