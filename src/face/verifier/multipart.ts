import type { Photo } from '../../core/concealed.js';
import type { Random } from '../../core/ports.js';

/** A form field. Each photo repeats the field; names are constants. */
export type FormField =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly photos: readonly Photo[] };

export interface MultipartBody {
  readonly contentType: string;
  readonly lengthBytes: number;
  /** Yields the body. Photos are not copied. */
  chunks(): Generator<Uint8Array>;
}

const signatures = [
  { type: 'image/jpeg', name: 'photo.jpg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/png', name: 'photo.png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { type: 'image/webp', name: 'photo.webp', at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
] as const;

const unknownType = { type: 'application/octet-stream', name: 'photo' } as const;

const typeOf = (photo: Photo): { readonly type: string; readonly name: string } =>
  photo.use(
    (pixels) =>
      signatures.find(({ at, bytes }) => bytes.every((byte, index) => pixels[at + index] === byte)) ?? unknownType,
  );

/**
 * Creates `multipart/form-data` (RFC 7578). The boundary is random, because a picture that contains the boundary could
 * add fields.
 */
export function createMultipartBody(fields: readonly FormField[], random: Random): MultipartBody {
  const boundary = `facestep-${Buffer.from(random(24)).toString('base64url')}`;
  const encoder = new TextEncoder();
  const parts: (Uint8Array | Photo)[] = [];
  for (const field of fields) {
    const open = `--${boundary}\r\nContent-Disposition: form-data; name="${field.name}"`;
    if ('text' in field) {
      parts.push(encoder.encode(`${open}\r\n\r\n${field.text}\r\n`));
      continue;
    }
    for (const photo of field.photos) {
      const { type, name } = typeOf(photo);
      parts.push(encoder.encode(`${open}; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`));
      parts.push(photo, encoder.encode('\r\n'));
    }
  }
  parts.push(encoder.encode(`--${boundary}--\r\n`));
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    lengthBytes: parts.reduce((sum, part) => sum + (part instanceof Uint8Array ? part.length : part.sizeBytes), 0),
    *chunks() {
      for (const part of parts) yield part instanceof Uint8Array ? part : part.use((bytes) => bytes);
    },
  };
}
