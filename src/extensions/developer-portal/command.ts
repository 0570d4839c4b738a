import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import type { CliDeps } from '../../cli/deps.js';
import { addTo, createActions } from '../../cli/server-command.js';
import { toPrintable } from '../../cli/table.js';
import { approvedRequestReply, type OneRequestReply, oneRequestReply, requestPageReply } from './replies.js';
import { requestStates } from './request.js';

type AskedRequest = OneRequestReply['request'];

export function createRequestsCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling, doing, listing } = createActions(deps);
  const command = new Command('requests').summary('list and answer requests of developers');
  const add = addTo(command);
  add('list', 'list submitted requests, newest first')
    .addOption(
      new Option('--state <state>', 'only requests in this state').choices(
        requestStates.filter((each) => each !== 'draft'),
      ),
    )
    .action(
      listing('GET /application-requests', requestPageReply, 'requests', {
        id: 'id',
        state: 'state',
        name: 'name',
        by: 'by',
        scopes: 'scopes',
        'a minute': 'perMinute',
        'a day': 'perDay',
        changed: 'changedAt',
      }),
    );
  add('show <id>', 'show one request with its messages').action(
    calling('GET /application-requests/:id', oneRequestReply, ({ request }) => {
      if (!deps.printJson(request)) toLines(request).forEach(deps.print);
    }),
  );
  add('approve <id>', 'approve a request, which registers or changes the application')
    .requiredOption('--changed <time>', 'time that “show” printed as changed; a request changed since is not approved')
    .option('--tenant <tenant>', 'tenant of a new application (default: its connection)')
    .option('--message <text>', 'message to the developer')
    .action(
      calling(
        'POST /application-requests/:id/approve',
        approvedRequestReply,
        ({ openIdClient }) => {
          deps.printError('Approved. The developer fetches the first key.');
          if (openIdClient === null) return;
          deps.printError('Add this OpenID client to oidc.clients of the connection, with your own secret:');
          openIdClient.split('\n').map(toPrintable).forEach(deps.print);
        },
        ({ changed, ...given }) => ({ ...given, changedAt: changed }),
      ),
    );
  for (const { name, description, done } of answers)
    add(`${name} <id>`, description)
      .requiredOption('--message <text>', 'message to the developer')
      .action(doing(`POST /application-requests/:id/${name}`, done));
  return command;
}

const answers = [
  { name: 'ask-back', description: 'ask the developer for changes', done: 'Asked back.' },
  { name: 'refuse', description: 'refuse a request permanently', done: 'Refused.' },
] as const;

function toLines(request: AskedRequest): string[] {
  const { application, isChange, redirectUris, termsVersion } = request;
  const facts: readonly (readonly [string, string])[] = [
    ['id', request.id],
    ['state', request.state],
    ['changed', request.changedAt],
    ['by', request.by],
    ['developer', request.developer],
    ['application', application === null ? 'a new one' : `${application}${isChange ? ', to be changed' : ''}`],
    ['name', request.name],
    ['scopes', request.scopes.join(', ')],
    ['connection', request.connection ?? 'none'],
    ...redirectUris.map((address) => ['redirect', address] as const),
    ['quota', `${request.perMinute} a minute, ${request.perDay} a day`],
    ['contact', request.contact],
    ['terms', termsVersion === null ? 'not agreed to yet' : `version ${termsVersion}`],
  ];
  return [
    ...facts.map(([name, value]) => `${name.padEnd(12)}${toPrintable(value)}`),
    '',
    ...toParagraph(request.purpose),
    ...request.messages.flatMap(({ time, by, text }) => ['', `${time}  ${toPrintable(by)}`, ...toParagraph(text)]),
  ];
}

const toParagraph = (text: string): string[] => text.split('\n').map((line) => `  ${toPrintable(line)}`);
