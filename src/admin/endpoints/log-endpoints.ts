import { isIP } from 'node:net';
import { z } from 'zod';
import type { Administrator } from '../../access/rights.js';
import { type LoggedCheck, listChecks, readChecks } from '../../audit/ledger/checks.js';
import { countScanned, followLines, type LogFilter, listLines, readActivitySince } from '../../audit/ledger/log.js';
import { countByConnection } from '../../audit/ledger/people.js';
import { type LogLine, timeOfId } from '../../audit/ledger/places.js';
import {
  checksReply,
  exportedChecksReply,
  followedLinesReply,
  type LineReply,
  lineCountsReply,
  linesReply,
  refusedCallReply,
} from '../../audit/ledger/replies.js';
import type { AccountNames } from '../../connections/account-names.js';
import { type AuditEvents, outcomes } from '../../core/audit-events.js';
import type { SubjectRef } from '../../core/connection.js';
import type { Ports } from '../../core/deps.js';
import { keptNetworkOf, toSource } from '../../core/networks.js';
import type { NamedAccount } from '../../core/ports.js';
import { FaceError } from '../../errors.js';
import type { RefusedCalls } from '../../http/refused-calls.js';
import { adminEndpoint, type Endpoint, instantField, JsonLines } from '../../http/rest/endpoint.js';
import { readDoctorReport } from '../operations/doctor-reports.js';
import type { WithOperations } from '../operations/operations-context.js';

export const connectionField = z.string().min(1).max(100).describe('The id of a connection.');
export const subjectField = z.string().min(1).max(256).describe('The user’s immutable id at that provider.');
export const cursorField = z.string().min(1).max(1500).describe('Cursor of the previous reply.');
export const limitField = (most: number) =>
  z.int().min(1).max(most).prefault(50).describe('Maximum number of entries.');

export const toLineReply = (line: LogLine) => ({ ...line, time: timeOfId(line.id) });

/** Converts a check. The application is that of the latest event that names one, because the result may not. */
export function toCheckReply({ result, events }: LoggedCheck) {
  const application = events.findLast((event) => event.application !== null)?.application ?? null;
  return {
    ...toLineReply({ ...result, application: result.application ?? application }),
    startedAt: timeOfId(events[0]?.id ?? result.id),
    events: events.map(toLineReply),
  };
}

const codesField = z
  .preprocess(
    (given) => (typeof given === 'string' ? [given] : given),
    z.array(z.string().min(1).max(100)).min(1).max(100),
  )
  .describe('Reasons, of which the entry has one. One reason may also be a text.');

function createFilterFields({ loggedActions: actions }: AuditEvents) {
  return {
    connection: connectionField.optional(),
    subject: subjectField.optional(),
    actions: z.array(z.enum(actions)).min(1).max(actions.length).optional(),
    outcome: z.enum(outcomes).optional(),
    code: codesField.optional(),
    application: z.string().min(1).max(256).optional(),
    network: z.string().min(1).max(64).optional().describe('A network as in the entries, or an address in it.'),
    requestId: z.string().min(1).max(64).optional(),
    search: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe(
        'An address, a request id, or a person: their id, or the beginning of a login, an e-mail address or a name, which the server searches for at the providers.',
      ),
  };
}
type Fields = z.output<z.ZodObject<ReturnType<typeof createFilterFields>>> &
  Pick<LogFilter, 'since' | 'until' | 'hasResult' | 'by' | 'isActivity'>;

interface LogPorts extends Ports<'auditEvents' | 'clock' | 'connections' | 'ledger'>, WithOperations {
  readonly accounts: AccountNames;
  readonly refusedCalls: RefusedCalls;
}

const auditing = { tag: 'Ledger', right: 'audit' } as const;

