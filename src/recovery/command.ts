import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { CliDeps } from '../cli/deps.js';
import { addPerson, createActions, createServerCommand } from '../cli/server-command.js';
import { supportedLanguages } from '../core/language.js';
import { changedRecoveryReply, type RecoveryReply, recoveriesReply, recoveryLinkReply } from './replies.js';

const stateOf = ({ stage, outcome, reason }: RecoveryReply): string =>
  [stage === 'ended' ? (outcome ?? 'ended') : stage, reason].filter((each) => each !== null).join(': ');

export function createRecoveryCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling, listing } = createActions(deps);
  const { command, add } = createServerCommand(
    'recovery',
    'list, approve and refuse account recoveries, and send recovery links',
  );
  const printChanged = ({ recovery }: { readonly recovery: RecoveryReply }): void => {
    if (!deps.printJson(recovery)) deps.printError(`${recovery.id}: ${stateOf(recovery)}`);
  };
  add('list', 'list recoveries in which the face check passed, newest first')
    .option('--connection <id>', 'only of this connection')
    .action(
      listing('GET /recoveries', recoveriesReply, 'recoveries', {
        id: 'id',
        begun: 'begunAt',
        connection: 'connection',
        subject: 'subject',
        'second thing': 'secondThing',
        state: stateOf,
        approvals: (each) => `${each.approvals.length} of ${each.approvalsNeeded}`,
        privileged: (each) => (each.isPrivileged ? 'yes' : 'no'),
      }),
    );
  add('approve <id> <number>', 'approve a recovery, with the number that the person reads out').action(
    calling('POST /recoveries/:id/approve', changedRecoveryReply, printChanged),
  );
  add('refuse <id>', 'end a recovery, and revoke its credential').action(
    calling('POST /recoveries/:id/refuse', changedRecoveryReply, printChanged),
  );
  addPerson(add('begin', 'send a recovery link to a person, or print it'))
    .addOption(new Option('--send <way>', 'how to send the link').choices(['none', 'email', 'sms']).default('none'))
    .addOption(new Option('--language <tag>', 'language of the page').choices(supportedLanguages).default('en'))
    .action(
      calling('POST /recoveries', recoveryLinkReply, (begun) => {
        if (deps.printJson(begun)) return;
        deps.print(begun.url ?? begun.id);
        if (!begun.isEnrolled) deps.printError('The person has no face check, so the recovery will fail.');
        deps.printError(`Valid until ${begun.expiresAt}.`);
      }),
    );
  return command;
}
