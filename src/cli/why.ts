import { Command } from 'commander';
import { type PastEvent, readEvents } from '../audit/events.js';
import { findTokenOwners } from '../audit/token-owners.js';
import { addSec, type EpochMs, secondsPerDay, toIso } from '../core/units.js';
import type { CliDeps } from './deps.js';
import { findConnection, splitArguments } from './find-connection.js';
import { findUsers, tellUnasked } from './find-users.js';
import { collect, parseTime } from './parse-option.js';
import { toPrintable } from './printable.js';
import { findTrails } from './trail-options.js';
import { isRefusal, type ToldAction, toldActions, toSentence } from './why-text.js';

const usualDays = 7;

interface Options {
  readonly since?: EpochMs;
  readonly trail?: readonly string[];
}

export const createWhyCommand = (deps: CliDeps): Command =>
  new Command('why')
    .summary('explain why a user was refused or let through')
    .description('Reads the audit trail and describes what happened to one user. The server may be running.')
    .usage('[options] [connection] <user>')
    .argument('<connection>', 'id of the connection; may be left out if there is only one')
    .argument('[user]', 'username, or immutable id at the provider')
    .option('--since <time>', `from this day or time on; the last ${usualDays} days where it is not given`, parseTime)
    .option('--trail <folder>', 'data folder of a replica; can be repeated', collect)
    .action(async (first: string, second: string | undefined, { since: asked, trail = [] }: Options) => {
      const setup = await deps.loadSetup();
      const [given, user] = splitArguments(first, second);
      const { id } = findConnection(setup, given);
      const found = await findUsers(user, id, setup);
      const since = asked ?? addSec(deps.clock.now(), -usualDays * secondsPerDay);
      const files = await findTrails(trail, setup.config);
      const subjects = new Set(found.users.map(({ subject }) => subject));
      const events = await collectEvents(files, { connection: id, subjects, since });
      const foreign = await findForeign(events, files);
      if (!deps.printJson({ connection: id, user, since: toIso(since), events: events.map(toJson(foreign)) }))
        toLines({ connection: id, user, since }, events, foreign).forEach(deps.print);
      deps.endWith(tellUnasked(found, deps) && events.length > 0 ? 0 : 1);
    });

type Told = PastEvent<ToldAction>;

async function collectEvents(
  files: readonly string[],
  {
    connection,
    subjects,
    since,
  }: { readonly connection: string; readonly subjects: ReadonlySet<string>; readonly since: EpochMs },
): Promise<readonly Told[]> {
  const events: Told[] = [];
  for (const file of files) {
    for await (const event of readEvents(file, toldActions, { since })) {
      if (event.connection === connection && subjects.has(event.subject)) events.push(event);
    }
  }
  return events.toSorted((a, b) => a.time - b.time);
}

async function findForeign(events: readonly Told[], files: readonly string[]): Promise<ReadonlySet<string>> {
  const refused = events.flatMap(({ action, connection, subject, detail }) =>
    action === 'verification_refused' && 'tokenId' in detail && detail.tokenId !== null
      ? [{ connection, subject, tokenId: detail.tokenId }]
      : [],
  );
  const owners = await findTokenOwners(files, new Set(refused.map(({ tokenId }) => tokenId)));
  const isForeign = ({ connection, subject, tokenId }: (typeof refused)[number]): boolean => {
    const owner = owners.get(tokenId);
    return owner !== undefined && (owner.connection !== connection || owner.subject !== subject);
  };
  return new Set(refused.filter(isForeign).map(({ tokenId }) => tokenId));
}

const toJson = (foreign: ReadonlySet<string>) => (event: Told) => {
  const { time, action, subject, request, detail } = event;
  return {
    time: toIso(time),
    action,
    subject,
    request: request ?? null,
    said: toSentence(event, foreign),
    isRefusal: isRefusal(event),
    detail,
  };
};

function toLines(
  { connection, user, since }: { readonly connection: string; readonly user: string; readonly since: EpochMs },
  events: readonly Told[],
  foreign: ReadonlySet<string>,
): string[] {
  const title = `${toPrintable(user)} at ${connection}, since ${toIso(since)}`;
  if (events.length === 0) return [title, '', 'Nothing is recorded: they did not come here, or under another name.'];
  const last = events.findLast(isRefusal);
  return [
    title,
    '',
    ...events.map((event) => {
      const request = event.request === undefined ? '' : `  [${toPrintable(event.request)}]`;
      return `${toIso(event.time)}  ${isRefusal(event) ? '!' : ' '} ${toPrintable(toSentence(event, foreign))}${request}`;
    }),
    '',
    last === undefined
      ? 'Nothing was refused.'
      : `Last refused ${toIso(last.time)}: ${toPrintable(toSentence(last, foreign))}`,
  ];
}