export function createLogEndpoints(deps: LogPorts): Endpoint[] {
  const filterFields = createFilterFields(deps.auditEvents);
  const periodFields = {
    ...filterFields,
    since: instantField.optional(),
    until: instantField.optional().describe('Excludes entries of this time and later.'),
  };
  const checkFields = {
    ...periodFields,
    hasResult: z.boolean().optional().describe('True to leave out checks that only started.'),
  };
  const exporting = new Map<string, AsyncIterable<unknown>>();
  return [
    adminEndpoint({
      ...auditing,
      path: '/log/list',
      summary: 'List the log of decisions',
      description:
        'Returns decisions about people or, with `isActivity`, the acts of administrators and clients, newest first, by id, without names and logins. New entries appear after about a second. One call scans a limited number of entries; continue with the cursor.',
      fields: z.strictObject({
        ...periodFields,
        by: z.string().min(1).max(256).optional().describe('Only acts of this administrator or client.'),
        isActivity: z.boolean().optional().describe('True for the acts of administrators and clients, of all kinds.'),
        limit: limitField(1000),
        cursor: cursorField.optional(),
      }),
      reply: linesReply,
      async handle({ fields: { limit, cursor = null, ...fields }, administrator }) {
        const { filter, unasked } = await toFilter(fields, administrator, deps);
        const page = await listLines(filter, { cursor, limit }, deps);
        const completeSince = fields.isActivity ? await readActivitySince(deps) : null;
        return { lines: page.items.map(toLineReply), cursor: page.cursor, unasked, completeSince };
      },
    }),
    adminEndpoint({
      ...auditing,
      path: '/log/checks',
      summary: 'List face checks and other events',
      description:
        'Returns one entry for each check, newest first, with its result and all its events. Events outside a check are entries of their own. `outcome` and `code` filter by result, `actions` by any event.',
      fields: z.strictObject({
        ...checkFields,
        limit: limitField(200),
        cursor: cursorField.optional(),
      }),
      reply: checksReply,
      async handle({ fields: { limit, cursor = null, ...fields }, administrator }) {
        const { filter, unasked } = await toFilter(fields, administrator, deps);
        const page = await listChecks(filter, { cursor, limit }, deps);
        return { checks: page.items.map(toCheckReply), cursor: page.cursor, unasked };
      },
    }),
    adminEndpoint({
      ...auditing,
      path: '/log/export',
      callsProviders: true,
      repliesInLines: true,
      summary: 'Export all face checks and other events',
      description:
        'Returns what /log/checks lists, without the events of each entry and with names, in lines of JSON, while the log is read. Each line has the progress. A second export of the same administrator at the same server ends the first one.',
      codes: ['run_under_way'],
      fields: z.strictObject(checkFields),
      reply: exportedChecksReply,
      async handle({ fields, administrator }) {
        const { filter, unasked } = await toFilter(fields, administrator, deps);
        return new JsonLines(
          exportOnce(administrator.id, exporting, exportChecks(filter, unasked, administrator, deps)),
        );
      },
    }),
    adminEndpoint({
      ...auditing,
      path: '/log/follow',
      summary: 'Follow the log',
      description:
        'Returns entries since the previous call, oldest first. Entries of the last seconds are returned again, because other servers may still write earlier ones: skip entries with a known id. Without `after`, starts now.',
      fields: z.strictObject({ ...filterFields, after: cursorField.optional() }),
      reply: followedLinesReply,
      async handle({ fields: { after = null, ...fields }, administrator }) {
        const { filter, unasked } = await toFilter(fields, administrator, deps);
        const { items, cursor } = await followLines(filter, after, deps);
        return { lines: items.map(toLineReply), cursor, unasked };
      },
    }),
    adminEndpoint({
      ...auditing,
      method: 'GET',
      path: '/log/refused-calls/:requestId',
      summary: 'Find a refused call',
      description:
        'Returns why this server refused the call with this request id, also if it knew no person then. A server remembers its last 10,000 refused calls until it stops, and knows none of other servers.',
      reply: refusedCallReply,
      async handle({ param }) {
        return { call: deps.refusedCalls.find(param('requestId')), since: deps.refusedCalls.since() };
      },
    }),
    adminEndpoint({
      tag: 'Ledger',
      method: 'GET',
      path: '/log/counts',
      right: 'view',
      summary: 'Get the health of all connections',
      description:
        'Returns numbers of enrolled and locked-out users, and of face checks over a week, including today, in UTC: by day, refused ones by reason, and the median time. Does not call providers.',
      reply: lineCountsReply,
      async handle() {
        const counts = await countByConnection([...deps.connections.keys()], deps);
        return {
          connections: await Promise.all(
            counts.map(async (each) => ({
              ...each,
              users: (await readDoctorReport(each.connection, deps.operations))?.users ?? null,
            })),
          ),
        };
      },
    }),
  ];
}

/** A later export of the administrator replaces this one: a cancelled export may be noticed after the next one starts. */
async function* exportOnce<Line>(
  administrator: string,
  exporting: Map<string, AsyncIterable<unknown>>,
  lines: AsyncIterable<Line>,
): AsyncGenerator<Line> {
  exporting.set(administrator, lines);
  try {
    for await (const line of lines) {
      if (exporting.get(administrator) !== lines) throw new FaceError('run_under_way');
      yield line;
    }
  } finally {
    if (exporting.get(administrator) === lines) exporting.delete(administrator);
  }
}

