import { openSegments } from './segments.js';

const lineBreak = 0x0a;

/** Our records are of a few hundred bytes, few of some thousands; what is longer is none. */
const longestLineBytes = 1024 * 1024;

const nothing: Buffer = Buffer.alloc(0);

/**
 * An audit trail of any size in pieces of about a megabyte, oldest first, each of whole lines. A last line without line break is
 * given too: it may be cut off. Readers take the lines out of a piece with `linesWith`: a wait for each would cost more than
 * reading it.
 * @param file - the one that is written to; the closed segments beside it come first
 */
export async function* readPieces(file: string): AsyncGenerator<Buffer> {
  for await (const { handle } of openSegments(file)) {
    yield* piecesOf(handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false }));
  }
}

/** The lines of one file that hold one of `marks`. @param stream - its bytes, from any position between two lines */
export async function* findLinesIn(stream: AsyncIterable<Buffer>, marks: readonly string[]): AsyncGenerator<Buffer> {
  for await (const piece of piecesOf(stream)) yield* linesWith(marks, piece);
}

async function* piecesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
 * The lines in a piece of a file that hold one of `marks`, as bytes, in order and without their line breaks. Goes from hit
 * to hit, so that lines without one cost a search and no more: one for all marks, over bytes taken for characters.
 * @param marks - texts; an empty one is in every line
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
