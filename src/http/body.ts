import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { maxPhotoBytes, type Photo } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { collectBody } from './collect.js';
import type { Body, BodyOptions, PhotoRange } from './intake.js';
import { type FieldValue, LongText, parseJsonFields } from './json.js';
import { readMultipart } from './multipart.js';

/** Characters decoded at once, in less than a millisecond. Other requests are served between two slices. */
const sliceCharacters = 128 * 1024;

/** Beginning of a data: URL, such as `data:image/jpeg;base64,`. Some JSON encoders escape the slash. */
const dataUrl = /^data:[\w.+-]+\\?\/[\w.+-]+(?:;[\w.+=-]+)*;base64,/;
const longestDataUrl = 128;

/** Decodes a picture in base64 or a data: URL without blocking the event loop. */
export async function decodeBase64(text: string | LongText): Promise<Buffer> {
  // Text cut from JSON still contains its escapes.
  const undoEscapes = text instanceof LongText ? undoEscapesOfBase64 : (characters: string): string => characters;
  const source = text instanceof LongText ? text.bytes : Buffer.from(text);
  const start = dataUrl.exec(source.toString('latin1', 0, longestDataUrl))?.[0].length ?? 0;
  const decoded = Buffer.allocUnsafe(Math.ceil((source.length - start) / 4) * 3);
  let length = 0;
  let carried = '';
  for (let at = start; at < source.length; at += sliceCharacters) {
    if (at > start) await nextTurn();
    const end = Math.min(at + sliceCharacters, source.length);
    const characters = undoEscapes(carried + source.toString('latin1', at, end));
    const isLast = end === source.length;
    // An incomplete escape at the end of a slice is moved to the next slice.
    const sure = isLast ? characters.length : (begunEscape.exec(characters)?.index ?? characters.length);
    const taken = isLast ? sure : sure - (sure % 4);
    length += decodeSlice(characters.slice(0, taken), decoded.subarray(length), isLast);
    carried = characters.slice(taken);
  }
  if (length === 0) throw new FaceError('photo_invalid');
  return decoded.subarray(0, length);
}

/** JSON escapes of base64 characters: PHP escapes `/`, Gson escapes `=`, and System.Text.Json escapes `+`. */
const escapeOfBase64 = /\\(?:\/|u00(2[BbDdFf]|3[Dd]|5[Ff]))/g;
const begunEscape = /\\(?:u(?:0(?:0[235]?)?)?)?$/;

const undoEscapesOfBase64 = (text: string): string =>
  text.includes('\\')
    ? text.replace(escapeOfBase64, (_, hex?: string) =>
        hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : text;

/**
 * Decodes a slice. Node.js skips invalid characters, so the slice is invalid if fewer bytes are decoded than expected.
 */
function decodeSlice(characters: string, target: Buffer, isLast: boolean): number {
  const bare = isLast && characters.length % 4 === 0 ? characters.replace(/={1,2}$/, '') : characters;
  const expected = Math.floor((bare.length * 3) / 4);
  if (bare.length % 4 === 1 || target.write(bare, 'base64') !== expected) throw new FaceError('photo_invalid');
  return expected;
}

/**
 * Reads JSON or multipart bodies. Other types are refused, because application/x-www-form-urlencoded turns an unescaped
 * `+` of base64 into a space.
 */
export async function readBody(request: Request, response: Response, options: BodyOptions): Promise<Body> {
  const { headers } = request;
  if (Number(headers['content-length'] ?? 0) > options.maxBytes) throw new FaceError('body_too_large');
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw new FaceError('media_type_unsupported');
  if (isMultipart(request)) return readMultipart(request, response, options);
  const body = await collectBody({ request, response }, options.allowance);
  try {
    if (body.length === 0) return { fields: new Map(), photos: new Map() };
    if (request.is('application/json') === false) throw new FaceError('media_type_unsupported');
    return await splitPhotos(parseJsonFields(body), options);
  } finally {
    body.fill(0);
  }
}

export const isMultipart = (request: Request): boolean => request.is('multipart/form-data') === 'multipart/form-data';

async function splitPhotos(values: ReadonlyMap<string, FieldValue>, options: BodyOptions): Promise<Body> {
  const fields = new Map<string, FieldValue>();
  const photos = new Map<string, Photo[]>();
  for (const [name, value] of values) {
    const range = Object.hasOwn(options.photoLimits, name) ? options.photoLimits[name] : undefined;
    if (range !== undefined) photos.set(name, await toPhotos(value, range, options));
    else if (hasLongText(value)) throw options.onTextTooLong(name);
    else fields.set(name, value);
  }
  return { fields, photos };
}

async function toPhotos(value: FieldValue, { atMost, emptyIs }: PhotoRange, { own }: BodyOptions): Promise<Photo[]> {
  const texts = isList(value) ? value : [value];
  if (texts.length > atMost) throw new FaceError('photo_too_many');
  const photos: Photo[] = [];
  for (const text of texts) {
    if (typeof text !== 'string' && !(text instanceof LongText)) throw new FaceError('request_malformed');
    if (text === '' && emptyIs !== undefined) throw new FaceError(emptyIs);
    const bytes = await decodeBase64(text);
    photos.push(own(bytes));
    if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large');
  }
  return photos;
}

const isList = (value: FieldValue): value is readonly FieldValue[] => Array.isArray(value);

function hasLongText(value: FieldValue): boolean {
  if (value instanceof LongText) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLongText);
}
