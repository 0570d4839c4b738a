/*
 * Quantization tables of JPEG files. The capture page encodes all frames with the same tables; injected files often
 * have others.
 */

/** 64 steps in the order of the file. A file's first table is for luminance. */
export type QuantisationTable = readonly number[];

const marker = { start: 0xd8, tables: 0xdb, scan: 0xda, end: 0xd9 } as const;
const stepsOfTable = 64;

/** Maximum of segments searched. Files have a handful before the pixels. */
const segmentsRead = 64;

/**
 * Reads the quantization tables.
 * @returns no tables if the file is truncated or not a JPEG
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

/** Sum of the standard's example table, which most encoders scale (ISO/IEC 10918-1, table K.1). */
const sumAtHalf = 3688;

/** Returns the libjpeg quality, 1 to 100, with the same mean quantization as a luminance table. */
export function toQuality(table: QuantisationTable): number {
  const percent = (100 * table.reduce((sum, step) => sum + step, 0)) / sumAtHalf;
  const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
  return Math.max(1, Math.min(100, Math.round(quality)));
}
