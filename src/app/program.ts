import { Command, CommanderError, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { UsageError } from '../cli/command-error.js';
import type { CliDeps } from '../cli/deps.js';
import { toFailureLines } from '../cli/failure-text.js';
import { version } from '../core/base/version.js';

export const examples: Readonly<Record<string, readonly string[]>> = {
  serve: ['serve'],
  status: ['status', 'status --json'],
  login: ['login', 'login https://face.example.com', 'login https://face.example.com < admin-key.txt'],
  provision: ['provision work --plan', 'provision work --apply'],
  register: ['register work --group 00g1a2b3c4 --plan', 'register work --all'],
  doctor: ['doctor', 'doctor work --json'],
  why: ['why ada@example.com', 'why work ada@example.com --since 2026-11-20'],
  api: [
    'api',
    'api POST /people/find text="ada lov"',
    'api POST /people/list status=locked --json',
    'api POST /subjects/export login=ada@example.com --json',
    'api POST /administrators name=grace role=help-desk',
  ],
  log: ['log --person ada --result refused', 'log --follow', 'log --since 2026-11-01 --json > log.jsonl'],
  simulate: ['simulate okta > simulated.json'],
  demo: ['demo', 'demo --photos .'],
  backup: ['backup /backups/2026-11-26'],
  restore: ['restore /backups/2026-11-26'],
  'keys rotate': ['keys rotate', 'keys rotate --signing'],
};

type CreateCommand = (deps: CliDeps) => CommandUnknownOpts;
type Commands = Readonly<Record<string, () => Promise<CreateCommand>>>;

type ProcessDeps = Omit<CliDeps, 'isJson' | 'printJson'> & {
  /** Commands of the extensions. */
  readonly extensionCommands: Commands;
};

/** Commands, in the order in which the help lists them. Only the requested command is loaded. */
const ownCommands: Commands = {
  serve: async () => (deps) =>
    new Command('serve')
      .summary('run the server (the default)')
      .description(
        'Runs the server with the configuration file that FACESTEP_CONFIG names, or else with its own in the data folder, which the first start creates. PORT, FACESTEP_DATA and FACESTEP_ADMIN_KEY override port, dataFolder and adminKey.',
      )
      .action(deps.serve),
  status: async () => (await import('../admin/commands/status.js')).createStatusCommand,
  login: async () => (await import('../cli/login.js')).createLoginCommand,
  logout: async () => (await import('../cli/login.js')).createLogoutCommand,
  demo: async () => (await import('../cli/demo.js')).createDemoCommand,
  reload: async () => (await import('../admin/commands/status.js')).createReloadCommand,
  provision: async () => (await import('../admin/commands/provision.js')).createProvisionCommand,
  register: async () => (await import('../admin/commands/register.js')).createRegisterCommand,
  api: async () => (await import('../cli/api-command.js')).createApiCommand,
  doctor: async () => (await import('../admin/commands/doctor.js')).createDoctorCommand,
  why: async () => (await import('../admin/commands/why.js')).createWhyCommand,
  audit: async () => (await import('../admin/commands/audit.js')).createAuditCommand,
  log: async () => (await import('../admin/commands/log.js')).createLogCommand,
  ledger: async () => (await import('../admin/commands/audit.js')).createLedgerCommand,
  simulate: async () => (await import('../admin/commands/simulate.js')).createSimulateCommand,
  'smart-hook': async () => (await import('../admin/commands/provision.js')).createSmartHookCommand,
  backup: async () => (await import('../admin/commands/backup.js')).createBackupCommand,
  restore: async () => (await import('../admin/commands/backup.js')).createRestoreCommand,
  models: async () => (await import('../admin/commands/models.js')).createModelsCommand,
  keys: async () => (await import('../admin/commands/storage.js')).createKeysCommand,
};

const allCommands = (deps: ProcessDeps): Commands => ({
  ...ownCommands,
  ...deps.extensionCommands,
});

/**
 * Runs one command. Command line errors are printed, with exit code 2.
 * @throws FaceError, CommandError
 */
export async function runCommand(args: readonly string[], deps: ProcessDeps): Promise<void> {
  try {
    if (args.find((each) => !each.startsWith('-')) === 'measure')
      throw new UsageError(
        'measuring is not part of the server',
        'In a checkout of the repository, run “npm run measure -- --help” (docs/measuring.md).',
      );
    const program = await createProgram(args[0], deps);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // Commander also throws for --help.
    if (error instanceof CommanderError && error.exitCode === 0) return deps.endWith(0);
    const wrong = error instanceof CommanderError ? toUsageError(error) : error;
    if (!(wrong instanceof UsageError)) throw error;
    toFailureLines(wrong, {
      command: args[0] !== undefined && Object.hasOwn(allCommands(deps), args[0]) ? args[0] : null,
      asJson: args.includes('--json'),
      isVerbose: args.includes('--verbose'),
      paint: deps.paint,
    }).forEach(deps.printError);
    deps.endWith(2);
  }
}

/** Commands that run a service or a dialog, write a file, or have their own output format. */
const withoutJson: readonly string[] = [
  'serve',
  'login',
  'logout',
  'demo',
  'audit export',
  'simulate',
  'smart-hook',
  'sign',
];

/** Adds `--json` to commands. Those that only print lines print `{"ok": true, "output": ["…"]}`. */
function addJson(command: CommandUnknownOpts, path: string, lines: Lines): void {
  for (const each of command.commands) addJson(each, `${path} ${each.name()}`, lines);
  const hasJson = command.options.some(({ long }) => long === '--json');
  if (command.commands.length > 0 || hasJson || withoutJson.includes(path)) return;
  command
    .option('--json', 'print JSON')
    .hook('preAction', () => {
      lines.collect(command.opts().json === true);
      // Commands may send their options to the server.
      command.setOptionValue('json', undefined);
    })
    .hook('postAction', () => lines.end());
}

type Lines = ReturnType<typeof createLines>;

function createLines(print: (line: string) => void) {
  let collected: string[] | null = null;
  let isPrinted = false;
  return {
    print: (line: string): void => (collected === null ? print(line) : void collected.push(line)),
    isJson: (): boolean => collected !== null,
    printJson(value: unknown): boolean {
      if (collected === null) return false;
      print(JSON.stringify(value, null, 2));
      isPrinted = true;
      return true;
    },
    collect(isJson: boolean): void {
      collected = isJson ? [] : null;
    },
    end(): void {
      if (collected !== null && !isPrinted) print(JSON.stringify({ ok: true, output: collected }, null, 2));
    },
  };
}

/** The first line of Commander's message says what is wrong; the second suggests a correction. */
function toUsageError({ code, message }: CommanderError): UsageError {
  if (code === 'commander.help') return new UsageError('a subcommand is missing');
  const [first = '', meant = ''] = message.replace(/^error: /, '').split('\n');
  return new UsageError(first, /^\(Did you mean (.+)\?\)$/.test(meant) ? meant.slice(1, -1) : null);
}

export async function createProgram(asked: string | undefined, deps: ProcessDeps): Promise<CommandUnknownOpts> {
  const program = new Command('facestep')
    .description('Face step-up for the identity provider you already run. Without a command, it runs the server.')
    .version(version)
    .option('--verbose', 'print the details of an error')
    .configureHelp({ styleTitle: (title) => deps.paint('bold', title) })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => deps.print(text.replace(/\n$/, '')),
      writeErr: (text) => deps.printError(text.replace(/\n$/, '')),
      outputError: () => {},
    });
  const commands = allCommands(deps);
  const isOurs = asked !== undefined && Object.hasOwn(commands, asked);
  const loads = Object.entries(commands).filter(([name]) => !isOurs || name.split(' ')[0] === asked);
  const lines = createLines(deps.print);
  for (const { path, create } of await Promise.all(
    loads.map(async ([path, load]) => ({ path, create: await load() })),
  )) {
    const command = create({ ...deps, ...lines });
    addJson(command, path, lines);
    const parent = program.commands.find((each) => path.startsWith(`${each.name()} `)) ?? program;
    parent.addCommand(addExamples(inheritSettings(command, program), path.slice(0, -command.name().length)));
  }
  return program;
}

function addExamples(command: CommandUnknownOpts, above: string): CommandUnknownOpts {
  const path = `${above}${command.name()}`;
  const lines = examples[path]?.map((line) => `  $ facestep ${line}`) ?? [];
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  for (const each of command.commands) addExamples(each, `${path} `);
  return command;
}

function inheritSettings(command: CommandUnknownOpts, parent: CommandUnknownOpts): CommandUnknownOpts {
  command.copyInheritedSettings(parent);
  for (const each of command.commands) inheritSettings(each, command);
  return command;
}
