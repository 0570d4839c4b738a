import { digestOf, type EncryptedPicture, maxPhotoBytes, type PictureEncryption } from '../../core/secrets.js';
import { FaceError, isOneOf, photoCodes, toCode } from '../../errors.js';

export interface PictureHeader {
  readonly format: 'jpeg' | 'png' | 'webp';
  readonly widthPx: number;
  readonly heightPx: number;
  readonly isAnimated: boolean;
  readonly bitDepth: number;
  readonly isInterlaced: boolean;
  /** Number of scans of a JPEG. If there are several, decoding keeps the whole picture in memory. */
  readonly scans: number;
}

/** Bounds of what is read before a picture, so that no file takes longer than milliseconds. */
const mostChunks = 1000;
const mostStray = 200_000;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const has = (bytes: Uint8Array, at: number, expected: readonly number[]): boolean =>
  expected.every((value, index) => bytes[at + index] === value);

const fourCc = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0));

const riff = fourCc('RIFF');
const webp = fourCc('WEBP');
const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @see https://www.w3.org/TR/png-3/#11IHDR */
function readPng(bytes: Uint8Array): PictureHeader | null {
  if (bytes.length < 33 || !has(bytes, 12, fourCc('IHDR'))) return null;
  const view = viewOf(bytes);
  if (view.getUint32(8) !== 13) return null;
  return {
    format: 'png',
    widthPx: view.getUint32(16),
    heightPx: view.getUint32(20),
    isAnimated: isAnimatedPng(bytes),
    bitDepth: view.getUint8(24),
    isInterlaced: view.getUint8(28) !== 0,
    scans: 1,
  };
}

/**
 * Returns true if a PNG is animated, which the image library does not report. The `acTL` chunk must precede the first
 * `IDAT`.
 * @see https://www.w3.org/TR/png-3/#acTL-chunk
 */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = viewOf(bytes);
  for (let at = 8, chunks = 0; at + 8 <= bytes.length; at += 12 + view.getUint32(at), chunks += 1) {
    if (has(bytes, at + 4, fourCc('acTL')) || chunks > mostChunks) return true;
    if (has(bytes, at + 4, fourCc('IDAT'))) return false;
  }
  return false;
}

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** @see https://www.rfc-editor.org/rfc/rfc6386#section-9.1 */
function readLossySize(bytes: Uint8Array, at: number): Size | null {
  if (at + 10 > bytes.length || !has(bytes, at + 3, [0x9d, 0x01, 0x2a])) return null;
  const view = viewOf(bytes);
  return { widthPx: view.getUint16(at + 6, true) & 0x3fff, heightPx: view.getUint16(at + 8, true) & 0x3fff };
}

/** @see https://www.rfc-editor.org/rfc/rfc9649#section-3.4 */
function readLosslessSize(bytes: Uint8Array, at: number): Size | null {
  if (at + 5 > bytes.length || bytes[at] !== 0x2f) return null;
  const bits = viewOf(bytes).getUint32(at + 1, true);
  return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 };
}

/**
 * In the extended format, the canvas must have the size of its single picture.
 * @see https://www.rfc-editor.org/rfc/rfc9649#section-2.7
 */
function readWebp(bytes: Uint8Array): PictureHeader | null {
  const view = viewOf(bytes);
  let canvas: Size | null = null;
  for (let at = 12, chunks = 0; at + 8 <= bytes.length && chunks < mostChunks; chunks += 1) {
    const length = view.getUint32(at + 4, true);
    const content = at + 8;
    const is = (name: string): boolean => has(bytes, at, fourCc(name));
    if (is('VP8X')) {
      if (at !== 12 || length < 10 || content + 10 > bytes.length) return null;
      const sideAt = (from: number): number => (view.getUint32(from, true) & 0xffffff) + 1;
      canvas = { widthPx: sideAt(content + 4), heightPx: (view.getUint32(content + 6, true) >>> 8) + 1 };
      if ((view.getUint8(content) & 2) !== 0) return { ...toWebp(canvas), isAnimated: true };
    } else if (is('ANIM') || is('ANMF')) {
      return canvas === null ? null : { ...toWebp(canvas), isAnimated: true };
    } else if (is('VP8 ') || is('VP8L')) {
      const size = is('VP8 ') ? readLossySize(bytes, content) : readLosslessSize(bytes, content);
      const isWhole = canvas === null || (canvas.widthPx === size?.widthPx && canvas.heightPx === size.heightPx);
      return size === null || !isWhole ? null : toWebp(size);
    } else if (canvas === null) return null;
    at = content + length + (length % 2);
  }
  return null;
}

const toWebp = (size: Size): PictureHeader => ({
  format: 'webp',
  ...size,
  isAnimated: false,
  bitDepth: 8,
  isInterlaced: false,
  scans: 1,
});

