import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import { callServer, type Fields } from '../cli/call-server.js';
import { NotFoundError, UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { wholeNumber } from '../cli/parse-option.js';
import { printRows, toPrintable } from '../cli/table.js';
import { helpDeskProofs } from '../core/enrolment-proof.js';
import { supportedLanguages } from '../core/language.js';
import { settlements } from './help-requests.js';
import {
  approvedBypassReply,
  begunVouchingReply,
  bypassesReply,
  helpRequestsReply,
  madeBypassReply,
  vouchingReply,
} from './replies.js';

interface Who {
  readonly connection: string;
  readonly subject?: string;
  readonly login?: string;
}

/** @throws UsageError unless exactly one of subject and login is given */
function toWho({ connection, subject, login }: Who): Fields {
  if (subject !== undefined && login === undefined) return { connection, subject };
  if (login !== undefined && subject === undefined) return { connection, login };
  throw new UsageError('give --login or --subject');
}

const addWho = (command: Command) =>
  command
    .requiredOption('--connection <id>', 'the connection')
    .option('--login <name>', 'username')
    .option('--subject <id>', 'immutable id at the provider');

export function createHelpDeskCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('help-desk')
    .summary('vouch for callers, create bypass codes, answer help requests')
    .description('Calls the running server.');
  const post = <Reply extends z.ZodType>(path: string, fields: Fields, guard: Reply) =>
    callServer(`POST /help-desk/${path}`, guard, deps, fields);

  const printBegun = (begun: z.output<typeof begunVouchingReply>, isToEnrol: boolean): void => {
    if (deps.printJson(begun)) return;
    deps.print(begun.id);
    if (begun.url !== null) deps.print(begun.url);
    if (!isToEnrol && !begun.isEnrolled)
      deps.printError(
        'The person has no face check, so this one will fail. To let them enrol: facestep help-desk enrol.',
      );
    deps.printError(`Read this number to the caller: ${begun.number}. Valid until ${begun.expiresAt}.`);
    deps.printError(`Then: facestep help-desk caller ${begun.id}`);
  };

  addWho(command.command('vouch').description('start a face check for a caller and print its id and link'))
    .addOption(new Option('--send <way>', 'how to send the link').choices(['none', 'email', 'sms']).default('none'))
    .addOption(
      new Option('--language <tag>', 'language of the message and the page').choices(supportedLanguages).default('en'),
    )
    .action(async ({ send, language, ...options }) => {
      printBegun(await post('vouchings', { ...toWho(options), send, language }, begunVouchingReply), false);
    });
  addWho(
    command
      .command('enrol')
      .description('let a person enrol for whom you vouch, also in place of a face, and print the id and the link'),
  )
    .addOption(
      new Option('--proof <how>', 'in_person: you see the person; vouched: you verified them in a call')
        .choices(helpDeskProofs)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--send <way>', 'how to send the link').choices(['none', 'email', 'sms']).default('none'))
    .addOption(
      new Option('--language <tag>', 'language of the message and the page').choices(supportedLanguages).default('en'),
    )
    .action(async ({ proof, send, language, ...options }) => {
      printBegun(await post('enrolments', { ...toWho(options), proof, send, language }, begunVouchingReply), true);
    });
  command
    .command('caller')
    .description('show the state and the caller of a face check')
    .argument('<id>')
    .action(async (id) => {
      const vouching = await post(`vouchings/${encodeURIComponent(id)}`, {}, vouchingReply);
      const { state, person, until } = vouching;
      if (deps.printJson(vouching)) return deps.endWith(person === null ? 1 : 0);
      if (person === null) {
        deps.printError(`facestep: the caller is not verified: ${state}.`);
        return deps.endWith(1);
      }
      deps.print([person.connection, person.subject, person.login, person.email ?? '-'].map(toPrintable).join('  '));
      deps.printError(`Caller verified. This result is available until ${until ?? '-'}.`);
    });
  addWho(command.command('bypass').description('create a bypass code and print it once'))
    .option(
      '--minutes <minutes>',
      'lifetime in minutes, 5 to 60, at most policy.bypass.minutes of the connection',
      wholeNumber(5, 60, 'minutes'),
    )
    .option('--application <host>', 'only valid for this application')
    .action(async ({ minutes, application, ...options }) => {
      const fields = { ...toWho(options), minutes, application };
      const made = await post('bypass-codes', fields, madeBypassReply).catch((error: unknown) => {
        if (error instanceof NotFoundError) return null;
        throw error;
      });
      if (made === null) {
        deps.printError(`facestep: bypass codes are off at ${options.connection}: policy.bypass.allowed`);
        return deps.endWith(1);
      }
      if (!deps.printJson(made)) deps.print(made.code);
      deps.printError(
        made.state === 'ready'
          ? `Good once, until ${made.expiresAt}.`
          : `Of no use before another administrator runs: facestep help-desk approve ${made.id}`,
      );
      if (made.lockedUntil !== null)
        deps.printError(`The person is locked out until ${made.lockedUntil}: run facestep subject unlock.`);
    });
  command
    .command('bypasses')
    .description('list valid and pending bypass codes, without the codes')
    .action(async () => {
      const { codes } = await callServer('GET /help-desk/bypass-codes', bypassesReply, deps);
      printRows(codes, deps, [
        ['id', 'connection', 'subject', 'made by', 'state', 'until'],
        (each) => [each.id, each.connection, each.subject, each.by, each.state, each.expiresAt],
      ]);
    });
  command
    .command('approve')
    .description('approve a bypass code of another administrator')
    .argument('<id>')
    .action(async (id) => {
      const { expiresAt } = await post(`bypass-codes/${encodeURIComponent(id)}/approve`, {}, approvedBypassReply);
      deps.printError(`Approved, valid until ${expiresAt}.`);
    });
  command
    .command('requests')
    .description('list help requests')
    .action(async () => {
      const { requests } = await callServer('GET /help-desk/requests', helpRequestsReply, deps);
      printRows(requests, deps, [
        ['id', 'asked', 'connection', 'subject', 'reason', 'taken by', 'note'],
        ({ id, at, connection, subject, reason, takenBy, note }) => [
          id,
          at,
          connection,
          subject,
          reason,
          takenBy,
          note,
        ],
      ]);
    });
  command
    .command('take')
    .description('take over a help request')
    .argument('<id>')
    .action(async (id) => {
      await post(`requests/${encodeURIComponent(id)}/take`, {}, z.object({}));
      deps.printError('Taken.');
    });
  command
    .command('settle')
    .description('settle a help request that you took over')
    .argument('<id>')
    .addOption(new Option('--by <way>', 'how').choices(settlements).makeOptionMandatory())
    .action(async (id, { by }) => {
      await post(`requests/${encodeURIComponent(id)}/settle`, { settlement: by }, z.object({}));
      deps.printError('Settled.');
    });
  return command;
}
