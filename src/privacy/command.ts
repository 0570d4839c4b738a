import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { z } from 'zod';
import { callServer } from '../cli/call-server.js';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { printTable, toPrintable } from '../cli/table.js';
import { erasureReply, exportAsSent, type SubjectOutcomes, subjectsReply, withdrawnConsentsReply } from './replies.js';

interface Options {
  readonly connection?: string;
  readonly subject?: string;
  readonly login?: string;
  readonly source?: string;
  readonly client?: string;
}

/** Returns the outcome as text. For `subject_unknown`, the data on this server was still processed. */
function toOutcome(subject: string | null, code: string | null, done: string): string {
  if (code === null) return done;
  if (code !== 'subject_unknown') return `not done: ${code}`;
  return subject === null ? 'no user by that name' : `${done} here; the provider has no user with that id`;
}

export function createSubjectCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('subject')
    .summary('export, revoke, erase or unlock a user’s data, or end consents')
    .description('Calls the running server.');

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
    command
      .command(name)
      .description(description)
      .option('--login <name>', 'username, searched at every connection')
      .option('--connection <id>', 'id of the connection')
      .option('--subject <id>', 'immutable id at the provider');

  add('export', 'print the stored data of a user as JSON').action(async (options) => {
    const reply = await call('export', options, exportAsSent, deps);
    deps.print(JSON.stringify(reply, null, 2));
    printSubjects(reply, 'exported');
  });
  add('revoke', 'end the enrolment of a user').action(async (options) => {
    printSubjects(await call('revoke', options, subjectsReply, deps), 'no enrolment left');
  });
  add('erase', 'erase the stored data of a user and print the signed receipt').action(async (options) => {
    const reply = await call('erase', options, erasureReply, deps);
    if (reply.receipt !== null) deps.print(reply.receipt);
    printSubjects(reply, 'erased');
  });
  add('unlock', 'end all lockouts of a user')
    .option('--source <address>', 'end only lockouts of anonymous callers from this address')
    .action(async (options) => {
      printSubjects(await call('unlock', options, subjectsReply, deps), 'unlocked');
    });
  const consents = add('data-consents', 'list the OpenID clients that may receive claims of a user');
  consents.action(async (options) => {
    const reply = await call('export', options, exportAsSent, deps);
    const listed = reply.subjects.map(({ connection, subject, held }) => ({
      connection,
      subject,
      dataConsents: held?.dataConsents ?? [],
    }));
    if (deps.printJson(listed)) return printSubjects(reply, 'read');
    printTable(
      ['connection', 'subject', 'client', 'until', 'claims'],
      listed.flatMap(({ connection, subject, dataConsents }) =>
        dataConsents.map(({ client, claims, expiresAt }) => [connection, subject, client, expiresAt, claims.join(' ')]),
      ),
      deps,
    );
    printSubjects(reply, 'read');
  });
  add('withdraw-data-consents', 'withdraw a user’s consents to share claims')
    .option('--client <id>', 'OpenID client (default: all)')
    .action(async (options) => {
      const reply = await call('withdraw-data-consents', options, withdrawnConsentsReply, deps);
      for (const { clients } of reply.subjects) for (const client of clients) deps.print(toPrintable(client));
      printSubjects(reply, 'withdrawn');
    });
  return command;
}

async function call<Reply extends z.ZodType>(
  what: 'export' | 'revoke' | 'erase' | 'unlock' | 'withdraw-data-consents',
  { connection, subject, login, source, client }: Options,
  guard: Reply,
  deps: CliDeps,
): Promise<z.output<Reply>> {
  const isOne = login === undefined && connection !== undefined && subject !== undefined;
  const isByLogin = login !== undefined && connection === undefined && subject === undefined;
  if (!isOne && !isByLogin) throw new UsageError('give --login, or --connection and --subject');
  return callServer(`POST /subjects/${what}`, guard, deps, { connection, subject, login, source, client });
}
