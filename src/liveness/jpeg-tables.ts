/*
 * What a JPEG file says of how it was made: its tables of quantisation. A page of ours encodes all frames alike; files that
 * were put in their place often come from another encoder. It is a trace and no proof: whoever makes the files may choose them.
 */

/** The first table of quantisation of a file: that of brightness, 64 steps in the order of the file. */
export type QuantisationTable = readonly number[];

const marker = { start: 0xd8, tables: 0xdb, scan: 0xda, end: 0xd9 } as const;
const stepsOfTable = 64;

/** A file has a handful of segments before its pixels. */
const segmentsRead = 64;

/**
 * All tables of quantisation before the pixels, in the order of the file.
 * @param bytes - anything
 * @returns none where it is no JPEG, or ends in the middle of one
 * @see ISO/IEC 10918-1, B.2.4.1
 */
export function readQuantisation(bytes: Uint8Array): readonly QuantisationTable[] {
  if (bytes[0] !== 0xff || bytes[1] !== marker.start) return [];
  const tables: QuantisationTable[] = [];
  for (let at = 2, segment = 0; segment < segmentsRead && at + 4 <= bytes.length; segment += 1) {
    const code = bytes[at + 1];
    if (bytes[at] !== 0xff || code === marker.scan || code === marker.end) break;
    const length = bytes[at + 2] * 256 + bytes[at + 3];
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) break;
    if (code === marker.tables) tables.push(...readTables(bytes.subarray(at + 4, end)));
    at = end;
  }
  return tables;
}

function readTables(segment: Uint8Array): QuantisationTable[] {
  const tables: QuantisationTable[] = [];
  for (let at = 0; at < segment.length; ) {
    const width = segment[at] >> 4 === 0 ? 1 : 2;
    const end = at + 1 + width * stepsOfTable;
    if (end > segment.length) break;
    const steps = segment.subarray(at + 1, end);
    tables.push(
      Array.from({ length: stepsOfTable }, (_, step) =>
        width === 1 ? steps[step] : steps[2 * step] * 256 + steps[2 * step + 1],
      ),
    );
    at = end;
  }
  return tables;
}

/** The sum of the example table of brightness, which most encoders scale (ISO/IEC 10918-1, table K.1). */
const sumAtHalf = 3688;

/**
 * The quality that the scale of libjpeg gives a table of brightness, 1 to 100: a table of another kind has the one whose steps
 * are as coarse on the whole.
 */
export function toQuality(table: QuantisationTable): number {
  const percent = (100 * table.reduce((sum, step) => sum + step, 0)) / sumAtHalf;
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.max(1, Math.min(100, Math.round(quality)));
}
