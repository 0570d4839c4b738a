import { Command, Option } from 'commander';
import type { z } from 'zod';
import type { JsonObject } from '../base/json.js';
import { type EpochMs, toIso } from '../core/units.js';
import {
  foundPeopleReply,
  onePersonReply,
  type PersonReply,
  peopleReply,
  personLogReply,
} from '../rest/replies/ledger.js';
import { invitationReply } from '../rest/replies/step-ups.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { findServerConnection, splitArguments } from './find-connection.js';
import type { CallDeps } from './find-server.js';
import { readLogins, toWhy } from './logins.js';
import { toPrintable } from './printable.js';
import { readPages } from './read-pages.js';
import { printTable, toTableLines } from './table.js';
import { parseTime } from './trail-options.js';
import { wholeNumber } from './whole-number.js';

const parseCount = wholeNumber({ least: 1, most: 999_999 });
const parseLevel = wholeNumber({ least: 1, most: 8 });
const parseHours = wholeNumber({ least: 1, most: 720, what: 'hours' });

const linesShown = 20;

const statuses = ['enrolled', 'expired', 'ended', 'locked'] as const;

export function createPeopleCommand(deps: CliDeps): Command {
  const command = new Command('people')
    .summary('list enrolled users, find a user and show their log')
    .description('Calls the running server.');
  const post = <Reply extends z.ZodType>(path: string, fields: JsonObject, guard: Reply) =>
    callServer({ method: 'POST', path, fields }, guard, deps);

  command
    .command('list')
    .description('list enrolled users, newest first')
    .option('--connection <id>', 'only this connection')
    .addOption(new Option('--status <status>').choices(statuses).default('enrolled'))
    .option('--level <level>', 'only connections with this accuracy level, 1 to 8', parseLevel)
    .option('--since <time>', 'enrolled at or after this time', parseTime)
    .option('--before <time>', 'enrolled before this time', parseTime)
    .option('--checked-since <time>', 'last checked at or after this time', parseTime)
    .option('--checked-before <time>', 'last checked before this time, or never', parseTime)
    .option('--limit <count>', 'maximum number of rows', parseCount, 200)
    .option('--json', 'print JSON')
    .action(async ({ limit, json = false, ...filter }: ListOptions) => {
      const { people, hasMore } = await listPeople(toFields(filter), limit, deps);
      if (json) deps.print(JSON.stringify(people, null, 2));
      else {
        const loginOf = await readLogins(people, deps);
        printTable(
          ['connection', 'subject', 'login', 'status', 'level', 'enrolled', 'last check'],
          people.map((each) => [
            ...[each.connection, each.subject, loginOf(each) ?? '-', toStatus(each), each.level ?? '-'],
            ...[each.enrolledAt ?? '-', toCheck(each)],
          ]),
          deps,
        );
      }
      if (hasMore) deps.tell(`There may be more: --limit ${limit * 2} shows them.`);
    });
  command
    .command('find')
    .description('search users by name at all providers')
    .argument('<text>', 'start of a username, an e-mail address or a name; or an id')
    .option('--json', 'print JSON')
    .action(async (text: string, { json = false }: { json?: boolean }) => {
      const { people, unasked } = await post('/people/find', { text }, foundPeopleReply);
      if (json) deps.print(JSON.stringify(people, null, 2));
      else if (people.length > 0) {
        printTable(
          ['connection', 'subject', 'login', 'e-mail', 'name', 'status', 'last check'],
          people.map((each) => [
            ...[each.connection, each.subject, each.login ?? '-', each.email ?? '-', each.name ?? '-'],
            ...[toStatus(each), toCheck(each)],
          ]),
          deps,
        );
      }
      if (unasked.length > 0) deps.tell(`facestep: ${unasked.join(', ')} did not respond, or only in part`);
      if (people.length === 0) deps.tell('facestep: no user found at any connection.');
      deps.endWith(people.length > 0 && unasked.length === 0 ? 0 : 1);
    });
  command
    .command('show')
    .description('show one user and the last 20 entries of their log')
    .usage('[options] [connection] <subject>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[subject]', 'immutable id at the provider, as “people find” prints it')
    .option('--json', 'print JSON')
    .action(async (first: string, second: string | undefined, { json = false }: { json?: boolean }) => {
      const [given, subject] = splitArguments(first, second);
      const connection = given ?? (await findServerConnection(given, deps)).id;
      const who = { connection, subject };
      const { person } = await post('/people/one', who, onePersonReply);
      const { lines } = await post('/people/log', { ...who, limit: linesShown }, personLogReply);
      if (json) return deps.print(JSON.stringify({ person, lines }, null, 2));
      const login = (await readLogins([who], deps))(who);
      toTableLines(['', ''], toFacts(person, login)).slice(1).forEach(deps.print);
      if (lines.length === 0)
        return deps.tell(`No events for ${toPrintable(subject)}. Find the ID with facestep people find.`);
      deps.print('');
      printTable(
        ['time', 'what', 'result', 'why', 'application', 'network', 'request'],
        lines.map((line) => [
          ...[line.time, line.action, line.outcome, toWhy(line) || '-'],
          ...[line.application ?? line.hook ?? '-', line.network ?? '-', line.requestId ?? '-'],
        ]),
        deps,
      );
    });
  command
    .command('invite')
    .description('create an invitation link and print it once')
    .usage('[options] [connection] <subject>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[subject]', 'immutable id at the provider')
    .addOption(
      new Option('--purpose <purpose>', 'to enrol, or to view and delete stored data')
        .choices(['enrol', 'manage'])
        .default('enrol'),
    )
    .option('--hours <hours>', 'lifetime of the link in hours, up to 720', parseHours, 72)
    .option('--json', 'print JSON')
    .action(async (first: string, second: string | undefined, { purpose, hours, json = false }: InviteOptions) => {
      const [given, subject] = splitArguments(first, second);
      const connection = given ?? (await findServerConnection(given, deps)).id;
      const fields = { connection, subject, purpose, lifeHours: hours };
      const { url, expiresAt } = await post('/subjects/invite', fields, invitationReply);
      deps.print(json ? JSON.stringify({ url, expiresAt }, null, 2) : url);
      deps.tell(`Opens once, until ${expiresAt}. Anyone with the link acts as this user.`);
    });
  return command;
}

