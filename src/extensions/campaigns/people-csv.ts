import { isUtf8 } from 'node:buffer';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { toUtf8 } from '../../core/base/text-file.js';
import { parseEmail, toEmailKey } from '../../core/email-address.js';
import { supportedLanguages } from '../../core/language.js';
import { FaceError } from '../../errors.js';
import type { NamedPerson } from './administer.js';
import { type LeftOutReason, noDetails } from './person.js';
import { maxPeople } from './storage.js';

const longestRecordBytes = 1_000;
const longestLogin = 256;
const longestName = 100;

/** Maximum number of records in a file, including blank ones. */
const maxRecords = 2 * maxPeople;

/** Number of bytes and records parsed at once, so that other requests wait only some milliseconds. */
const sliceBytes = 16 * 1024;
const sliceRecords = 300;

type Column = 'login' | 'email' | 'name' | 'language';

const cellsGuard = z.array(z.string());

/** A record of the file. `cells` is the reason for skipping it, if it cannot be parsed. */
interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[] | LeftOutReason;
}

/**
 * Parses people from CSV (RFC 4180). The header has `login` and optionally `email`, `name`, `language`. The separator
 * is comma, semicolon or tab. The encoding is UTF-8, or UTF-16 with a byte order mark.
 * @throws `csv_header_missing`; `limit_reached` for too many people or lines
 */
export async function readPeople(file: Uint8Array): Promise<NamedPerson[]> {
  const bytes = toUtf8(file);
  const header = readHeader(bytes);
  const people: NamedPerson[] = [];
  const seen = new Set<string>();
  for await (const { line, cells } of readRecords(bytes, header)) {
    if (typeof cells !== 'string' && cells.every((cell) => cell.trim() === '')) continue;
    if (people.length === maxPeople) throw new FaceError('limit_reached');
    people.push(
      typeof cells === 'string' ? { line, ...noDetails, reason: cells } : toPerson(line, cells, header, seen),
    );
  }
  return people;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

function countLines(bytes: Buffer, lineEnd: number): number {
  let count = 0;
  for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd, at + 1)) count += 1;
  return count;
}

interface Parsed {
  readonly cells: readonly string[];
  /** Index of the byte after the record. */
  readonly end: number;
}

/** Parses a part of a file up to its first malformed record, or to `most` records. */
function parsePart(part: Buffer, delimiter: string, lineEnd: number, most: number): Parsed[] {
  const parsed: Parsed[] = [];
  try {
    parse(part, {
      delimiter,
      record_delimiter: lineEnd === lineFeed ? ['\r\n', '\n'] : ['\r'],
      relax_column_count: true,
      to: most,
      on_record(record: unknown, { bytes }) {
        parsed.push({ cells: cellsGuard.parse(record), end: bytes });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return parsed;
}

type Header = ReturnType<typeof readHeader>;

/**
 * Reads the column names, after an optional line `sep=;`, which Excel writes.
 * @returns names in lower case, and the index of the first byte after the header with the number of its line
 */
function readHeader(bytes: Buffer) {
  const lineEnd = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
  const first = bytes.toString('latin1', 0, 64);
  const [before, named] = /^(?:\s*[\r\n])?(?:"?sep=([^"\s]|\t)"?(?:\r\n|\n|\r))?/i.exec(first) ?? [''];
  const from = before.length;
  const part = bytes.subarray(from, from + sliceBytes);
  for (const delimiter of named === undefined ? [',', ';', '\t'] : [named]) {
    const [header] = parsePart(part, delimiter, lineEnd, 1);
    const names = (header?.cells ?? []).map((name) => name.trim().toLowerCase());
    if (header === undefined || !names.includes('login')) continue;
    const end = from + header.end;
    const nextLine = 1 + countLines(bytes.subarray(0, end), lineEnd);
    return { delimiter, names, lineEnd, end, nextLine };
  }
  throw new FaceError('csv_header_missing');
}

/**
 * Parses the records after the header, slice by slice. A malformed or too long record affects only its line: parsing
 * continues after it.
 */
async function* readRecords(
  bytes: Buffer,
  { delimiter, lineEnd, end: headerEnd, nextLine }: Header,
): AsyncGenerator<CsvRecord> {
  let from = headerEnd;
  let line = nextLine;
  let records = 0;
  while (from < bytes.length) {
    const slice = bytes.subarray(from, from + sliceBytes);
    const isLast = from + slice.length === bytes.length;
    // A record that reaches the end of a slice may continue in the next slice.
    const parsed = parsePart(slice, delimiter, lineEnd, sliceRecords).filter(({ end }) => isLast || end < slice.length);
    let start = 0;
    for (const { cells, end } of parsed) {
      const raw = slice.subarray(start, end);
      yield { line, cells: raw.length > longestRecordBytes ? 'too_long' : isUtf8(raw) ? cells : 'encoding' };
      line += countLines(raw, lineEnd);
      start = end;
    }
    if (start === 0) {
      const found = bytes.indexOf(lineEnd, from);
      start = (found === -1 ? bytes.length : found + 1) - from;
      yield { line, cells: start > longestRecordBytes ? 'too_long' : 'quotes' };
      line += 1;
    }
    records += Math.max(parsed.length, 1);
    if (records > maxRecords) throw new FaceError('limit_reached');
    from += start;
    await yieldToOthers();
  }
}

const isFormula = (cell: string): boolean => /^[=@]|^[+-](?!\d+$)/.test(cell);

function toPerson(line: number, cells: readonly string[], { names }: Header, seen: Set<string>): NamedPerson {
  const read = (column: Column): string => (cells[names.indexOf(column)] ?? '').trim().replace(/\s+/g, ' ');
  const login = read('login');
  const email = read('email');
  const address = parseEmail(email);
  const name = read('name');
  const language = read('language').split(/[-_]/)[0]?.toLowerCase() ?? '';
  const known = supportedLanguages.find((each) => each === language) ?? null;
  const reason = ((): NamedPerson['reason'] => {
    if (cells.slice(names.length).some((cell) => cell.trim() !== '')) return 'columns';
    if (login === '') return 'no_login';
    if ([login, email, name].some(isFormula)) return 'formula';
    if (login.length > longestLogin || name.length > longestName) return 'too_long';
    if (email !== '' && address === null) return 'bad_email';
    if (seen.has(toEmailKey(login))) return 'double';
    return language !== '' && known === null ? 'other_language' : null;
  })();
  if (reason === null || reason === 'other_language') seen.add(toEmailKey(login));
  return {
    line,
    login: login.slice(0, longestLogin),
    email: address ?? (email.slice(0, 254) || null),
    name: name.slice(0, longestName) || null,
    language: known,
    reason,
  };
}
