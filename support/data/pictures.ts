import { Photo } from '../../src/core/secrets.js';

/** Copies the bytes, because a verifier overwrites them. */
export const toPhoto = (bytes: Uint8Array): Photo => new Photo(Uint8Array.from(bytes));

export const isWiped = (photo: Photo): boolean => photo.use((bytes) => bytes.every((byte) => byte === 0));