interface InviteOptions {
  readonly purpose: string;
  readonly hours: number;
  readonly json?: boolean;
}

interface Filter {
  readonly connection?: string;
  readonly status: string;
  readonly level?: number;
  readonly since?: EpochMs;
  readonly before?: EpochMs;
  readonly checkedSince?: EpochMs;
  readonly checkedBefore?: EpochMs;
}
type ListOptions = Filter & { readonly limit: number; readonly json?: boolean };

function toFields({ since, before, checkedSince, checkedBefore, ...rest }: Filter): JsonObject {
  const times = Object.entries({ since, before, checkedSince, checkedBefore });
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(times.flatMap(([name, time]) => (time === undefined ? [] : [[name, toIso(time)]]))),
  };
}

const largestPage = 200;

async function listPeople(filter: JsonObject, limit: number, deps: CallDeps) {
  const people: PersonReply[] = [];
  const toAsked = (): JsonObject => ({ ...filter, limit: Math.min(largestPage, limit - people.length) });
  for await (const page of readPages('/people/list', toAsked, peopleReply, deps)) {
    people.push(...page.people);
    if (people.length >= limit) return { people, hasMore: page.cursor !== null };
  }
  return { people, hasMore: false };
}

const toStatus = ({ status, lockedUntil }: PersonReply): string =>
  `${status === 'none' ? 'not enrolled' : status}${lockedUntil === null ? '' : ', locked out'}`;

const toCheck = ({ lastCheck, lastCheckAt }: PersonReply): string =>
  lastCheck === null || lastCheckAt === null ? 'never' : `${lastCheck} ${lastCheckAt}`;

const toFacts = (person: PersonReply, login: string | null): [string, string][] => [
  ['connection', person.connection],
  ['subject', person.subject],
  ['login', login ?? '-'],
  ['status', toStatus(person)],
  ['level', String(person.level ?? '-')],
  ['enrolled', person.enrolledAt ?? '-'],
  ['until', person.expiresAt ?? '-'],
  ['ended', person.endedAt ?? '-'],
  ['last check', toCheck(person)],
  ['locked until', person.lockedUntil ?? '-'],
];
