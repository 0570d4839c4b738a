import { digestOf, parseLink } from './chain.js';
import { findLinesIn, linesWith, readPieces } from './read.js';
import { openSegments } from './segments.js';

/**
 * Returns true if an audit log contains a record, or if retention may have removed the record.
 * @param record.digest - SHA-256 of the record's line
 */
export async function holdsRecord(
  file: string,
  { sequence, digest }: { readonly sequence: number; readonly digest: string },
): Promise<boolean> {
  const first = await findFirstSequence(file);
  if (first !== null && first > sequence) return true;
  for await (const { handle } of openSegments(file, sequence - 1)) {
    const stream = handle.createReadStream({ highWaterMark: 1024 * 1024, autoClose: false });
    for await (const line of findLinesIn(stream, [`"sequence":${sequence},`])) {
      if (digestOf(line) === digest) return true;
    }
  }
  return false;
}

export async function findFirstSequence(file: string): Promise<number | null> {
  for await (const piece of readPieces(file)) {
    for (const line of linesWith(['"sequence":'], piece)) {
      const first = parseLink(line);
      if (first !== null) return first.sequence;
    }
  }
  return null;
}
