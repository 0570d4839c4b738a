import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import type { AdapterDeps } from '../../src/connections/adapter.js';
import {
  type DecisionAtProvider,
  type DecisionsRead,
  withoutRepeats,
} from '../../src/connections/decisions-at-provider.js';
import { type Finding, manual, pass, warn } from '../../src/connections/provisioning.js';
import { withTimeout } from '../../src/core/resilience.js';
import { addSec, type EpochMs, epochMs, toIso } from '../../src/core/units.js';
import { causeOf, toAccountOptions } from './client.js';
import type { CognitoConnection } from './config.js';

/* The functions log one line of JSON for each decision about a sign-in (flow.ts). */

type Deps = Pick<AdapterDeps<CognitoConnection>, 'settings' | 'fetch' | 'clock'>;

/** Functions that decide sign-ins. The other two create the challenge and set the claims. */
const deciding = ['defineAuthChallenge', 'verifyAuthChallengeResponse'] as const;

const filterPattern = '{ $.message = "decision" }';

const longestMs = 20_000;

/** Time ranges of one reading, in seconds. A shorter one is read if the log of a longer one has too many pages. */
const rangesSec = [3600, 300, 20];

/** A page may be empty although others follow. */
const pagesAtMost = 20;

const unnamed = 'the configuration does not name the functions (cognito.triggers.functions)';

const toUnread = (reason: string): DecisionsRead => ({ decisions: [], until: null, ignored: 0, reason });

const late = toUnread('AWS did not answer in time');

/**
 * Reads the decisions that the functions logged in the hour from `since`, or in less of it. Skips a range
 * that is too large even at its shortest, and the next reading continues behind it.
 */
export async function readDecisions(since: EpochMs, deps: Deps): Promise<DecisionsRead> {
  const { functions } = deps.settings.cognito.triggers;
  if (functions === undefined) return toUnread(unnamed);
  const readRange = async (until: EpochMs): Promise<DecisionsRead> => {
    const logs = await Promise.all(deciding.map((name) => readLog(functions[name], { since, until }, deps)));
    const problem = logs.find(({ reason }) => reason !== null);
    if (problem !== undefined) return problem;
    const decisions = logs.flatMap((log) => log.decisions);
    return {
      decisions: withoutRepeats(decisions, []),
      until: epochMs(Math.min(until, ...logs.flatMap((log) => log.until ?? []))),
      ignored: logs.reduce((sum, { ignored }) => sum + ignored, 0),
      reason: null,
    };
  };
  let found = toUnread(unnamed);
  for (const rangeSec of rangesSec) {
    const until = epochMs(Math.min(addSec(since, rangeSec), deps.clock.now()));
    found = await withTimeout(readRange(until), longestMs / rangesSec.length, () => late);
    if (found.until === null ? found !== late : found.until > since || until <= since) return found;
    if (found.until !== null) found = { ...found, until, hasGap: true };
  }
  return found;
}

async function readLog(
  arn: string,
  { since, until }: { readonly since: EpochMs; readonly until: EpochMs },
  { settings, fetch }: Deps,
): Promise<DecisionsRead> {
  const client = new CloudWatchLogsClient(toAccountOptions(settings.cognito, fetch));
  const logGroupName = `/aws/lambda/${/:function:([\w-]+)/.exec(arn)?.[1] ?? ''}`;
  const parse = createParser(settings.id);
  const decisions: DecisionAtProvider[] = [];
  let ignored = 0;
  let nextToken: string | undefined;
  try {
    for (let page = 0; page < pagesAtMost; page += 1) {
      const query = { logGroupName, filterPattern, startTime: since, endTime: until, nextToken };
      const found: FilterLogEventsCommandOutput = await client.send(new FilterLogEventsCommand(query));
      for (const event of found.events ?? []) {
        const decision = parse(event);
        if (decision === null) ignored += 1;
        else decisions.push(decision);
      }
      nextToken = found.nextToken;
      if (nextToken === undefined) return { decisions, until, ignored, reason: null };
    }
  } catch (error) {
    const cause = causeOf(error);
    return toUnread(`CloudWatch does not return the log ${logGroupName} (${cause}); it needs logs:FilterLogEvents`);
  }
  // The pages are ordered by time, so the next reading continues after the last decision.
  return { decisions, until: decisions.at(-1)?.at ?? since, ignored, reason: null };
}

const decisionGuard = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('verified'),
    at: z.int(),
    stepUpId: z.string().max(128),
    liveness: z.number().nullable(),
  }),
  z.object({
    outcome: z.literal('unverified'),
    fallback: z.enum(['deny', 'pass']),
    wouldHave: z.literal('deny').optional(),
    reason: z.literal('no_check'),
  }),
]);

/** Creates the parser of log events. It returns `null` for a line that is no decision of this connection. */
function createParser(connection: string) {
  const headGuard = z.object({
    message: z.literal('decision'),
    id: z.string().min(1).max(64),
    connection: z.literal(connection),
    subject: z.string().min(1).max(128),
    hook: z.enum(['define-auth-challenge', 'verify-auth-challenge']),
  });
  const guard = z.object({
    timestamp: z.int().min(0).transform(epochMs),
    message: z
      .string()
      .transform((text): unknown => JSON.parse(text))
      .pipe(z.intersection(headGuard, decisionGuard)),
  });
  return (event: unknown): DecisionAtProvider | null => {
    try {
      const { timestamp: at, message } = guard.parse(event);
      const { id, subject, hook } = message;
      return { id, at, subject, detail: { hook, ...decisionGuard.parse(message), decidedAt: toIso(at) } };
    } catch {
      return null;
    }
  };
}

/** Checks that the decisions of the functions can be read. */
export async function checkDecisions(deps: Deps): Promise<Finding> {
  if (deps.settings.cognito.triggers.functions === undefined)
    return manual(`Not known: ${unnamed}.`, 'Name them, so that the users who would be refused are known.');
  const { reason, ignored } = await readDecisions(addSec(deps.clock.now(), -60), deps);
  if (reason !== null)
    return manual(
      `Not known, because ${reason}.`,
      'Allow logs:FilterLogEvents for the logs of the functions. Until then, reports do not contain their decisions.',
    );
  return ignored === 0
    ? pass('The log of the functions can be read.')
    : warn(`${ignored} lines of the last minute are not decisions of this connection.`, 'Deploy the functions again.');
}
