import { setTimeout as delay } from 'node:timers/promises';
import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import {
  type FollowedLinesReply,
  followedLinesReply,
  type LineReply,
  lineCountsReply,
  linesReply,
  refusedCallReply,
} from '../../audit/ledger/replies.js';
import { callServer, type Fields, readPages } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { parseIsoTime, wholeNumber } from '../../cli/parse-option.js';
import { readLogins, toWhy } from '../../cli/read-logins.js';
import { toRowLines } from '../../cli/table.js';
import { outcomes } from '../../core/audit-events.js';

/** Maximum lines in a table. Output to a file has all lines. */
const linesShown = 100;
const largestPage = 1000;
const followMs = 2000;

export const createLogCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('log')
    .summary('filter, follow or export the log of decisions')
    .description('Calls the running server.')
    .option('--person <text>', 'start of a username, an e-mail address or a name; or an id')
    .option('--connection <id>', 'only this connection')
    .addOption(new Option('--action <action>', 'only this action').choices(deps.auditEvents.loggedActions))
    .addOption(new Option('--result <result>', 'only this result').choices(outcomes))
    .option('--reason <code>', 'only this reason: a code of docs/reference/errors.md or docs/ledger.md')
    .option('--application <name>', 'only this application')
    .option('--network <network>', 'only this network, or the network of this address')
    .option('--request <id>', 'only this request id')
    .option('--since <time>', 'start day or time', parseIsoTime)
    .option('--until <time>', 'end day or time, exclusive', parseIsoTime)
    .option('--limit <count>', `at most so many; ${linesShown} in a table, all in a file`, wholeNumber(1, 9_999_999))
    .addOption(new Option('--follow', 'print new entries until stopped').conflicts(['since', 'until', 'limit']))
    .option('--json', 'print one JSON object per line')
    .action(async ({ person, action, result, reason, request, follow: isFollowing, limit, json, ...rest }) => {
      const named = { ...rest, outcome: result, code: reason, requestId: request, search: person };
      const filter = { ...named, actions: action && [action] };
      const isFile = json === true;
      const print = createPrinter(isFile, deps);
      await (isFollowing === true ? follow(filter, print, deps) : list(filter, { limit, isFile }, print, deps));
    });

type PrintLines = (lines: readonly LineReply[]) => Promise<void>;

function createPrinter(isJson: boolean, deps: CliDeps): PrintLines {
  if (isJson) return async (lines) => lines.forEach((line) => void deps.print(JSON.stringify(line)));
  let isBegun = false;
  return async (lines) => {
    const loginOf = await readLogins(lines, deps);
    const rows = toRowLines(lines, {
      time: 'time',
      connection: 'connection',
      person: (line) => loginOf(line) ?? line.subject,
      what: 'action',
      result: 'outcome',
      why: (line) => toWhy(line) || '-',
      application: ({ application, hook }) => application ?? hook,
      network: 'network',
      request: 'requestId',
    });
    rows.slice(isBegun ? 1 : 0).forEach(deps.print);
    isBegun = true;
  };
}

async function list(
  filter: Fields,
  { limit, isFile }: { readonly limit: number | undefined; readonly isFile: boolean },
  print: PrintLines,
  deps: CliDeps,
): Promise<void> {
  const most = limit ?? (isFile ? Number.POSITIVE_INFINITY : linesShown);
  const shown: LineReply[] = [];
  let printed = 0;
  let isFirst = true;
  let hasMore = false;
  const toAsked = (): Fields => ({ ...filter, limit: Math.min(largestPage, most - printed - shown.length) });
  for await (const page of readPages('POST /log/list', toAsked, linesReply, deps)) {
    if (isFirst) reportUnsearched(page, deps);
    isFirst = false;
    shown.push(...page.lines);
    // Output to a file may exceed memory, so it is written page by page. Column widths of a table depend on all its
    // lines.
    if (isFile) {
      printed += shown.length;
      await print(shown.splice(0));
    }
    hasMore = page.cursor !== null && printed + shown.length >= most;
    if (hasMore) break;
  }
  const { connection } = filter;
  if (connection !== undefined && printed + shown.length === 0) {
    const known = await callServer('GET /log/counts', lineCountsReply, deps);
    // A connection that was removed may still have log lines.
    if (known.connections.every((each) => each.connection !== connection))
      throw new UsageError(`no connection "${connection}" at this server, and none in the log`);
  }
  if (!isFile) await print(shown);
  if (typeof filter.requestId === 'string' && printed + shown.length === 0) await reportRefused(filter.requestId, deps);
  if (hasMore) deps.printError('There may be more: raise --limit, or print all with --json.');
}

async function follow(filter: Fields, print: PrintLines, deps: CliDeps): Promise<void> {
  const stopped = new AbortController();
  deps.untilStopped().finally(() => stopped.abort());
  let seen = new Set<string>();
  let after: string | null | undefined;
  deps.printError('Following the log: Ctrl+C ends it.');
  while (!stopped.signal.aborted) {
    const page: FollowedLinesReply = await callServer('POST /log/follow', followedLinesReply, deps, {
      ...filter,
      after,
    });
    if (after === undefined) reportUnsearched(page, deps);
    const fresh = page.lines.filter(({ id }) => !seen.has(id));
    if (fresh.length > 0) await print(fresh);
    seen = new Set(page.lines.map(({ id }) => id));
    after = page.cursor;
    await delay(followMs, null, { signal: stopped.signal }).catch(() => {});
  }
}

function reportUnsearched(
  { unasked }: { readonly unasked: readonly string[] },
  { printError }: Pick<CliDeps, 'printError'>,
): void {
  if (unasked.length > 0) printError(`facestep: ${unasked.join(', ')} could not be searched completely`);
}

/** Says why the server refused a call that no entry is about, because no person was known. */
async function reportRefused(requestId: string, deps: CliDeps): Promise<void> {
  const { call, since } = await callServer('GET /log/refused-calls/:requestId', refusedCallReply, deps, { requestId });
  deps.printError(
    call === null
      ? `facestep: the server that answers refused no call with this id since ${since}. Other servers have their own.`
      : `facestep: refused before a person was known: ${call.method} ${call.route}, ${call.status} ${call.code}, at ${call.at}`,
  );
}
