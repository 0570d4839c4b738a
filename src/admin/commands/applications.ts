import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings';
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
import { UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { parsing, wholeNumber } from '../../cli/parse-option.js';
import { createActions, createServerCommand, withLifetime } from '../../cli/server-command.js';

const parseCount = wholeNumber(1, 999_999_999);
const parseScopes = parsing(
  z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(z.enum(clientScopes))),
  `Expected some of ${clientScopes.join(', ')}, with commas between.`,
);

export function createApplicationsCommand(deps: CliDeps): CommandUnknownOpts {
  const { calling, doing, listing } = createActions(deps);
  const { command, add } = createServerCommand('applications', 'manage API applications, their keys and usage');
  add('list', 'print every application').action(
    listing('GET /applications', applicationsReply, 'applications', {
      id: 'id',
      name: 'name',
      tenant: 'tenant',
      scopes: 'scopes',
      'a minute': 'perMinute',
      'a day': 'perDay',
    }),
  );
  add('register', 'register an application, and print its id')
    .argument('<name>', 'display name')
    .option('--tenant <tenant>', 'tenant of its enrolments: up to 64 characters: A-Z a-z 0-9 _ . -')
    .option('--scopes <scopes>', 'scopes of its keys, separated by commas', parseScopes)
    .option('--per-minute <requests>', 'requests per minute', parseCount)
    .option('--per-day <requests>', 'requests per day', parseCount)
    .option('--contact <text>', 'contact of the owner')
    .action(
      calling('POST /applications', applicationReply, (made) => {
        if (!deps.printJson(made)) deps.print(made.id);
        deps.printError(`Registered. Issue its first key: facestep applications issue-key ${made.id}`);
      }),
    );
  add('remove <id>', 'remove an application: its keys end at once').action(
    doing('DELETE /applications/:id', 'Removed.'),
  );
  add('keys <id>', 'print the keys of an application by id, never the keys themselves').action(
    listing('GET /applications/:id/keys', applicationKeysReply, 'keys', {
      id: 'id',
      scopes: 'scopes',
      'valid until': 'expiresAt',
      'last used': ({ lastUsed }) => lastUsed ?? 'never',
    }),
  );
  add('issue-key <id>', 'issue a key and print it once')
    .option('--scopes <scopes>', 'some of the application’s scopes, separated by commas', parseScopes)
    .option('--days <days>', 'lifetime in days, up to 366', wholeNumber(1, 366, 'days'))
    .addOption(new Option('--compat <api>', 'behave as this hosted API').choices(compatibilities))
    .addOption(new Option('--replay <calls>', 'calls that refuse copies of earlier photos').choices(replayPolicies))
    .action(
      calling(
        'POST /applications/:id/keys',
        clientTokenReply,
        (issued) => {
          if (!deps.printJson(issued)) deps.print(issued.token);
          deps.printError(`Key ${issued.id}, valid until ${issued.expiresAt}. It is not shown again.`);
        },
        withLifetime,
      ),
    );
  add('revoke-key', 'revoke a key at once')
    .argument('<id>')
    .argument('<key>', 'id of the key')
    .action(doing('POST /applications/:id/keys/revoke', 'Revoked.'));
  const printUsage = listing('GET /applications/:id/usage', usageReply, 'usage', {
    day: 'day',
    endpoint: 'endpoint',
    requests: 'requests',
    refused: toRefused,
  });
  const printUsageOfAll = listing('GET /usage', usageOfAllReply, 'usage', {
    id: ({ application }) => application ?? 'none',
    name: ({ name }) => name ?? 'client tokens of no application',
    requests: 'requests',
    refused: toRefused,
  });
  add('usage', 'print what one application used by day and endpoint, or what each used in all')
    .argument('[id]', 'id of the application (default: all)')
    .option(
      '--days <days>',
      'number of days including today: up to 90 for one application, 31 for all',
      wholeNumber(1, 90, 'days'),
    )
    .action(async function run(id, { days = 1 }) {
      if (id === undefined && days > 31) throw new UsageError('--days is at most 31 without the id of an application');
      await (id === undefined ? printUsageOfAll : printUsage).call(this);
    });
  return command;
}

const toRefused = ({ refusals }: { readonly refusals: Readonly<Record<string, number>> }): string =>
  Object.entries(refusals)
    .map(([code, count]) => `${code} ${count}`)
    .join(', ');
