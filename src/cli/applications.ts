import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  applicationKeysReply,
  applicationReply,
  applicationsReply,
  clientTokenReply,
  usageOfAllReply,
  usageReply,
} from '../rest/replies/applications.js';
import { clientScopes } from '../rest/scopes.js';
import { createApplicationRequestsCommand } from './application-requests.js';
import { callServer } from './call-server.js';
import type { CliDeps } from './deps.js';
import { printTable, toTableLines } from './table.js';
import { UsageError } from './usage-error.js';
import { wholeNumber } from './whole-number.js';

const parseCount = wholeNumber({ least: 1, most: 999_999_999 });
const parseKeyDays = wholeNumber({ least: 1, most: 366, what: 'days' });
const parseUsageDays = wholeNumber({ least: 1, most: 90, what: 'days' });

const daySec = 24 * 60 * 60;

interface Terms {
  readonly tenant?: string;
  readonly scopes?: readonly string[];
  readonly perMinute?: number;
  readonly perDay?: number;
  readonly contact?: string;
}

interface KeyTerms {
  readonly scopes?: readonly string[];
  readonly days?: number;
  readonly json?: boolean;
}

export function createApplicationsCommand(deps: CliDeps): Command {
  const command = new Command('applications')
    .summary('manage API applications, their keys and usage')
    .description('Calls the running server.');
  command
    .command('list')
    .description('print every application')
    .option('--json', 'print JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { applications } = await callServer({ method: 'GET', path: '/applications' }, applicationsReply, deps);
      if (json) deps.print(JSON.stringify(applications, null, 2));
      else
        printTable(
          ['id', 'name', 'tenant', 'scopes', 'a minute', 'a day'],
          applications.map(({ id, name, tenant, scopes, perMinute, perDay }) => [
            ...[id, name, tenant, scopes.join(','), perMinute, perDay],
          ]),
          deps,
        );
    });
  command
    .command('register')
    .description('register an application, and print its id')
    .argument('<name>', 'display name')
    .option('--tenant <tenant>', 'tenant of its enrolments: up to 64 characters: A-Z a-z 0-9 _ . -')
    .option('--scopes <scopes>', 'scopes of its keys, separated by commas', parseScopes)
    .option('--per-minute <requests>', 'requests per minute', parseCount)
    .option('--per-day <requests>', 'requests per day', parseCount)
    .option('--contact <text>', 'contact of the owner')
    .option('--json', 'print JSON')
    .action(async (name: string, { json = false, ...terms }: Terms & { json?: boolean }) => {
      const fields = { name, ...terms };
      const made = await callServer({ method: 'POST', path: '/applications', fields }, applicationReply, deps);
      const { id } = made;
      deps.print(json ? JSON.stringify(made, null, 2) : id);
      deps.tell(`Registered. Issue its first key: facestep applications issue-key ${id}`);
    });
  command
    .command('remove')
    .description('remove an application: its keys end at once')
    .argument('<id>')
    .action(async (id: string) => {
      await callServer({ method: 'POST', path: pathOf(id, '/remove') }, z.object({}), deps);
      deps.tell('Removed.');
    });
  addKeyCommands(command, deps);
  command.addCommand(createApplicationRequestsCommand(deps));
  command
    .command('usage')
    .description('print what one application used by day and endpoint, or what each used in all')
    .argument('[id]', 'id of the application (default: all)')
    .option('--days <days>', 'number of days including today: up to 90 for one application, 31 for all', parseUsageDays)
    .option('--json', 'print JSON')
    .action(async (id: string | undefined, { days, json = false }: { days?: number; json?: boolean }) => {
      if (id === undefined && days !== undefined && days > 31)
        throw new UsageError('--days is at most 31 without the id of an application');
      const fields = days === undefined ? {} : { days };
      const { usage, lines } =
        id === undefined ? await readUsageOfAll(fields, deps) : await readUsage(id, fields, deps);
      if (json) deps.print(JSON.stringify(usage, null, 2));
      else lines.forEach(deps.print);
    });
  return command;
}

function addKeyCommands(command: Command, deps: CliDeps): void {
  command
    .command('keys')
    .description('print the keys of an application by id, never the keys themselves')
    .argument('<id>')
    .option('--json', 'print JSON')
    .action(async (id: string, { json = false }: { json?: boolean }) => {
      const { keys } = await callServer({ method: 'GET', path: pathOf(id, '/keys') }, applicationKeysReply, deps);
      if (json) deps.print(JSON.stringify(keys, null, 2));
      else
        printTable(
          ['id', 'scopes', 'valid until', 'last used'],
          keys.map((key) => [key.id, key.scopes.join(','), key.expiresAt, key.lastUsed ?? 'never']),
          deps,
        );
    });
  command
    .command('issue-key')
    .description('issue a key and print it once')
    .argument('<id>')
    .option('--scopes <scopes>', 'some of the application’s scopes, separated by commas', parseScopes)
    .option('--days <days>', 'lifetime in days, up to 366', parseKeyDays)
    .option('--json', 'print JSON')
    .action(async (id: string, { scopes, days, json = false }: KeyTerms) => {
      const fields = {
        ...(scopes === undefined ? {} : { scopes }),
        ...(days === undefined ? {} : { expiresIn: days * daySec }),
      };
      const issued = await callServer({ method: 'POST', path: pathOf(id, '/keys'), fields }, clientTokenReply, deps);
      deps.print(json ? JSON.stringify(issued, null, 2) : issued.token);
      deps.tell(`Key ${issued.id}, valid until ${issued.expiresAt}. It is not shown again.`);
    });
  command
    .command('revoke-key')
    .description('revoke a key at once')
    .argument('<id>')
    .argument('<key>', 'id of the key')
    .action(async (id: string, key: string) => {
      const request = { method: 'POST', path: pathOf(id, '/keys/revoke'), fields: { key } } as const;
      await callServer(request, z.object({}), deps);
      deps.tell('Revoked.');
    });
}

async function readUsage(id: string, fields: { readonly days?: number }, deps: CliDeps) {
  const { usage } = await callServer({ method: 'POST', path: pathOf(id, '/usage'), fields }, usageReply, deps);
  const rows = usage.map(({ day, endpoint, requests, refusals }) => [day, endpoint, requests, toText(refusals)]);
  return { usage, lines: toTableLines(['day', 'endpoint', 'requests', 'refused'], rows) };
}

async function readUsageOfAll(fields: { readonly days?: number }, deps: CliDeps) {
  const { usage } = await callServer({ method: 'POST', path: '/usage', fields }, usageOfAllReply, deps);
  const rows = usage.map(({ application, name, requests, refusals }) => [
    ...[application ?? 'none', name ?? 'client tokens of no application', requests, toText(refusals)],
  ]);
  return { usage, lines: toTableLines(['id', 'name', 'requests', 'refused'], rows) };
}

const toText = (refusals: Readonly<Record<string, number>>): string =>
  Object.entries(refusals)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');

const pathOf = (id: string, rest: string): string => `/applications/${encodeURIComponent(id)}${rest}`;

function parseScopes(text: string): string[] {
  const scopes = text.split(',').map((each) => each.trim());
  if (scopes.every((scope) => clientScopes.some((known) => known === scope))) return scopes;
  throw new InvalidArgumentError(`Expected some of ${clientScopes.join(', ')}, with commas between.`);
}
