import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { callServer } from '../cli/call-server.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { createServerCommand } from '../cli/server-command.js';
import { printRows, toPrintable } from '../cli/table.js';
import { retriedReply, undeliveredReply } from './undelivered-replies.js';

/** Most events of one call. */
const retriedAtOnce = 10;

export function createEventsCommand(deps: CliDeps): CommandUnknownOpts {
  const { command, add } = createServerCommand('events', 'list and retry undelivered events');
  const read = () => callServer('GET /events/undelivered', undeliveredReply, deps);
  add('list', 'list undelivered events, newest first').action(async () => {
    const { events, total } = await read();
    printRows(events, deps, { time: 'time', receiver: 'receiver', event: 'event', id: 'id', reason: 'reason' });
    if (total > events.length) deps.printError(`${total - events.length} older ones are not listed.`);
  });
  add('retry', 'send undelivered events again, with the same ids')
    .argument('[id...]', 'ids of the events (default: all that “events list” prints)')
    .option('--receiver <id>', 'only this receiver')
    .action(async (asked, { receiver }) => {
      const { events } = await read();
      const unknown = asked.find((id) => !events.some((event) => event.id === id));
      if (unknown !== undefined) throw new UsageError(`no undelivered event ${unknown}`);
      const ids = events
        .filter(
          (event) =>
            (asked.length === 0 || asked.includes(event.id)) && event.receiver === (receiver ?? event.receiver),
        )
        .map(({ id }) => id);
      if (ids.length === 0) deps.print('No undelivered events.');
      for (let from = 0; from < ids.length; from += retriedAtOnce) {
        const fields = { ids: ids.slice(from, from + retriedAtOnce) };
        const retried = await callServer('POST /events/undelivered/retry', retriedReply, deps, fields);
        for (const { id, reason } of retried.events) {
          if (reason !== null) deps.endWith(1);
          deps.print(toPrintable(`${reason === null ? 'delivered' : `failed: ${reason}`}: ${id}`));
        }
      }
    });
  return command;
}
