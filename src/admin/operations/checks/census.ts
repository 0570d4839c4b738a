import { readEvents } from '../../../audit/events.js';
import type { CoveragePage, EnrolmentCoverage, Holder } from '../../../connections/coverage.js';
import { type Check, type Provisioning, warn } from '../../../connections/provisioning.js';
import type { SubjectRef } from '../../../core/connection.js';
import type { Ports } from '../../../core/deps.js';
import { enrolmentEvents } from '../../../enrolment/events.js';
import { toCode } from '../../../errors.js';
import type { EngineId } from '../../../face/token/format.js';
import { identifyToken } from '../../../face/verifier/facenition-token.js';
import { toFailure, toFailureLines } from '../failure.js';
import { type CoveragePolicy, toCoverageFinding } from '../plan.js';

interface Connection {
  readonly id: string;
  readonly policy: CoveragePolicy;
}

interface Known {
  readonly verifier: { readonly kind: 'embedded' | 'facenition' };
  readonly trail: string;
  /** Finds the number of the engine that makes new tokens; `null` if there is none, or it is not known. */
  readonly findEngine: () => Promise<EngineId | null>;
}

export interface CoverageListeners {
  /** Receives the number of users read so far, after each page. */
  readonly onRead: (users: number) => void;
  /** Receives the numbers of users. Users who hold another user's token do not count as enrolled. */
  readonly onCensus: (census: EnrolmentCoverage) => void;
}

/**
 * Counts users who would be denied today. The check is skipped if the provider cannot be queried, because an earlier
 * check reports that.
 */
export const createCoverageCheck = (
  { census }: Pick<Provisioning, 'census'>,
  connection: Connection,
  { onRead, onCensus, ...known }: Known & CoverageListeners,
  { log }: Ports<'log'>,
): Check => ({
  title: 'Enrolled users',
  async run() {
    const holders: Holder[] = [];
    let users = 0;
    const onPage = (page: CoveragePage): void => {
      holders.push(...page.holders);
      users += page.users;
      onRead(users);
    };
    const counted = await census(onPage).catch((error: unknown) => toFailure(error, log));
    if (!('users' in counted)) {
      const found = `the provider returned an error: ${toFailureLines(counted).join(': ')}`;
      return warn(found, 'Let the credentials of the service list users.');
    }
    const named = holders.map(({ subject, token }) => ({ subject, ...identify(token, known.verifier) }));
    const foreign = await countForeign(named, connection, known);
    const own = { ...counted, enrolled: counted.enrolled - foreign };
    onCensus(own);
    const current = await known.findEngine();
    const former = current === null ? 0 : named.filter(({ engine }) => engine !== null && engine !== current).length;
    return toCoverageFinding(own, connection.policy, { foreign, former });
  },
});

/** Actions after which a token belongs to a user. */
const makings = ['enrolled', 'enrolment_recovered', 'renewed'] as const;

/**
 * Counts users whose token was created for another user or elsewhere. A token that the audit log does not mention
 * counts as the user's own.
 */
async function countForeign(
  named: readonly (Named & { readonly subject: Holder['subject'] })[],
  { id }: Connection,
  { trail }: Pick<Known, 'trail'>,
): Promise<number> {
  const tokenIds = new Set(named.flatMap(({ tokenId }) => (tokenId === null ? [] : [tokenId])));
  const owners = new Map<string, SubjectRef>();
  if (tokenIds.size > 0)
    for await (const { connection, subject, detail } of readEvents(trail, makings, enrolmentEvents))
      if (tokenIds.has(detail.tokenId)) owners.set(detail.tokenId, { connection, subject });
  return named.filter(({ subject, tokenId }) => {
    if (tokenId === null) return true;
    const owner = owners.get(tokenId);
    return owner !== undefined && (owner.connection !== id || owner.subject !== subject);
  }).length;
}

interface Named {
  readonly tokenId: string | null;
  readonly engine: EngineId | null;
}

function identify(token: Holder['token'], { kind }: Known['verifier']): Named {
  try {
    const { tokenId, isOurs, engine } = identifyToken(token);
    return isOurs || kind === 'facenition' ? { tokenId, engine } : { tokenId: null, engine };
  } catch (error) {
    if (toCode(error) === 'token_malformed') return { tokenId: null, engine: null };
    throw error;
  }
}
