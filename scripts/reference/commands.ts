import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { auditEvents } from '../../src/app/audit-events.js';
import { createProgram } from '../../src/app/program.js';
import type { CliDeps } from '../../src/cli/deps.js';
import { extensionCommands } from '../../src/extensions/index.js';
import { toPage, toTable, toText } from './markdown.js';
import { standIn } from './stand-in.js';

const nameOf = (command: CommandUnknownOpts): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

function examplesOf(command: CommandUnknownOpts): string {
  let printed = '';
  command.configureOutput({
    writeOut: (text) => {
      printed += text;
    },
  });
  command.outputHelp();
  const more = printed.slice(command.helpInformation().length).trim();
  return more === '' ? '' : `\`\`\`\n${more}\n\`\`\``;
}

const sentence = (text: string): string => {
  const begun = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return begun === '' || begun.endsWith('.') ? begun : `${begun}.`;
};

function renderCommand(command: CommandUnknownOpts): string[] {
  const help = command.createHelp();
  const name = nameOf(command);
  const inner = command.commands.filter((each) => each.name() !== 'help');
  const row = (term: string, text: string) => [`\`${term}\``, toText(text)];
  return [
    `## ${name}`,
    toText(sentence(command.summary())),
    toText(sentence(command.description())),
    `\`\`\`\n${help.commandUsage(command)}\n\`\`\``,
    toTable(
      ['command', 'description'],
      inner.map((each) => row(nameOf(each), each.summary() || each.description())),
    ),
    toTable(
      ['argument', 'description'],
      command.registeredArguments.map((each) => row(help.argumentTerm(each), help.argumentDescription(each))),
    ),
    toTable(
      ['option', 'description'],
      command.options.map((each) => {
        const [term = '', text = ''] = row(help.optionTerm(each), help.optionDescription(each));
        return [term, each.mandatory ? `${text} (required)` : text];
      }),
    ),
    examplesOf(command),
    ...inner.flatMap(renderCommand),
  ];
}

export async function renderCommands(): Promise<string> {
  const deps = { ...standIn<CliDeps>(), auditEvents, extensionCommands, paint: (_: unknown, text: string) => text };
  const program = await createProgram(undefined, deps);
  return toPage(
    'Commands',
    'Every command with its arguments and options, as `--help` prints them. [The command line](../cli.md) explains how commands reach the server, and shows the most used ones.',
    [...renderCommand(program)],
  );
}
