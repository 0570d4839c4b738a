import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { expect, test } from '@jest/globals';
import { standIn } from '../scripts/reference/stand-in.js';
import { auditEvents } from '../src/app/audit-events.js';
import { createProgram, examples } from '../src/app/program.js';
import type { CliDeps } from '../src/cli/deps.js';
import { extensionCommands } from '../src/extensions/index.js';
import { blocksOf, listPages, readPage } from '../support/benches/page.js';

/* Every command that a page tells the reader to type exists, with its options. */

const program = await createProgram(undefined, { ...standIn<CliDeps>(), auditEvents, extensionCommands });

/** Returns the commands that a page shows in blocks and in code marks, without the program's name. */
const typedIn = (page: string): string[] => {
  const text = readPage(page);
  const lines = blocksOf(text, '(?:sh|text|bash|console|powershell)?').join('\n').replace(/\\\n/g, ' ');
  const inline = [...text.matchAll(/`((?:npm run (?:-s )?)?facestep [^`\n]+)`/g)].map(([, typed]) => typed).join('\n');
  const start = /^\s*(?:[$#] )?(?:[A-Z_]+=\S+ )*(?:npm run (?:-s )?)?facestep (?:-- )?([a-z].*)$/gm;
  return (
    [...`${lines}\n${inline}`.matchAll(start)]
      .map(([, typed = '']) => typed.split(/[|>;&#]/)[0] ?? '')
      // A line that the server prints, and an option that a page says is gone.
      .filter((typed) => !typed.startsWith('listens on') && typed !== 'sign --certificate')
  );
};

/** Returns what is wrong with a typed command, or `null`. */
function faultOf(typed: string): string | null {
  let command: CommandUnknownOpts = program;
  const words = typed.split(/\s+/).filter(Boolean);
  while (command.commands.length > 0 && /^[a-z]/.test(words[0] ?? '')) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (next === undefined) return `${typed}: no ${words[0]}`;
    command = next;
    words.shift();
  }
  const options = words.flatMap((word) => /^--[a-z][\w-]*/.exec(word) ?? []);
  const unknown = options.filter((name) => name !== '--help' && !command.options.some((each) => each.long === name));
  return unknown.length === 0 ? null : `${typed}: no ${unknown.join(', ')}`;
}

const typed = listPages()
  .filter((page) => !page.startsWith('docs/reference/') && page !== 'CHANGELOG.md')
  .flatMap((page) => typedIn(page).map((line) => ({ page, line })));

test('every command on a page of the documentation exists with its options', () => {
  expect(typed.length).toBeGreaterThan(100);
  const faults = typed.map(({ page, line }) => ({ page, fault: faultOf(line) })).filter(({ fault }) => fault !== null);
  expect(faults).toEqual([]);
});

test('every example in the command help exists with its options', () => {
  const lines = Object.values(examples).flat();
  expect(lines.map((line) => faultOf(line.split(/[<>]/)[0] ?? '')).filter((fault) => fault !== null)).toEqual([]);
  // A renamed command would leave its examples behind.
  expect(Object.keys(examples).map(faultOf)).toEqual(Object.keys(examples).map(() => null));
});
