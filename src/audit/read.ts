import { openSegments } from './segments.js';

const lineBreak = 0x0a;

/** Our records are of a few hundred bytes; what is longer is none. */
const longestLineBytes = 64 * 1024;

const nothing: Buffer = Buffer.alloc(0);

/**
 * The lines of an audit trail that hold `needle`, as bytes, oldest first, without their line breaks. Of a trail of any
 * size only a piece is in memory at once. A last line without line break is given too: it may be cut off.
 * @param file - the one that is written to; the closed segments beside it come first
 * @param needle - text; lines without it are passed over unread
 */
export async function* findLines(file: string, needle: string): AsyncGenerator<Buffer> {
  for await (const { handle } of openSegments(file)) {
    yield* findLinesIn(handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false }), needle);
  }
}

/** The lines of one file that hold `needle`. @param stream - its bytes, from any position between two lines */
export async function* findLinesIn(stream: AsyncIterable<Buffer>, needle: string): AsyncGenerator<Buffer> {
  const wanted = Buffer.from(needle);
  let rest = nothing;
  let isSkipping = false;
  for await (const chunk of stream) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineBreak) + 1;
    const whole = bytes.subarray(isSkipping ? bytes.indexOf(lineBreak) + 1 : 0, end);
    if (end > 0) {
      isSkipping = false;
      yield* linesWith(wanted, whole);
    }
    rest = bytes.subarray(end);
    if (rest.length > longestLineBytes) isSkipping = true;
    if (isSkipping) rest = nothing;
  }
  yield* linesWith(wanted, rest);
}

/** Goes from hit to hit, so that lines without one cost a search of bytes and no more. */
function* linesWith(wanted: Buffer, bytes: Buffer): Generator<Buffer> {
  let from = 0;
  while (from < bytes.length) {
    const hit = bytes.indexOf(wanted, from);
    if (hit === -1) return;
    const start = bytes.lastIndexOf(lineBreak, hit) + 1;
    const found = bytes.indexOf(lineBreak, hit);
    const end = found === -1 ? bytes.length : found;
    yield bytes.subarray(start, end);
    from = end + 1;
  }
}
