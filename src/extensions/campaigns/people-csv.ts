import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { supportedLanguages } from '../../core/language.js';
import { FaceError } from '../../errors.js';
import type { NamedPerson } from './administer.js';
import type { LeftOutReason } from './person.js';
import { maxPeople } from './storage.js';

const longestLineBytes = 1_000;
const longestLogin = 256;
const longestName = 100;

/** Number of lines parsed at once, so that other requests wait only some milliseconds. */
const blockLines = 200;

const columns = ['login', 'email', 'name', 'language'] as const;
type Column = (typeof columns)[number];

/** A line without its line break. `text` is `null` if the line is not valid UTF-8. */
interface Line {
  readonly number: number;
  readonly text: string | null;
  readonly isTooLong: boolean;
}

/**
 * Parses people from CSV (RFC 4180). The header has `login` and optionally `email`, `name`, `language`. The separator
 * is comma, semicolon or tab. The encoding is UTF-8, or UTF-16 with a byte order mark.
 * @throws `csv_header_missing`; `limit_reached` for too many people
 */
export async function readPeople(bytes: Uint8Array): Promise<NamedPerson[]> {
  const lines = splitLines(toUtf8(bytes)).filter(
    ({ text, isTooLong }) => isTooLong || text === null || /\S/.test(text),
  );
  const [header, ...others] = lines;
  const columnsNamed = readHeader(header);
  if (others.length > maxPeople) throw new FaceError('limit_reached');
  const people: NamedPerson[] = [];
  const seen = new Set<string>();
  for (let from = 0; from < others.length; from += blockLines) {
    for (const { line, cells } of parseBlock(others.slice(from, from + blockLines), columnsNamed.delimiter)) {
      people.push(typeof cells === 'string' ? toNobody(line, cells) : toPerson(line, cells, columnsNamed, seen));
    }
    await yieldToOthers();
  }
  return people;
}

/** Converts UTF-16, which spreadsheets call "Unicode text". */
function toUtf8(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(new TextDecoder('utf-16le').decode(bytes));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return bytes.subarray(3);
  return bytes;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

function splitLines(bytes: Uint8Array): Line[] {
  const end = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lines: Line[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = bytes.indexOf(end, from);
    const to = found === -1 ? bytes.length : found;
    const line = bytes.subarray(from, bytes[to - 1] === carriageReturn && to > from ? to - 1 : to);
    const isTooLong = line.length > longestLineBytes;
    lines.push({ number: lines.length + 1, text: isTooLong ? null : decode(decoder, line), isTooLong });
    from = to + 1;
  }
  return lines;
}

function decode(decoder: InstanceType<typeof TextDecoder>, line: Uint8Array): string | null {
  try {
    return decoder.decode(line);
  } catch {
    return null;
  }
}

interface Header {
  readonly delimiter: string;
  readonly width: number;
  /** Index of each column, or `-1` if absent. */
  readonly places: Readonly<Record<Column, number>>;
}

function readHeader(header: Line | undefined): Header {
  const text = header?.text ?? '';
  const delimiter = [';', '\t'].find((each) => text.includes(each)) ?? ',';
  const [names] = parseCells(text, delimiter) ?? [];
  const place = (column: Column): number => (names ?? []).findIndex((name) => name.trim().toLowerCase() === column);
  const places = {
    login: place('login'),
    email: place('email'),
    name: place('name'),
    language: place('language'),
  };
  if (places.login === -1) throw new FaceError('csv_header_missing');
  return { delimiter, width: names?.length ?? 0, places };
}

const recordsGuard = z.array(z.array(z.string()));

function parseCells(text: string, delimiter: string): string[][] | null {
  try {
    const lines = { record_delimiter: '\n', relax_column_count: true, skip_empty_lines: true };
    return recordsGuard.parse(parse(text, { delimiter, ...lines }));
  } catch {
    return null;
  }
}

type ParsedLine = { readonly line: number; readonly cells: readonly string[] | LeftOutReason };

/**
 * Parses the lines together, which is four times as fast as one by one. If that fails, parses them one by one, so that
 * a stray quotation mark affects only its line.
 */
function parseBlock(lines: readonly Line[], delimiter: string): ParsedLine[] {
  const texts = lines.flatMap(({ text }) => text ?? []);
  const together = texts.length === lines.length ? parseCells(texts.join('\n'), delimiter) : null;
  if (together?.length === lines.length) {
    return lines.map(({ number }, at) => ({ line: number, cells: together[at] ?? [] }));
  }
  return lines.map(({ number: line, text, isTooLong }) => {
    if (text === null) return { line, cells: isTooLong ? 'too_long' : 'encoding' };
    return { line, cells: parseCells(text, delimiter)?.[0] ?? 'quotes' };
  });
}

const toNobody = (line: number, reason: LeftOutReason): NamedPerson => ({
  ...{ line, login: '', email: null, name: null, language: null },
  reason,
});

const isFormula = (cell: string): boolean => /^[=@]|^[+-](?!\d+$)/.test(cell);

const emailGuard = z.email().max(254);

function toPerson(line: number, cells: readonly string[], { width, places }: Header, seen: Set<string>): NamedPerson {
  const read = (column: Column): string => (places[column] === -1 ? '' : (cells[places[column]] ?? '').trim());
  const [login, email, name] = [read('login'), read('email'), read('name')];
  const language = read('language').split('-')[0]?.toLowerCase() ?? '';
  const known = supportedLanguages.find((each) => each === language) ?? null;
  const person = {
    ...{ line, login: login.slice(0, longestLogin), name: name.slice(0, longestName) || null, language: known },
    email: email.slice(0, 254) || null,
  };
  const reason = ((): LeftOutReason | null => {
    if (cells.length > width) return 'columns';
    if (login === '') return 'no_login';
    if ([login, email, name].some(isFormula)) return 'formula';
    if (login.length > longestLogin || name.length > longestName) return 'too_long';
    if (email !== '' && !emailGuard.safeParse(email).success) return 'bad_email';
    if (language !== '' && known === null) return 'bad_language';
    return seen.has(login.toLowerCase()) ? 'double' : null;
  })();
  if (reason === null) seen.add(login.toLowerCase());
  return { ...person, reason };
}