const jpegMarkers = { startOfScan: 0xda, endOfImage: 0xd9, startOfImage: 0xd8, temporary: 0x01 } as const;

/** Types of JPEG frames that are decoded: baseline, extended and progressive Huffman. */
const jpegFrames: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2]);
/** Types of JPEG frames that are refused: SOF3, SOF5 to SOF15 and DHP. */
const otherJpegFrames: ReadonlySet<number> = new Set([
  0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf, 0xde,
]);

/**
 * Reads the segments up to the first scan. IP cameras write stray bytes before segments, which the decoder skips up to
 * the next `FF` that no `00` follows. They are skipped in the same way here, so that both read the same frame header.
 * @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf (annex B)
 */
function readJpeg(bytes: Uint8Array): PictureHeader | null {
  const view = viewOf(bytes);
  let frame: PictureHeader | null = null;
  let stray = 0;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) {
      at += bytes[at] === 0xff && marker === 0 ? 2 : 1;
      stray += 1;
      if (stray > mostStray) return null;
      continue;
    }
    const isBare = marker === jpegMarkers.temporary || (marker >= 0xd0 && marker <= jpegMarkers.endOfImage);
    if (isBare || otherJpegFrames.has(marker)) return null;
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    if (jpegFrames.has(marker)) {
      if (frame !== null || length < 8 || at + 10 > bytes.length) return null;
      frame = {
        format: 'jpeg',
        widthPx: view.getUint16(at + 7),
        heightPx: view.getUint16(at + 5),
        isAnimated: false,
        bitDepth: view.getUint8(at + 4),
        isInterlaced: false,
        scans: 1,
      };
    } else if (marker === jpegMarkers.startOfScan) {
      return frame === null ? null : { ...frame, scans: countScans(bytes, at) };
    }
    at += 2 + length;
  }
  return null;
}

/** Counts the scans. In coded data, `FF` either starts a marker or is followed by `00`. */
function countScans(bytes: Uint8Array, first: number): number {
  let scans = 0;
  let found = 0;
  for (let at = first; at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === jpegMarkers.endOfImage) break;
    found += 1;
    if (found > mostStray) return Number.POSITIVE_INFINITY;
    if (bytes[at + 1] === jpegMarkers.startOfScan) scans += 1;
  }
  return scans;
}

export function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
  if (has(bytes, 0, [0xff, 0xd8])) return readJpeg(bytes);
  if (has(bytes, 0, pngSignature)) return readPng(bytes);
  if (has(bytes, 0, riff) && has(bytes, 8, webp)) return readWebp(bytes);
  return null;
}

export const maxPhotoPixels = 40_000_000;

const maxWholePixels = 16_000_000;
const maxDeepPixels = 4_000_000;
const maxInterlacedPixels = 2_000_000;
const maxScannedPixels = 160_000_000;
const maxFramePixels = 4_000_000;

function maxPixelsOf({ format, bitDepth, isInterlaced, scans }: PictureHeader): number {
  if (isInterlaced) return maxInterlacedPixels;
  if (bitDepth > 8) return maxDeepPixels;
  if (format === 'jpeg' && scans === 1) return maxPhotoPixels;
  return Math.min(maxWholePixels, maxScannedPixels / scans);
}

export function readBounded(bytes: Uint8Array): PictureHeader {
  if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large', { bytes: bytes.length });
  const declared = readPictureHeader(bytes);
  if (declared === null || (declared.format === 'jpeg' && declared.bitDepth !== 8))
    throw new FaceError('photo_invalid');
  if (declared.isAnimated) throw new FaceError('photo_animated');
  const { widthPx, heightPx } = declared;
  if (widthPx * heightPx > maxPixelsOf(declared)) throw new FaceError('photo_too_large', { widthPx, heightPx });
  return declared;
}

/** Refuses pictures that the capture page cannot have taken. Only the picture's header is read. */
export function checkFrame(bytes: Uint8Array): PictureHeader {
  const header = readBounded(bytes);
  const { format, widthPx, heightPx } = header;
  if (format === 'png') throw new FaceError('photo_invalid');
  if (widthPx * heightPx > maxFramePixels) throw new FaceError('photo_too_large', { widthPx, heightPx });
  return header;
}

/** Describes a picture of the capture page, without size if the page cannot have taken it. */
export function describePicture(bytes: Uint8Array): Omit<EncryptedPicture, keyof PictureEncryption> {
  const digest = digestOf(bytes).toString('base64url');
  try {
    const { widthPx, heightPx } = checkFrame(bytes);
    return { digest, widthPx, heightPx, refusal: null };
  } catch (error) {
    const refusal = toCode(error);
    if (!isOneOf(photoCodes, refusal)) throw error;
    return { digest, widthPx: 0, heightPx: 0, refusal };
  }
}
