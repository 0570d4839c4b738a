import { Command, type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { z } from 'zod';
import {
  applicationKeysReply,
  applicationReply,
  applicationsReply,
  clientTokenReply,
  usageOfAllReply,
  usageReply,
} from '../../access/application-replies.js';

import { clientScopes, compatibilities, replayPolicies } from '../../access/scopes.js';
import { callServer } from '../../cli/call-server.js';
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { parsing, wholeNumber } from '../../cli/parse-option.js';
import { printRows } from '../../cli/table.js';
import { secondsPerDay } from '../../core/units.js';

const parseCount = wholeNumber(1, 999_999_999);
const parseScopes = parsing(
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(z.enum(clientScopes))),
  `Expected some of ${clientScopes.join(', ')}, with commas between.`,
);

export function createApplicationsCommand(deps: CliDeps): CommandUnknownOpts {
  const command = new Command('applications')
    .summary('manage API applications, their keys and usage')
    .description('Calls the running server.');
  command
    .command('list')
    .description('print every application')
    .action(async () => {
      const { applications } = await callServer('GET /applications', applicationsReply, deps);
      printRows(applications, deps, [
        ['id', 'name', 'tenant', 'scopes', 'a minute', 'a day'],
        ({ id, name, tenant, scopes, perMinute, perDay }) => [id, name, tenant, scopes.join(','), perMinute, perDay],
      ]);
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
    .action(async (name, terms) => {
      const made = await callServer('POST /applications', applicationReply, deps, { name, ...terms });
      if (!deps.printJson(made)) deps.print(made.id);
      deps.printError(`Registered. Issue its first key: facestep applications issue-key ${made.id}`);
    });
  command
    .command('remove')
    .description('remove an application: its keys end at once')
    .argument('<id>')
    .action(async (id) => {
      await callServer(`DELETE ${pathOf(id)}`, z.object({}), deps);
      deps.printError('Removed.');
    });
  command
    .command('keys')
    .description('print the keys of an application by id, never the keys themselves')
    .argument('<id>')
    .action(async (id) => {
      const { keys } = await callServer(`GET ${pathOf(id)}/keys`, applicationKeysReply, deps);
      printRows(keys, deps, [
        ['id', 'scopes', 'valid until', 'last used'],
        (key) => [key.id, key.scopes.join(','), key.expiresAt, key.lastUsed ?? 'never'],
      ]);
    });
  command
    .command('issue-key')
    .description('issue a key and print it once')
    .argument('<id>')
    .option('--scopes <scopes>', 'some of the application’s scopes, separated by commas', parseScopes)
    .option('--days <days>', 'lifetime in days, up to 366', wholeNumber(1, 366, 'days'))
    .addOption(new Option('--compat <api>', 'behave as this hosted API').choices(compatibilities))
    .addOption(new Option('--replay <calls>', 'calls that refuse copies of earlier photos').choices(replayPolicies))
    .action(async (id, { scopes, days, compat, replay }) => {
      const fields = { scopes, compat, replay, expiresIn: days && days * secondsPerDay };
      const issued = await callServer(`POST ${pathOf(id)}/keys`, clientTokenReply, deps, fields);
      if (!deps.printJson(issued)) deps.print(issued.token);
      deps.printError(`Key ${issued.id}, valid until ${issued.expiresAt}. It is not shown again.`);
    });
  command
    .command('revoke-key')
    .description('revoke a key at once')
    .argument('<id>')
    .argument('<key>', 'id of the key')
    .action(async (id, key) => {
      await callServer(`POST ${pathOf(id)}/keys/revoke`, z.object({}), deps, { key });
      deps.printError('Revoked.');
    });
  command
    .command('usage')
    .description('print what one application used by day and endpoint, or what each used in all')
    .argument('[id]', 'id of the application (default: all)')
    .option(
      '--days <days>',
      'number of days including today: up to 90 for one application, 31 for all',
      wholeNumber(1, 90, 'days'),
    )
    .action(async (id, { days }) => {
      if (id === undefined && days !== undefined && days > 31)
        throw new UsageError('--days is at most 31 without the id of an application');
      if (id === undefined) {
        const { usage } = await callServer('GET /usage', usageOfAllReply, deps, { days });
        return printRows(usage, deps, [
          ['id', 'name', 'requests', 'refused'],
          ({ application, name, requests, refusals }) => [
            application ?? 'none',
            name ?? 'client tokens of no application',
            requests,
            toText(refusals),
          ],
        ]);
      }
      const { usage } = await callServer(`GET ${pathOf(id)}/usage`, usageReply, deps, { days });
      printRows(usage, deps, [
        ['day', 'endpoint', 'requests', 'refused'],
        ({ day, endpoint, requests, refusals }) => [day, endpoint, requests, toText(refusals)],
      ]);
    });
  return command;
}

const toText = (refusals: Readonly<Record<string, number>>): string =>
  Object.entries(refusals)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');

const pathOf = (id: string) => `/applications/${encodeURIComponent(id)}` as const;
