import { beforeAll, expect, test } from '@jest/globals';
import { runHere } from './cli.js';
import { readPage } from './page.js';

/* docs/cli.md is held to what `facestep --help` says: each command has its section, each option is told, and none that is not there. */

interface Command {
  readonly name: string;
  readonly commands: readonly string[];
  readonly options: readonly string[];
}

const page = readPage('docs/cli.md');
const commands = new Map<string, Command>();
/** A section may be of several commands, `## seal, open`, or of one of a command's own, `## audit verify`. */
const sections = page
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [heading = ''] = text.split('\n');
    return { names: heading.split(', '), text };
  });

/** What the help of a command lists in its part of that name: the first word of each line. */
function listed(help: string, part: string): string[] {
  const [, lines = ''] = new RegExp(`^${part}:\\n((?: .*\\n)+)`, 'm').exec(help) ?? [];
  return [...lines.matchAll(/^ {2}(\S.*?)(?: {2}|$)/gm)].map(([, entry = '']) => entry);
}

async function read(name: string): Promise<void> {
  const { code, stdout } = await runHere([...name.split(' ').filter(Boolean), '--help'], {});
  expect({ name, code }).toEqual({ name, code: 0 });
  expect(stdout).not.toContain('(default: {');
  const inner = listed(stdout, 'Commands')
    .map((entry) => entry.split(' ')[0] ?? '')
    .filter((entry) => entry !== 'help')
    .map((entry) => `${name} ${entry}`.trim());
  const options = listed(stdout, 'Options').flatMap((entry) => entry.match(/--[\w-]+/g) ?? []);
  commands.set(name, { name, commands: inner, options: options.filter((option) => option !== '--help') });
  for (const each of inner) await read(each);
}

beforeAll(() => read(''));

/** Sections of a command, or of those it belongs to. */
const textOf = (name: string): string =>
  sections
    .filter(({ names }) => names.some((each) => `${name} `.startsWith(`${each} `) || each.startsWith(`${name} `)))
    .map(({ text }) => text)
    .join('\n');

test('there are commands, and commands of commands', () => {
  expect(commands.size).toBeGreaterThan(60);
  expect(commands.has('measure presence plan')).toBe(true);
});

test('every command has its section, and a line in the list at the top', () => {
  const [top = ''] = page.split(/^## /m);
  const all = commands.get('')!.commands;
  expect(all.filter((name) => textOf(name) === '')).toEqual([]);
  expect(all.filter((name) => !new RegExp(`^facestep (?:\\w+ \\| )?${name}\\b`, 'm').test(top))).toEqual([]);
});

test('every section is of a command that there is', () => {
  expect(sections.flatMap(({ names }) => names).filter((name) => !commands.has(name))).toEqual([]);
});

test('every command of a command, and every option, is in its section', () => {
  const missing: string[] = [];
  for (const { name, options } of commands.values()) {
    if (name === '') continue;
    const text = textOf(name);
    const [, last] = / (\S+)$/.exec(name) ?? [];
    if (last !== undefined && !new RegExp(`[ |]${last}\\b`).test(text)) missing.push(name);
    missing.push(...options.filter((option) => !text.includes(option)).map((option) => `${name} ${option}`));
  }
  expect(missing).toEqual([]);
});

test('every command that the page tells somebody to type is there', () => {
  const typed = [...page.matchAll(/^(?:\$ )?facestep ([a-z][a-z-]*(?: [a-z][a-z-]*)*)/gm)].map(
    ([, words = '']) => words,
  );
  const isThere = (words: string): boolean => {
    const [first = '', second] = words.split(' ');
    const command = commands.get(first);
    if (command === undefined) return false;
    return command.commands.length === 0 || second === undefined || commands.has(`${first} ${second}`);
  };
  expect(typed.length).toBeGreaterThan(60);
  expect(typed.filter((words) => !isThere(words))).toEqual([]);
});
