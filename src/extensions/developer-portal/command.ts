import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { callServer, readAllPages } from '../../cli/call-server.js';
import type { CliDeps } from '../../cli/deps.js';
import { printRows, toPrintable } from '../../cli/table.js';
import { approvedRequestReply, type OneRequestReply, oneRequestReply, requestPageReply } from './replies.js';
import { requestStates } from './request.js';

type AskedRequest = OneRequestReply['request'];

export function createRequestsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('requests').summary('list and answer requests of developers');
  command
    .command('list')
    .description('list submitted requests, newest first')
    .addOption(
      new Option('--state <state>', 'only requests in this state').choices(
        requestStates.filter((each) => each !== 'draft'),
      ),
    )
    .action(async ({ state }) => {
      const pages = await readAllPages('GET /application-requests', { state }, requestPageReply, deps);
      const requests = pages.flatMap((page) => page.requests);
      printRows(requests, deps, [
        ['id', 'state', 'name', 'by', 'scopes', 'a minute', 'a day', 'changed'],
        (each) => [
          each.id,
          each.state,
          each.name,
          each.by,
          each.scopes.join(','),
          each.perMinute,
          each.perDay,
          each.changedAt,
        ],
      ]);
    });
  command
    .command('show')
    .description('show one request with its messages')
    .argument('<id>')
    .action(async (id) => {
      const { request } = await callServer(`GET ${pathOf(id)}`, oneRequestReply, deps);
      if (!deps.printJson(request)) toLines(request).forEach(deps.print);
    });
  command
    .command('approve')
    .description('approve a request, which registers or changes the application')
    .argument('<id>')
    .requiredOption('--changed <time>', 'time that “show” printed as changed; a request changed since is not approved')
    .option('--tenant <tenant>', 'tenant of a new application (default: its connection)')
    .option('--message <text>', 'message to the developer')
    .action(async (id, { changed, ...given }) => {
      const fields = { changedAt: changed, ...given };
      const { openIdClient } = await callServer(`POST ${pathOf(id)}/approve`, approvedRequestReply, deps, fields);
      deps.printError('Approved. The developer fetches the first key.');
      if (openIdClient === null) return;
      deps.printError('Add this OpenID client to oidc.clients of the connection, with your own secret:');
      openIdClient.split('\n').map(toPrintable).forEach(deps.print);
    });
  for (const { name, description, done } of answers)
    command
      .command(name)
      .description(description)
      .argument('<id>')
      .requiredOption('--message <text>', 'message to the developer')
      .action(async (id, { message }) => {
        await callServer(`POST ${pathOf(id)}/${name}`, oneRequestReply, deps, { message });
        deps.printError(done);
      });
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

const pathOf = (id: string) => `/application-requests/${encodeURIComponent(id)}` as const;
