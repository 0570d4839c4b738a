import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { Environment } from '../config/references.js';
import type { CliDeps } from './deps.js';

/** Returns true for a terminal with colors. @see https://no-color.org */
export const hasColours = ({ isTTY }: { readonly isTTY?: boolean }, { NO_COLOR, TERM }: Environment): boolean =>
  isTTY === true && !NO_COLOR && TERM !== 'dumb';

export const paintOn = (isColoured: boolean): CliDeps['paint'] =>
  isColoured ? (style, plain) => styleText(style, plain, { validateStream: false }) : (_, plain) => plain;

export function toFrame(lines: readonly string[]): string[] {
  const width = Math.max(...lines.map(({ length }) => length));
  const bar = '─'.repeat(width + 2);
  return [`╭${bar}╮`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `╰${bar}╯`];
}

/** Resolves at the first signal, also SIGHUP. No signal ends the process, so that a command can take a change back. */
export function holdSignals(): Promise<unknown> {
  // A terminal that was closed fails.
  for (const stream of [process.stdin, process.stderr]) stream.on('error', () => {});
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, resolve);
  });
}

export async function readSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim();
  process.stderr.write(question);
  // The output discards everything, so that typed characters are not displayed.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  reader.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const [line] = await once(reader, 'line');
  reader.close();
  process.stderr.write('\n');
  return String(line).trim();
}