async function* exportChecks(filter: LogFilter, unasked: string[], administrator: Administrator, deps: LogPorts) {
  const total = await countScanned(filter, deps.ledger);
  const accounts = new Map<string, NamedAccount | null>();
  let read = 0;
  yield { total, read, checks: [], unasked };
  for await (const lines of readChecks(filter, null, deps)) {
    read += lines.length;
    const checks = lines.flatMap(({ check }) => (check === null ? [] : [toCheckReply(check)]));
    await addAccounts(checks, accounts, administrator, deps);
    const named = checks.map((line) => {
      const account = accounts.get(toAccountKey(line));
      return { ...line, name: account?.name ?? null, login: account?.login ?? null };
    });
    yield { total, read, checks: named, unasked };
  }
}

const toAccountKey = ({ connection, subject }: Pick<LineReply, 'connection' | 'subject'>): string =>
  `${connection} ${subject}`;

/** Reads the accounts of people whom the export has not met yet. */
async function addAccounts(
  lines: readonly Pick<LineReply, 'connection' | 'subject'>[],
  accounts: Map<string, NamedAccount | null>,
  { id }: Administrator,
  deps: LogPorts,
): Promise<void> {
  for (const connection of deps.connections.values()) {
    const own = lines.filter((line) => line.connection === connection.id && !accounts.has(toAccountKey(line)));
    const subjects = [...new Set(own.flatMap(({ subject }) => subject ?? []))];
    const found = await deps.accounts.read(connection, subjects, { id, isExport: true });
    for (const [index, subject] of subjects.entries())
      accounts.set(toAccountKey({ connection: connection.id, subject }), found[index] ?? null);
  }
}

async function toFilter(
  { network, subject, search, ...fields }: Fields,
  administrator: Administrator,
  deps: LogPorts,
): Promise<{ readonly filter: LogFilter; readonly unasked: string[] }> {
  const people = subject === undefined ? null : anywhere(subject, fields.connection, deps);
  const { isActivity = false, actions = isActivity ? undefined : deps.auditEvents.decisions } = fields;
  const filter = { ...fields, actions, people, network: network === undefined ? null : toNetwork(network) };
  if (search === undefined) return { filter, unasked: [] };
  if (subject !== undefined) throw new FaceError('request_malformed', { field: 'search', reason: 'Not with subject.' });
  const text = search.trim();
  const searched = toNetworkIf(text);
  if (searched !== null) return { filter: { ...filter, network: searched }, unasked: [] };
  const byId = anywhere(text, fields.connection, deps);
  // In some directories, user ids look like request ids.
  if (/^[0-9a-f]{24}$/.test(text) && !(await hasLines(byId, deps)))
    return { filter: { ...filter, requestId: text }, unasked: [] };
  const asked = [...deps.connections.values()].filter(({ id }) => id === (fields.connection ?? id));
  const searches = await deps.accounts.search(text, asked, administrator);
  const named = searches.flatMap(({ connection, found }): SubjectRef[] =>
    found.map(({ subject }) => ({ connection: connection.id, subject })),
  );
  const unasked = searches.filter(({ code }) => code !== null);
  return {
    filter: { ...filter, people: distinct([...named, ...byId]) },
    unasked: unasked.map(({ connection }) => connection.id),
  };
}

const hasLines = async (people: readonly SubjectRef[], deps: LogPorts): Promise<boolean> =>
  (await listLines({ people }, { cursor: null, limit: 1 }, deps)).items.length > 0;

const distinct = (people: readonly SubjectRef[]): readonly SubjectRef[] => [
  ...new Map(people.map((each) => [`${each.connection} ${each.subject}`, each])).values(),
];

const anywhere = (
  subject: string,
  connection: string | undefined,
  { connections }: Ports<'connections'>,
): SubjectRef[] =>
  (connection === undefined ? [...connections.keys()] : [connection]).map((id) => ({ connection: id, subject }));

function toNetworkIf(text: string): string | null {
  const [address = '', bits] = text.split('/');
  if (isIP(address) === 0) return null;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  return keptNetworkOf(toSource(address));
}

function toNetwork(text: string): string {
  const network = toNetworkIf(text);
  if (network === null) throw new FaceError('request_malformed', { field: 'network' });
  return network;
}
