import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import {
  foundPeopleReply,
  onePersonReply,
  type PersonReply,
  peopleReply,
  personLogReply,
} from '../../audit/ledger/replies.js';
import { callServer, type Fields, readPages } from '../../cli/call-server.js';
import type { CliDeps } from '../../cli/deps.js';
import { findServerConnection, splitArguments } from '../../cli/find-connection.js';
import type { CallDeps } from '../../cli/find-server.js';
import { parseIsoTime, wholeNumber } from '../../cli/parse-option.js';
import { readLogins, toWhy } from '../../cli/read-logins.js';
import { createActions, createServerCommand } from '../../cli/server-command.js';
import { printRows, toFactLines, toPrintable } from '../../cli/table.js';
import { invitationReply } from '../../step-up/replies.js';

const linesShown = 20;

const statuses = ['enrolled', 'expired', 'ended', 'locked', 'any'] as const;

export function createPeopleCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling } = createActions(deps);
  const { command, add } = createServerCommand('people', 'list enrolled users, find a user and show their log');

  add('list', 'list enrolled users, newest first')
    .option('--connection <id>', 'only this connection')
    .addOption(new Option('--status <status>').choices(statuses).default('enrolled'))
    .option('--level <level>', 'only connections with this accuracy level, 1 to 8', wholeNumber(1, 8))
    .option('--since <time>', 'enrolled at or after this time', parseIsoTime)
    .option('--before <time>', 'enrolled before this time', parseIsoTime)
    .option('--checked-since <time>', 'last checked at or after this time', parseIsoTime)
    .option('--checked-before <time>', 'last checked before this time, or never', parseIsoTime)
    .option('--limit <count>', 'maximum number of rows', wholeNumber(1, 999_999), 200)
    .action(async ({ limit, ...filter }) => {
      const { people, hasMore } = await listPeople(filter, limit, deps);
      const loginOf = await readLogins(people, deps);
      printRows(people, deps, {
        connection: 'connection',
        subject: 'subject',
        login: loginOf,
        status: toStatus,
        level: 'level',
        enrolled: 'enrolledAt',
        'last check': toCheck,
      });
      if (hasMore) deps.printError(`There may be more: --limit ${limit * 2} shows them.`);
    });
  add('find', 'search users by name at all providers')
    .argument('<text>', 'start of a username, an e-mail address or a name; or an id')
    .action(
      calling('POST /people/find', foundPeopleReply, ({ people, unasked, busy, answered }) => {
        if (!deps.printJson(people) && people.length > 0)
          printRows(people, deps, {
            connection: 'connection',
            subject: 'subject',
            login: 'login',
            'e-mail': 'email',
            name: 'name',
            status: toStatus,
            'last check': toCheck,
          });
        if (unasked.length > 0) deps.printError(`facestep: ${unasked.join(', ')} did not respond, or only in part`);
        if (busy.length > 0) deps.printError(`facestep: ${busy.join(', ')} limited the rate of calls: try again later`);
        if (people.length === 0 && answered.length > 0)
          deps.printError(
            `facestep: no user found at ${unasked.length === 0 ? 'any connection' : answered.join(', ')}.`,
          );
        deps.endWith(people.length > 0 && unasked.length === 0 ? 0 : 1);
      }),
    );
  add('show', 'show one user and the last 20 entries of their log')
    .usage('[options] [connection] <subject>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[subject]', 'immutable id at the provider, as “people find” prints it')
    .action(async (first, second) => {
      const who = await findPerson(first, second, deps);
      const { person } = await callServer('POST /people/one', onePersonReply, deps, who);
      const { lines } = await callServer('POST /people/log', personLogReply, deps, { ...who, limit: linesShown });
      if (deps.printJson({ person, lines })) return;
      const login = (await readLogins([who], deps))(who);
      toFactLines(toFacts(person, login)).forEach(deps.print);
      if (lines.length === 0)
        return deps.printError(`No events for ${toPrintable(who.subject)}. Find the ID with facestep people find.`);
      deps.print('');
      printRows(lines, deps, {
        time: 'time',
        what: 'action',
        result: 'outcome',
        why: (line) => toWhy(line) || '-',
        application: ({ application, hook }) => application ?? hook,
        network: 'network',
        request: 'requestId',
      });
    });
  add('invite', 'create an invitation link and print it once')
    .usage('[options] [connection] <subject>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[subject]', 'immutable id at the provider')
    .addOption(
      new Option('--purpose <purpose>', 'to enrol, or to view and delete stored data')
        .choices(['enrol', 'manage'])
        .default('enrol'),
    )
    .option('--hours <hours>', 'lifetime of the link in hours, up to 720', wholeNumber(1, 720, 'hours'), 72)
    .action(async (first, second, { purpose, hours }) => {
      const fields = { ...(await findPerson(first, second, deps)), purpose, lifeHours: hours };
      const { url, expiresAt } = await callServer('POST /subjects/invite', invitationReply, deps, fields);
      if (!deps.printJson({ url, expiresAt })) deps.print(url);
      deps.printError(`Opens once, until ${expiresAt}. Anyone with the link acts as this user.`);
    });
  return command;
}

/** Returns the person that the arguments of a command name: the connection, if given, and the subject. */
async function findPerson(first: string, second: string | undefined, deps: CallDeps) {
  const [given, subject] = splitArguments(first, second);
  return { connection: given ?? (await findServerConnection(given, deps)).id, subject };
}

const largestPage = 200;

async function listPeople(filter: Fields, limit: number, deps: CallDeps) {
  const people: PersonReply[] = [];
  const toAsked = (): Fields => ({ ...filter, limit: Math.min(largestPage, limit - people.length) });
  for await (const page of readPages('POST /people/list', toAsked, peopleReply, deps)) {
    people.push(...page.people);
    if (people.length >= limit) return { people, hasMore: page.cursor !== null };
  }
  return { people, hasMore: false };
}

export const toStatus = ({ status, lockedUntil }: PersonReply): string =>
  `${status === 'none' ? 'not enrolled' : status}${lockedUntil === null ? '' : ', locked out'}`;

const toCheck = ({ lastCheck, lastCheckAt }: PersonReply): string =>
  lastCheck === null || lastCheckAt === null ? 'never' : `${lastCheck} ${lastCheckAt}`;

const toFacts = (person: PersonReply, login: string | null): [string, string | number | null][] => [
  ['connection', person.connection],
  ['subject', person.subject],
  ['login', login],
  ['status', toStatus(person)],
  ['level', person.level],
  ['enrolled', person.enrolledAt],
  ['until', person.expiresAt],
  ['rests on', person.proof],
  ['ended', person.endedAt],
  ['last check', toCheck(person)],
  ['locked until', person.lockedUntil],
];
