import { Argument, Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { CliDeps } from './deps.js';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export const createCompletionCommand = (
  deps: CliDeps,
  createAll: () => Promise<CommandUnknownOpts>,
): CommandUnknownOpts =>
  new Command('completion')
    .summary('print a script that completes commands in your shell')
    .description(
      'Completes commands, options and their values. For bash, write it to ~/.local/share/bash-completion/completions/facestep; ' +
        'for zsh, to a file _facestep in a folder of $fpath; for fish, to ~/.config/fish/completions/facestep.fish.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(shells))
    .action(async (shell) => {
      toScript(shell, collectPlaces(await createAll())).forEach(deps.print);
    });

interface Place {
  /** Path of the command, such as `people list`. Empty for the program itself. */
  readonly path: string;
  readonly words: readonly string[];
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] }[];
}

function collectPlaces(command: CommandUnknownOpts, path = ''): Place[] {
  const inner = command.commands.filter((each) => each.name() !== 'help');
  return [
    {
      path,
      words: [
        ...inner.map((each) => each.name()),
        ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
        ...command.options.flatMap(({ long }) => long ?? []),
        '--help',
      ],
      values: command.options.flatMap(({ long, argChoices }) =>
        long && argChoices !== undefined ? [{ option: long, choices: argChoices }] : [],
      ),
    },
    ...inner.flatMap((each) => collectPlaces(each, path === '' ? each.name() : `${path} ${each.name()}`)),
  ];
}

const toScript = (shell: Shell, places: readonly Place[]): string[] => {
  if (shell === 'bash') return toBash(places);
  return shell === 'zsh'
    ? ['#compdef facestep', 'autoload -U +X bashcompinit && bashcompinit', ...toBash(places)]
    : toFish(places);
};

function toBash(places: readonly Place[]): string[] {
  const typed = '$' + '{COMP_WORDS[@]:1:COMP_CWORD-1}';
  return [
    '_facestep() {',
    `  local at="facestep" word words values paths="|${places.map(pathOf).join('|')}|"`,
    `  for word in "${typed}"; do`,
    '    case "$paths" in *"|$at $word|"*) at="$at $word" ;; esac',
    '  done',
    '  case "$at $3" in',
    ...places.flatMap((place) =>
      place.values.map(({ option, choices }) => `    "${pathOf(place)} ${option}") values="${choices.join(' ')}" ;;`),
    ),
    '  esac',
    '  case "$at" in',
    ...places.map((place) => `    "${pathOf(place)}") words="${place.words.join(' ')}" ;;`),
    '  esac',
    '  [ -n "$values" ] && words="$values"',
    '  COMPREPLY=($(compgen -W "$words" -- "$2"))',
    '}',
    'complete -o default -F _facestep facestep',
  ];
}

const pathOf = ({ path }: Pick<Place, 'path'>): string => `facestep ${path}`.trimEnd();

function toFish(places: readonly Place[]): string[] {
  const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');
  return [
    'function __facestep_words',
    '  set -l typed (commandline -opc)',
    '  set -l at facestep',
    `  for word in $typed[2..-1]`,
    `    contains -- "$at $word" ${list(places.map(pathOf))}; and set at "$at $word"`,
    '  end',
    '  switch "$at $typed[-1]"',
    ...places.flatMap((place) =>
      place.values.flatMap(({ option, choices }) => [
        `    case '${pathOf(place)} ${option}'`,
        `      printf '%s\\n' ${list(choices)}`,
        '      return',
      ]),
    ),
    '  end',
    '  switch "$at"',
    ...places.flatMap((place) => [`    case '${pathOf(place)}'`, `      printf '%s\\n' ${list(place.words)}`]),
    '  end',
    'end',
    "complete -c facestep -a '(__facestep_words)'",
  ];
}
