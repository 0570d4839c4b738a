import type { Request, Response } from 'express';
import multer from 'multer';
import { z } from 'zod';
import { maxPhotoBytes, type Photo } from '../core/concealed.js';
import { FaceError, type FaceErrorCode } from '../errors.js';
import { ChunkBuffer, concatAndZero, receiveBody } from './collect.js';
import type { Body, BodyOptions } from './intake.js';
import { longTextBytes } from './json.js';

const maxTextFields = 16;

/** Text fields, the hundred photos of a bulk match, and the picture to compare. */
const maxParts = maxTextFields + 101;

/** Errors for multer's limits. The length of texts is limited per field instead, outside of multer. */
const refusalByMulterCode: Record<string, FaceErrorCode> = {
  LIMIT_FILE_SIZE: 'photo_too_large',
  LIMIT_FIELD_NESTING: 'field_unknown',
};

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
export async function readMultipart(request: Request, response: Response, options: BodyOptions): Promise<Body> {
  const memory = createFileMemory();
  let unfinished: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      request.once('end', () => {
        unfinished = setTimeout(
          () => reject(new FaceError('request_malformed', { reason: 'unfinished' })),
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
          acceptFile(file.fieldname).then(
            () => callback(null, true),
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

/** Returns the filter of file fields. It accepts only known fields, and only from an authenticated caller. */
function createFileFilter(
  request: Request,
  { photoLimits, onAuthToken }: BodyOptions,
): (name: string) => Promise<void> {
  const counts = new Map<string, number>();
  return async (name) => {
    const atMost = Object.hasOwn(photoLimits, name) ? photoLimits[name]?.atMost : undefined;
    if (atMost === undefined) throw new FaceError('field_unknown');
    const count = (counts.get(name) ?? 0) + 1;
    if (count > atMost) throw new FaceError('photo_too_many');
    counts.set(name, count);
    const sent: unknown = request.body?.auth_token;
    if (typeof sent === 'string') await onAuthToken(sent);
  };
}

interface FileMemory {
  readonly engine: multer.StorageEngine;
  take(file: Express.Multer.File): Promise<Buffer>;
  wipe(): void;
}

function createFileMemory(): FileMemory {
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
    },
    take: ({ filename }) => concatAndZero(files[Number(filename)]?.take() ?? []),
    wipe() {
      isWiped = true;
      for (const pieces of files) for (const piece of pieces.take()) piece.fill(0);
    },
  };
}

async function toBody(request: Request, memory: FileMemory, { own }: BodyOptions): Promise<Body> {
  // Without a usable boundary, multer ignores the body.
  const sent: Record<string, unknown> | undefined = request.body;
  if (sent === undefined) throw new FaceError('request_malformed');
  // Field by field, because a guard for the whole object would silently drop `__proto__`.
  const fields = new Map(Object.entries(sent).map(([name, value]) => [name, toText(value)]));
  const photos = new Map<string, Photo[]>();
  for (const file of Array.isArray(request.files) ? request.files : []) {
    photos.set(file.fieldname, [...(photos.get(file.fieldname) ?? []), own(await memory.take(file))]);
  }
  return { fields, photos };
}

function toText(value: unknown): z.output<typeof textGuard> {
  const text = textGuard.safeParse(value);
  if (!text.success) throw new FaceError('request_malformed', { reason: 'text' });
  return text.data;
}

function toFaceError(error: unknown, { onTextTooLong }: BodyOptions): FaceError {
  if (error instanceof FaceError) return error;
  if (!(error instanceof multer.MulterError)) return new FaceError('request_malformed', null, { cause: error });
  if (error.code === 'LIMIT_FIELD_VALUE') return onTextTooLong(error.field ?? '');
  return new FaceError(refusalByMulterCode[error.code] ?? 'request_malformed', { reason: error.code });
}
