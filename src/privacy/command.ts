import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { createActions, createServerCommand } from '../cli/server-command.js';
import { printRows, toPrintable } from '../cli/table.js';
import { erasureReply, exportAsSent, type SubjectOutcomes, subjectsReply, withdrawnConsentsReply } from './replies.js';

/** @throws UsageError unless one person, or one login, is given */
function checkNamed(command: CommandUnknownOpts): void {
  const { connection, subject, login } = command.opts();
  const isOne = login === undefined && connection !== undefined && subject !== undefined;
  const isByLogin = login !== undefined && connection === undefined && subject === undefined;
  if (!isOne && !isByLogin) throw new UsageError('give --login, or --connection and --subject');
}

/** Returns the outcome as text. For `subject_unknown`, the data on this server was still processed. */
function toOutcome(subject: string | null, code: string | null, done: string): string {
  if (code === null) return done;
  if (code !== 'subject_unknown') return `not done: ${code}`;
  return subject === null ? 'no user by that name' : `${done} here; the provider has no user with that id`;
}

export function createSubjectCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling } = createActions(deps);
  const { command, add: addCommand } = createServerCommand(
    'subject',
    'export, revoke, erase or unlock a user’s data, or end consents',
  );

  const printSubjects = ({ subjects, complete }: SubjectOutcomes, done: string): void => {
    for (const { connection, subject, code } of subjects) {
      deps.printError(
        `${connection}  ${subject === null ? '-' : toPrintable(subject)}  ${toOutcome(subject, code, done)}`,
      );
    }
    const isNobody = subjects.every(({ subject, code }) => subject === null && code === 'subject_unknown');
    if (complete && !isNobody) return;
    deps.printError(
      isNobody
        ? 'facestep: no user with that name at any connection.'
        : 'facestep: not all of it could be done. Run the same command again later.',
    );
    deps.endWith(1);
  };

  const add = (name: string, description: string) =>
    addCommand(name, description)
      .option('--login <name>', 'username, searched at every connection')
      .option('--connection <id>', 'id of the connection')
      .option('--subject <id>', 'immutable id at the provider')
      .hook('preAction', checkNamed);

  add('export', 'print the stored data of a user as JSON').action(
    calling('POST /subjects/export', exportAsSent, (reply) => {
      deps.print(JSON.stringify(reply, null, 2));
      printSubjects(reply, 'exported');
    }),
  );
  add('revoke', 'end the enrolment of a user').action(
    calling('POST /subjects/revoke', subjectsReply, (reply) => printSubjects(reply, 'no enrolment left')),
  );
  add('erase', 'erase the stored data of a user and print the signed receipt').action(
    calling('POST /subjects/erase', erasureReply, (reply) => {
      if (reply.receipt !== null) deps.print(reply.receipt);
      printSubjects(reply, 'erased');
    }),
  );
  add('unlock', 'end all lockouts of a user')
    .option('--source <address>', 'end only lockouts of anonymous callers from this address')
    .action(calling('POST /subjects/unlock', subjectsReply, (reply) => printSubjects(reply, 'unlocked')));
  add('data-consents', 'list the OpenID clients that may receive claims of a user').action(
    calling('POST /subjects/export', exportAsSent, (reply) => {
      const listed = reply.subjects.map(({ connection, subject, held }) => ({
        connection,
        subject,
        dataConsents: held?.dataConsents ?? [],
      }));
      const rows = listed.flatMap(({ dataConsents, ...who }) => dataConsents.map((each) => ({ ...who, ...each })));
      if (!deps.printJson(listed))
        printRows(rows, deps, {
          connection: 'connection',
          subject: 'subject',
          client: 'client',
          until: 'expiresAt',
          claims: ({ claims }) => claims.join(' '),
        });
      printSubjects(reply, 'read');
    }),
  );
  add('withdraw-data-consents', 'withdraw a user’s consents to share claims')
    .option('--client <id>', 'OpenID client (default: all)')
    .action(
      calling('POST /subjects/withdraw-data-consents', withdrawnConsentsReply, (reply) => {
        for (const { clients } of reply.subjects) for (const client of clients) deps.print(toPrintable(client));
        printSubjects(reply, 'withdrawn');
      }),
    );
  return command;
}
