import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { texts } from '../../../locales/compiled/console/ledger/en.js';
import {
  foundPeopleReply,
  type LineReply,
  onePersonReply,
  type PersonReply,
  personLogReply,
} from '../../audit/ledger/replies.js';
import { callServer, readPages } from '../../cli/call-server.js';
import type { CliDeps } from '../../cli/deps.js';
import { findServerConnection, splitArguments } from '../../cli/find-connection.js';
import { parseIsoTime } from '../../cli/parse-option.js';
import { toPrintable } from '../../cli/table.js';
import { addSec, secondsPerDay, toIso } from '../../core/units.js';
import { refusals } from '../../errors.js';

const usualDays = 7;

export const createWhyCommand = (deps: CliDeps): CommandUnknownOpts =>
  new Command('why')
    .summary('explain why a user was denied or allowed')
    .description(
      'Calls the running server. Prints the status of one user and their entries of the log of decisions, which all replicas write, with the meaning of each code.',
    )
    .usage('[options] [connection] <user>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[user]', 'username, or immutable id at the provider')
    .option(
      '--since <time>',
      `from this day or time on; the last ${usualDays} days where it is not given`,
      parseIsoTime,
    )
    .action(async (first, second, { since: asked }) => {
      const [given, user] = splitArguments(first, second);
      const { id: connection } = await findServerConnection(given, deps);
      const since = asked ?? toIso(addSec(deps.clock.now(), -usualDays * secondsPerDay));
      const found = await findSubject(connection, user, deps);
      const who = { connection, subject: found.subject };
      const { person } = await callServer('POST /people/one', onePersonReply, deps, who);
      const lines = await readLines(who, since, deps);
      const events = lines.map((line) => ({ ...line, text: toText(line.code) }));
      if (!deps.printJson({ connection, user, since, person, events })) {
        deps.print(toPrintable(`${user} at ${connection}: ${toStatus(person)}`));
        events.map(toEventLine).forEach(deps.print);
        if (events.length === 0) deps.print(`No events for that user since ${since}. Check the username.`);
      }
      if (!found.isSearched)
        deps.printError(`facestep: ${connection} could not be searched by username: the value is used as an ID`);
      deps.endWith(found.isSearched && events.length > 0 ? 0 : 1);
    });

/** Finds the id of a user. If no user has the given text as username or e-mail address, it is used as the id. */
async function findSubject(connection: string, user: string, deps: CliDeps) {
  const { people, unasked } = await callServer('POST /people/find', foundPeopleReply, deps, { text: user });
  const here = people.filter((person) => person.connection === connection);
  const isNamed = (text: string | null): boolean => text?.toLowerCase() === user.toLowerCase();
  const found =
    here.find(({ subject }) => subject === user) ??
    here.find(({ login }) => isNamed(login)) ??
    here.find(({ email }) => isNamed(email));
  if (found !== undefined) return { subject: found.subject, isSearched: true };
  return { subject: user, isSearched: !unasked.includes(connection) };
}

/** Reads the entries of a user, oldest first. */
async function readLines(
  who: { readonly connection: string; readonly subject: string },
  since: string,
  deps: CliDeps,
): Promise<readonly LineReply[]> {
  const lines: LineReply[] = [];
  for await (const page of readPages('POST /people/log', () => ({ ...who, limit: 200 }), personLogReply, deps)) {
    const recent = page.lines.filter(({ time }) => time >= since);
    lines.push(...recent);
    if (recent.length < page.lines.length) break;
  }
  return lines.toReversed();
}

const toStatus = ({ status, lockedUntil }: PersonReply): string =>
  `${status === 'none' ? 'not enrolled' : status}${lockedUntil === null ? '' : ', locked out'}`;

const ledgerTexts: Readonly<Record<string, string>> = texts.codes;
const errorTexts: Readonly<Record<string, { readonly text: string }>> = refusals;

const toText = (code: string | null): string | null =>
  code === null ? null : (ledgerTexts[code] ?? errorTexts[code]?.text ?? null);

function toEventLine(event: LineReply & { text: string | null }) {
  const { time, action, hook, outcome, code, reasons, requestId, text } = event;
  const said = [action, hook, outcome, code, ...reasons].filter((part) => part !== null).join(' ');
  const request = requestId === null ? '' : `  [${requestId}]`;
  const line = `${said}${text === null ? '' : `: ${text}`}${request}`;
  return `${time}  ${outcome === 'refused' ? '!' : ' '} ${toPrintable(line)}`;
}
