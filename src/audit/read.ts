import { readUncompressed } from './compressed.js';
import { openSegments } from './segments.js';

const lineBreak = 0x0a;

const longestLineBytes = 1024 * 1024;

const nothing: Buffer = Buffer.alloc(0);

/**
 * Reads a trail in pieces of whole lines; the last line may be truncated. Split them with `linesWith`, because awaiting
 * each line would be slow. The rest of a damaged file is skipped, which `facestep audit verify` reports.
 * @param after - closed files without records after this number are skipped
 */
export async function* readPieces(file: string, after = 0): AsyncGenerator<Buffer> {
  for await (const segment of openSegments(file, after)) yield* piecesOf(readUncompressed(segment));
}

export async function* findLinesIn(stream: AsyncIterable<Buffer>, marks: readonly string[]): AsyncGenerator<Buffer> {
  for await (const piece of piecesOf(stream)) yield* linesWith(marks, piece);
}

export async function* piecesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = nothing;
  let isSkipping = false;
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineBreak) + 1;
    const whole = bytes.subarray(isSkipping ? bytes.indexOf(lineBreak) + 1 : 0, end);
    if (end > 0) {
      isSkipping = false;
      yield whole;
    }
    rest = bytes.subarray(end);
    if (rest.length > longestLineBytes) isSkipping = true;
    if (isSkipping) rest = nothing;
  }
  yield rest;
}

/**
 * Finds the lines that contain one of `marks`. It searches all bytes at once and splits no other lines.
 * @param marks - texts; an empty one matches every line
 */
export function* linesWith(marks: readonly string[], bytes: Buffer): Generator<Buffer> {
  const wanted = new RegExp(marks.map(toPattern).join('|'), 'g');
  const text = bytes.toString('latin1');
  for (let from = 0; from < bytes.length; ) {
    wanted.lastIndex = from;
    const hit = wanted.exec(text)?.index;
    if (hit === undefined) return;
    const start = bytes.lastIndexOf(lineBreak, hit) + 1;
    const found = bytes.indexOf(lineBreak, hit);
    const end = found === -1 ? bytes.length : found;
    yield bytes.subarray(start, end);
    from = end + 1;
  }
}

const toPattern = (mark: string): string =>
  Buffer.from(mark)
    .toString('latin1')
    .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
