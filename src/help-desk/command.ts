import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { NotFoundError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { wholeNumber } from '../cli/parse-option.js';
import { addPerson, createActions, createServerCommand } from '../cli/server-command.js';
import { toPrintable } from '../cli/table.js';
import { helpDeskProofs } from '../core/enrolment-proof.js';
import { supportedLanguages } from '../core/language.js';
import { settlements } from './help-requests.js';
import {
  approvedBypassReply,
  type BegunVouchingReply,
  begunVouchingReply,
  bypassesReply,
  helpRequestsReply,
  madeBypassReply,
  vouchingReply,
} from './replies.js';

const addLink = (command: CommandUnknownOpts) =>
  command
    .addOption(new Option('--send <way>', 'how to send the link').choices(['none', 'email', 'sms']).default('none'))
    .addOption(
      new Option('--language <tag>', 'language of the message and the page').choices(supportedLanguages).default('en'),
    );

export function createHelpDeskCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling, doing, listing } = createActions(deps);
  const { command, add } = createServerCommand(
    'help-desk',
    'vouch for callers, create bypass codes, answer help requests',
  );

  const printBegun = (begun: BegunVouchingReply, isToEnrol: boolean): void => {
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

  addLink(addPerson(add('vouch', 'start a face check for a caller and print its id and link'))).action(
    calling('POST /help-desk/vouchings', begunVouchingReply, (begun) => printBegun(begun, false)),
  );
  addLink(
    addPerson(
      add('enrol', 'let a person enrol for whom you vouch, also in place of a face, and print the id and the link'),
    ).addOption(
      new Option('--proof <how>', 'in_person: you see the person; vouched: you verified them in a call')
        .choices(helpDeskProofs)
        .makeOptionMandatory(),
    ),
  ).action(calling('POST /help-desk/enrolments', begunVouchingReply, (begun) => printBegun(begun, true)));
  add('caller <id>', 'show the state and the caller of a face check').action(
    calling('POST /help-desk/vouchings/:id', vouchingReply, (vouching) => {
      const { state, person, until } = vouching;
      deps.endWith(person === null ? 1 : 0);
      if (deps.printJson(vouching)) return;
      if (person === null) return deps.printError(`facestep: the caller is not verified: ${state}.`);
      deps.print([person.connection, person.subject, person.login, person.email ?? '-'].map(toPrintable).join('  '));
      deps.printError(`Caller verified. This result is available until ${until ?? '-'}.`);
    }),
  );
  const makeBypass = calling('POST /help-desk/bypass-codes', madeBypassReply, (made) => {
    if (!deps.printJson(made)) deps.print(made.code);
    deps.printError(
      made.state === 'ready'
        ? `Good once, until ${made.expiresAt}.`
        : `Of no use before another administrator runs: facestep help-desk approve ${made.id}`,
    );
    if (made.lockedUntil !== null)
      deps.printError(`The person is locked out until ${made.lockedUntil}: run facestep subject unlock.`);
  });
  addPerson(add('bypass', 'create a bypass code and print it once'))
    .option(
      '--minutes <minutes>',
      'lifetime in minutes, 5 to 60, at most policy.bypass.minutes of the connection',
      wholeNumber(5, 60, 'minutes'),
    )
    .option('--application <host>', 'only valid for this application')
    .action(async function run({ connection }) {
      try {
        await makeBypass.call(this);
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        deps.printError(`facestep: bypass codes are off at ${connection}: policy.bypass.allowed`);
        deps.endWith(1);
      }
    });
  add('bypasses', 'list valid and pending bypass codes, without the codes').action(
    listing('GET /help-desk/bypass-codes', bypassesReply, 'codes', {
      id: 'id',
      connection: 'connection',
      subject: 'subject',
      'made by': 'by',
      state: 'state',
      until: 'expiresAt',
    }),
  );
  add('approve <id>', 'approve a bypass code of another administrator').action(
    calling('POST /help-desk/bypass-codes/:id/approve', approvedBypassReply, ({ expiresAt }) =>
      deps.printError(`Approved, valid until ${expiresAt}.`),
    ),
  );
  add('requests', 'list help requests').action(
    listing('GET /help-desk/requests', helpRequestsReply, 'requests', {
      id: 'id',
      asked: 'at',
      connection: 'connection',
      subject: 'subject',
      reason: 'reason',
      'taken by': 'takenBy',
      note: 'note',
    }),
  );
  add('take <id>', 'take over a help request').action(doing('POST /help-desk/requests/:id/take', 'Taken.'));
  add('settle <id>', 'settle a help request that you took over')
    .addOption(new Option('--by <way>', 'how').choices(settlements).makeOptionMandatory())
    .action(doing('POST /help-desk/requests/:id/settle', 'Settled.', ({ id, by }) => ({ id, settlement: by })));
  return command;
}
