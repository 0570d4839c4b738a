import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Request, Response } from 'express';
import multer from 'multer';
import { z } from 'zod';
import { maxPhotoBytes, type OwnPhoto, type Photo } from '../core/secrets.js';
import { FaceError, type FaceErrorCode, toCode } from '../errors.js';
import { ChunkBuffer, collectBody, concatAndZero, discardRest, queryOf, receiveBody } from './front-door.js';
import { type FieldValue, LongText, longTextBytes, parseJsonFields } from './json.js';
import type { RequestBudget } from './request-budget.js';

export interface Body {
  readonly fields: ReadonlyMap<string, FieldValue>;
  readonly photos: ReadonlyMap<string, readonly Photo[]>;
}

export interface PhotoRange {
  readonly atLeast: number;
  readonly atMost: number;
  readonly emptyIs?: FaceErrorCode;
}

export interface BodyOptions {
  readonly photoLimits: Readonly<Record<string, PhotoRange>>;
  readonly allowance: RequestBudget;
  /** Takes ownership of each photo's bytes on arrival, so that bytes of refused bodies are wiped too. */
  readonly own: OwnPhoto;
  readonly maxBytes: number;
  /** Called when the token arrives, before photos are accepted. */
  onAuthToken(token: string): Promise<unknown>;
  /** Returns the refusal of a field whose value or name cannot be accepted. */
  refuseField(name: string): FaceError;
  /** True for an unknown field of a caller whose unknown fields are ignored. */
  ignoresField(name: string): boolean;
}

/** Enough for a picture of 10 MB in base64 and its fields. */
export const maxJsonBytes = 14 * 1024 * 1024;

const maxTextFields = 16;

/** Text fields, the hundred photos of a bulk match, and the picture to compare. */
const maxParts = maxTextFields + 101;

/** Errors for multer's limits. The length of texts is limited per field instead, outside of multer. */
const refusalByMulterCode: Record<string, FaceErrorCode> = { LIMIT_FILE_SIZE: 'photo_too_large' };

const fieldRefusals: ReadonlySet<string> = new Set(['LIMIT_FIELD_VALUE', 'LIMIT_FIELD_NESTING']);

/**
 * Time limit for parsing after the last byte was received. Parsing takes milliseconds, but would never end if a file
 * follows the closing boundary.
 */
const unfinishedMs = 5_000;

/**
 * The parser replaces undecodable bytes by U+FFFD, and unpaired surrogates have no UTF-8 form. Both are refused,
 * because different secrets would otherwise become equal.
 */
const decodedGuard = z.string().refine((text) => !/[\ufffd\p{Surrogate}]/u.test(text));

const textGuard = z.union([decodedGuard, z.array(decodedGuard)]);

/**
 * Reads a multipart/form-data body into memory, never to disk. Each byte is charged to the budget as it arrives, and
 * the client token is checked before any photo is accepted.
 * @throws `field_unknown`, `photo_too_many`, `photo_too_large`, `body_too_large`, `overloaded`, `request_malformed`;
 * errors of `onAuthToken`
 */
async function readMultipart(request: Request, response: Response, options: BodyOptions): Promise<Body> {
  const memory = createFileMemory();
  let unfinished: NodeJS.Timeout | undefined;
  let checking = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      request.once('end', () => {
        unfinished = setTimeout(
          // The store that knows the client token may be slow.
          () =>
            reject(
              checking > 0
                ? new FaceError('overloaded', { retryAfterSec: 1 })
                : new FaceError('request_malformed', { reason: 'The body ended too early.' }),
            ),
          unfinishedMs,
        );
      });
      const acceptFile = createFileFilter(request, options);
      const upload = multer({
        storage: memory.engine,
        limits: {
          fileSize: maxPhotoBytes,
          fieldSize: longTextBytes,
          fieldNameSize: 100,
          fields: maxTextFields,
          parts: maxParts,
          fieldNestingDepth: 0,
          headerPairs: 32,
        },
        fileFilter: (_request, file, callback) => {
          checking += 1;
          acceptFile(file.fieldname).then(
            (isAccepted) => {
              checking -= 1;
              callback(null, isAccepted);
            },
            (error: unknown) => {
              const refusal = error instanceof FaceError ? error : new FaceError('internal', null, { cause: error });
              // Rejected here, because multer discards the rest before it calls back.
              reject(refusal);
              callback(refusal);
            },
          );
        },
      }).any();
      // This listener is added before the parser's, so that refused bytes do not reach the parser.
      receiveBody({ request, response }, options.allowance, () => {}).catch((error: unknown) => {
        request.unpipe();
        reject(error);
      });
      upload(request, response, (error: unknown) => {
        if (error === undefined) resolve();
        else reject(toFaceError(error, options));
      });
    });
    return await toBody(request, memory, options);
  } catch (error) {
    // The budget no longer counts this memory, so it must be freed.
    memory.wipe();
    request.body = undefined;
    throw error;
  } finally {
    clearTimeout(unfinished);
  }
}

