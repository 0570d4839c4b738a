import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { toPrintable } from '../cli/table.js';
import { sendTestEvent } from './webhook.js';

export function createWebhooksCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('webhooks').summary('test the receivers of webhooks');
  command
    .command('test')
    .summary('send a test event to a receiver')
    .description('Sends an event of the type webhook.test from this machine, once. The server may be running.')
    .argument('[id]', 'id in "webhooks"; may be left out if there is only one')
    .action(async (id) => {
      const { webhooks } = (await deps.loadSetup()).config;
      const webhook = id === undefined && webhooks.length === 1 ? webhooks[0] : webhooks.find((each) => each.id === id);
      if (webhook === undefined)
        throw new UsageError(
          `name one of the webhooks: ${webhooks.map((each) => each.id).join(', ') || 'there is none'}`,
        );
      const { id: name, reason } = await sendTestEvent(webhook, deps);
      if (reason !== null) deps.endWith(1);
      if (deps.printJson({ webhook: webhook.id, id: name, delivered: reason === null, reason })) return;
      deps.print(toPrintable(`${webhook.id}: ${reason === null ? 'delivered' : `not delivered: ${reason}`} (${name})`));
    });
  return command;
}
