import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { z } from 'zod';
import { callServer } from '../cli/call-server.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { printRows } from '../cli/table.js';
import { supportedLanguages } from '../core/language.js';
import { changedRecoveryReply, type RecoveryReply, recoveriesReply, recoveryLinkReply } from './replies.js';

const stateOf = ({ stage, outcome, reason }: RecoveryReply): string =>
  [stage === 'ended' ? (outcome ?? 'ended') : stage, reason].filter((each) => each !== null).join(': ');

export function createRecoveryCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('recovery')
    .summary('list, approve and refuse account recoveries, and send recovery links')
    .description('Calls the running server.');
  const decide = async (path: string, fields: { readonly number?: string }) => {
    const { recovery } = await callServer(`POST /recoveries/${path}`, changedRecoveryReply, deps, fields);
    if (!deps.printJson(recovery)) deps.printError(`${recovery.id}: ${stateOf(recovery)}`);
  };
  command
    .command('list')
    .description('list recoveries in which the face check passed, newest first')
    .option('--connection <id>', 'only of this connection')
    .action(async ({ connection }) => {
      const fields = connection === undefined ? {} : { connection };
      const { recoveries } = await callServer('GET /recoveries', recoveriesReply, deps, fields);
      printRows(recoveries, deps, [
        ['id', 'begun', 'connection', 'subject', 'second thing', 'state', 'approvals', 'privileged'],
        (each) => [
          each.id,
          each.begunAt,
          each.connection,
          each.subject,
          each.secondThing,
          stateOf(each),
          `${each.approvals.length} of ${each.approvalsNeeded}`,
          each.isPrivileged ? 'yes' : 'no',
        ],
      ]);
    });
  command
    .command('approve')
    .description('approve a recovery, with the number that the person reads out')
    .argument('<id>')
    .argument('<number>')
    .action((id, number) => decide(`${encodeURIComponent(id)}/approve`, { number }));
  command
    .command('refuse')
    .description('end a recovery, and revoke its credential')
    .argument('<id>')
    .action((id) => decide(`${encodeURIComponent(id)}/refuse`, {}));
  command
    .command('begin')
    .description('send a recovery link to a person, or print it')
    .requiredOption('--connection <id>', 'the connection')
    .option('--login <name>', 'username')
    .option('--subject <id>', 'immutable id at the provider')
    .addOption(new Option('--send <way>', 'how to send the link').choices(['none', 'email', 'sms']).default('none'))
    .addOption(new Option('--language <tag>', 'language of the page').choices(supportedLanguages).default('en'))
    .action(async ({ login, subject, ...options }) => {
      if ((login === undefined) === (subject === undefined)) throw new UsageError('give --login or --subject');
      const who = login === undefined ? { subject } : { login };
      const begun: z.output<typeof recoveryLinkReply> = await callServer('POST /recoveries', recoveryLinkReply, deps, {
        ...options,
        ...who,
      });
      if (deps.printJson(begun)) return;
      deps.print(begun.url ?? begun.id);
      if (!begun.isEnrolled) deps.printError('The person has no face check, so the recovery will fail.');
      deps.printError(`Valid until ${begun.expiresAt}.`);
    });
  return command;
}
