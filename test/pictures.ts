import { Photo } from '../src/core/concealed.js';

/** Creates a photo with copied bytes, because a verifier overwrites them. */
export const toPhoto = (bytes: Uint8Array): Photo => new Photo(Uint8Array.from(bytes));

/** Returns true if a photo's bytes are all zero. */
export const isWiped = (photo: Photo): boolean => photo.use((bytes) => bytes.every((byte) => byte === 0));
