import { z } from 'zod';
import { parseJson } from '../../../src/core/base/json.js';
import { movements } from '../../../src/core/movements.js';
import type { Captured } from '../../../src/core/ports.js';
import { screenAxes, screenColours } from '../../../src/core/screen-light.js';
import type { OwnPhoto, Photo } from '../../../src/core/secrets.js';
import { epochMsGuard } from '../../../src/core/units.js';
import { PresenceLocked } from './key-file.js';
import { skipReasons } from './page-protocol.js';

const lightGuard = z.strictObject({
  axis: z.enum(screenAxes),
  first: z.enum(screenColours),
  second: z.enum(screenColours),
});

const aboutGuard = z.strictObject({
  species: z.string(),
  light: z.string(),
  device: z.string(),
  at: epochMsGuard,
  /** `captured` if the challenge was completed. Otherwise there are no frames. */
  outcome: z.enum(['captured', ...skipReasons]),
  /** Violations of order, digests and timing, named as in the audit log. */
  missed: z.array(z.string()),
  frames: z.array(z.strictObject({ movement: z.enum(movements), light: z.nullable(lightGuard) })).max(64),
  /** Movements of the looks, whose pictures follow those of the frames. */
  looks: z.array(z.enum(movements)).max(64).default([]),
});

export type AboutPresentation = z.output<typeof aboutGuard>;

const lengthBytes = 4;

function withLength(bytes: Uint8Array): readonly Uint8Array[] {
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

export function encodePresentation(about: AboutPresentation, photos: readonly Photo[]): Buffer {
  const parts = photos.map((photo) => photo.use((bytes) => bytes));
  return Buffer.concat([Buffer.from(JSON.stringify(about)), ...parts].flatMap(withLength));
}

/** @throws PresenceLocked for an unknown format */
export function decodePresentation(bytes: Buffer, own: OwnPhoto): { readonly about: AboutPresentation } & Captured {
  const parts: Buffer[] = [];
  for (let at = 0; at + lengthBytes <= bytes.length; ) {
    const from = at + lengthBytes;
    at = from + bytes.readUInt32BE(at);
    parts.push(bytes.subarray(from, at));
  }
  const [first = Buffer.alloc(0), ...pictures] = parts;
  const about = aboutGuard.safeParse(parseJson(first.toString('utf8')));
  if (!about.success || about.data.frames.length + about.data.looks.length !== pictures.length)
    throw new PresenceLocked();
  const photos = pictures.map((picture) => own(Uint8Array.from(picture)));
  const frames = about.data.frames.map((asked, index) => ({ ...asked, photo: photos[index] }));
  const looks = about.data.looks.map((movement, index) => ({ movement, photo: photos[frames.length + index] }));
  return { about: about.data, frames, looks };
}
