import type { Request, Response } from 'express';
import { maxPhotoBytes, type Photo } from '../core/concealed.js';
import { FaceError } from '../errors.js';
import { decodeBase64 } from './base64.js';
import { collectBody } from './collect.js';
import type { Body, BodyOptions, PhotoRange } from './intake.js';
import { type FieldValue, LongText, parseJsonFields } from './json.js';
import { readMultipart } from './multipart.js';

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