/**
 * Returns the filter of file fields. It accepts only known fields, and only from an authenticated caller. It returns
 * false for a field to ignore.
 */
function createFileFilter(
  request: Request,
  { photoLimits, onAuthToken, refuseField, ignoresField }: BodyOptions,
): (name: string) => Promise<boolean> {
  const counts = new Map<string, number>();
  return async (name) => {
    const sent: unknown = request.body?.auth_token;
    if (typeof sent === 'string') await onAuthToken(sent);
    if (ignoresField(name)) return false;
    const atMost = Object.hasOwn(photoLimits, name) ? photoLimits[name]?.atMost : undefined;
    if (atMost === undefined) throw refuseField(name);
    const count = (counts.get(name) ?? 0) + 1;
    if (count > atMost) throw new FaceError('photo_too_many', { field: name });
    counts.set(name, count);
    return true;
  };
}

function createFileMemory() {
  const files: ChunkBuffer[] = [];
  let isWiped = false;
  return {
    engine: {
      _handleFile(_request, file, callback) {
        const pieces = new ChunkBuffer();
        const filename = String(files.push(pieces) - 1);
        file.stream.on('data', (piece: Buffer) => {
          if (!isWiped) pieces.add(piece);
        });
        file.stream.on('end', () => callback(null, { filename }));
      },
      _removeFile: (_request, _file, callback) => callback(null),
    } satisfies multer.StorageEngine,
    take: ({ filename }: Express.Multer.File) => concatAndZero(files[Number(filename)]?.take() ?? []),
    wipe() {
      isWiped = true;
      for (const pieces of files) for (const piece of pieces.take()) piece.fill(0);
    },
  };
}

async function toBody(
  request: Request,
  memory: ReturnType<typeof createFileMemory>,
  options: BodyOptions,
): Promise<Body> {
  // Without a usable boundary, multer ignores the body.
  const sent: Record<string, unknown> | undefined = request.body;
  if (sent === undefined) throw new FaceError('request_malformed');
  // Field by field, because a guard for the whole object would silently drop `__proto__`.
  if (typeof sent.auth_token === 'string') await options.onAuthToken(sent.auth_token);
  const read = Object.entries(sent).filter(([name]) => !options.ignoresField(name));
  const fields = new Map(read.map(([name, value]) => [name, toText(name, value, options)]));
  const photos = new Map<string, Photo[]>();
  for (const file of Array.isArray(request.files) ? request.files : []) {
    photos.set(file.fieldname, [...(photos.get(file.fieldname) ?? []), options.own(await memory.take(file))]);
  }
  return { fields, photos };
}

/** Without a filename, a part is text, so a picture in it was changed. */
function toText(name: string, value: unknown, { photoLimits, refuseField }: BodyOptions): z.output<typeof textGuard> {
  const text = textGuard.safeParse(value);
  if (!text.success || Object.hasOwn(photoLimits, name)) throw refuseField(name);
  return text.data;
}

function toFaceError(error: unknown, { refuseField }: BodyOptions): FaceError {
  if (error instanceof FaceError) return error;
  if (!(error instanceof multer.MulterError)) return new FaceError('request_malformed', null, { cause: error });
  if (fieldRefusals.has(error.code)) return refuseField(error.field ?? '');
  return new FaceError(refusalByMulterCode[error.code] ?? 'request_malformed', { reason: error.code });
}

/** Characters decoded at once, in less than a millisecond. Other requests are served between two slices. */
const sliceCharacters = 128 * 1024;

/** Beginning of a data: URL, such as `data:image/jpeg;base64,`. Some JSON encoders escape the slash. */
const dataUrl = /^data:(?:[\w.+-]+\\?\/[\w.+-]+)?(?:;[\w.+=-]+)*;base64,/i;
const longestDataUrl = 128;

/** Decodes a picture in base64, also in lines, or in a data: URL, without blocking the event loop. */
export async function decodeBase64(text: string | LongText): Promise<Buffer> {
  // Text cut from JSON still contains its escapes.
  const toCharacters = text instanceof LongText ? undoEscapesOfBase64 : joinLines;
  const source = text instanceof LongText ? text.bytes : Buffer.from(text);
  const start = dataUrl.exec(source.toString('latin1', 0, longestDataUrl))?.[0].length ?? 0;
  const decoded = Buffer.allocUnsafe(Math.ceil((source.length - start) / 4) * 3);
  try {
    const length = await decodeSlices(source, start, toCharacters, decoded);
    if (length === 0) throw new FaceError('photo_invalid');
    return decoded.subarray(0, length);
  } catch (error) {
    // The slices before an invalid one are part of a photo.
    decoded.fill(0);
    throw error;
  }
}

