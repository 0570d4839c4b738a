import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import type { JsonObject } from '../core/base/json.js';
import { secondsPerDay } from '../core/units.js';
import { type Call, callServer, type Fields, readPages } from './call-server.js';
import { UsageError } from './command-error.js';
import type { CliDeps } from './deps.js';
import { type Columns, printRows } from './table.js';

/** Creates a command whose subcommands call the running server, with the function that adds one. */
export function createServerCommand(name: string, summary: string) {
  const command = new Command(name).summary(summary).description('Calls the running server.');
  return { command, add: addTo(command) };
}

/** Returns the function that adds a subcommand. @param usage - its name and arguments, such as `remove <id>` */
export const addTo =
  (command: Command) =>
  <Usage extends string>(usage: Usage, description: string) =>
    command.command(usage).description(description);

const givenGuard = z.record(z.string(), z.json().optional());

/** Returns the arguments and options of a command by name, as an endpoint takes them. */
const readGiven = (command: CommandUnknownOpts): Fields =>
  givenGuard.parse({
    ...command.opts(),
    ...Object.fromEntries(command.registeredArguments.map((each, at) => [each.name(), command.processedArgs[at]])),
  });

type ToFields = (given: Fields) => Fields | Promise<Fields>;

const asGiven: ToFields = (given) => given;

/** Converts the option `--days` to the field of the lifetime. */
export const withLifetime = ({ days, ...fields }: Fields): Fields => ({
  ...fields,
  expiresIn: typeof days === 'number' ? days * secondsPerDay : undefined,
});

/** Adds the options that name a person, one of `--login` and `--subject`, to a command. */
export const addPerson = (command: Command) =>
  command
    .requiredOption('--connection <id>', 'the connection')
    .option('--login <name>', 'username')
    .option('--subject <id>', 'immutable id at the provider')
    .hook('preAction', (given) => {
      const { login, subject } = given.opts();
      if ((login === undefined) === (subject === undefined)) throw new UsageError('give --login or --subject');
    });

/** Creates the actions of commands that call one endpoint each. Arguments and options become its fields. */
export function createActions(deps: CliDeps) {
  /** Creates an action that prints one reply. */
  const calling = <Reply extends z.ZodType>(
    call: Call,
    reply: Reply,
    print: (reply: z.output<Reply>) => void,
    toFields: ToFields = asGiven,
  ) =>
    async function run(this: CommandUnknownOpts): Promise<void> {
      print(await callServer(call, reply, deps, await toFields(readGiven(this))));
    };
  /** Creates an action that prints nothing of the reply. */
  const doing = (call: Call, done: string, toFields = asGiven) =>
    calling(call, z.object({}), () => deps.printError(done), toFields);
  /** Creates an action that prints all pages of a list as one table. */
  const listing = <Name extends string, Reply extends z.ZodType<Readonly<Record<Name, readonly JsonObject[]>>>>(
    call: Call,
    reply: Reply,
    name: Name,
    columns: Columns<z.output<Reply>[Name][number]>,
  ) =>
    async function run(this: CommandUnknownOpts): Promise<void> {
      const rows: z.output<Reply>[Name][number][] = [];
      for await (const page of readPages(call, () => readGiven(this), reply, deps)) rows.push(...page[name]);
      printRows(rows, deps, columns);
    };
  return { calling, doing, listing };
}