/** @returns the number of decoded bytes */
async function decodeSlices(
  source: Buffer,
  start: number,
  toCharacters: (text: string) => string,
  target: Buffer,
): Promise<number> {
  let length = 0;
  let undecoded = '';
  for (let at = start; at < source.length; at += sliceCharacters) {
    if (at > start) await nextTurn();
    const end = Math.min(at + sliceCharacters, source.length);
    const characters = toCharacters(undecoded + source.toString('latin1', at, end));
    const isLast = end === source.length;
    // An incomplete escape at the end of a slice is moved to the next slice.
    const wholeEnd = isLast ? characters.length : (begunEscape.exec(characters)?.index ?? characters.length);
    // The last four characters wait, because only a line break may follow their padding.
    const decodedEnd = isLast ? wholeEnd : Math.max(0, wholeEnd - 4 - (wholeEnd % 4));
    length += decodeSlice(characters.slice(0, decodedEnd), target.subarray(length), isLast);
    undecoded = characters.slice(decodedEnd);
  }
  return length;
}

/**
 * Many programs write base64 in lines of 64 or 76 characters (RFC 2045), with a line break at the end. A program that
 * once sent the text in a form has turned each `+` into a space.
 */
const joinLines = (text: string): string => text.replace(/[\r\n]+/g, '').replaceAll(' ', '+');

/** JSON escapes of base64 characters: PHP escapes `/`, Gson escapes `=`, and System.Text.Json escapes `+`. */
const escapeOfBase64 = /\\(?:\/|u00(2[BbDdFf]|3[Dd]|5[Ff]))/g;
const escapeOfLineBreak = /\\(?:[nr]|u000[AaDd])/g;
const begunEscape = /\\(?:u(?:0(?:0[0235]?)?)?)?$/;

const undoEscapesOfBase64 = (text: string): string =>
  text.includes('\\')
    ? joinLines(text.replace(escapeOfLineBreak, '')).replace(escapeOfBase64, (_, hex?: string) =>
        hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16)),
      )
    : joinLines(text);

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

/**
 * Reads the fields of the query like those of a form. A repeated field is a list.
 * @throws `request_malformed` also for a body, which a `GET` does not have
 */
export function readQuery(request: Request, options: BodyOptions): Body {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  discardRest(request);
  if (length !== '0' || encoding !== undefined)
    throw new FaceError('request_malformed', { reason: 'A GET has no body.' });
  const sent = new URLSearchParams(queryOf(request));
  if (sent.size > maxTextFields) throw new FaceError('request_malformed', { reason: 'The query has too many fields.' });
  const valuesOf = (name: string) => (sent.getAll(name).length === 1 ? sent.get(name) : sent.getAll(name));
  const fields = new Map(Array.from(sent.keys(), (name) => [name, toText(name, valuesOf(name), options)]));
  return { fields, photos: new Map() };
}

export const isMultipart = (request: Request): boolean => request.is('multipart/form-data') === 'multipart/form-data';

async function splitPhotos(values: ReadonlyMap<string, FieldValue>, options: BodyOptions): Promise<Body> {
  const fields = new Map<string, FieldValue>();
  const photos = new Map<string, Photo[]>();
  const token = values.get('auth_token');
  if (typeof token === 'string') await options.onAuthToken(token);
  for (const [name, value] of values) {
    if (options.ignoresField(name)) continue;
    const range = Object.hasOwn(options.photoLimits, name) ? options.photoLimits[name] : undefined;
    if (range !== undefined) photos.set(name, await toPhotos(name, value, range, options));
    else if (hasLongText(value)) throw options.refuseField(name);
    else fields.set(name, value);
  }
  return { fields, photos };
}

async function toPhotos(
  field: string,
  value: FieldValue,
  { atMost, emptyIs }: PhotoRange,
  { own }: BodyOptions,
): Promise<Photo[]> {
  const texts = isList(value) ? value : [value];
  if (texts.length > atMost) throw new FaceError('photo_too_many', { field });
  const photos: Photo[] = [];
  for (const text of texts) {
    if (typeof text !== 'string' && !(text instanceof LongText)) throw new FaceError('request_malformed', { field });
    if (text === '' && emptyIs !== undefined) throw new FaceError(emptyIs, { field });
    const bytes = await decodeBase64(text).catch((cause: unknown) => {
      throw new FaceError(toCode(cause), { field }, { cause });
    });
    photos.push(own(bytes));
    if (bytes.length > maxPhotoBytes) throw new FaceError('photo_too_large', { field });
  }
  return photos;
}

const isList = (value: FieldValue): value is readonly FieldValue[] => Array.isArray(value);

function hasLongText(value: FieldValue): boolean {
  if (value instanceof LongText) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLongText);
}
