import { Photo } from '../src/core/concealed.js';

/** A photo with bytes of its own: a verifier overwrites what it is given. */
export const toPhoto = (bytes: Uint8Array): Photo => new Photo(Uint8Array.from(bytes));

/** Whether every byte of a photo has been overwritten. */
export const isWiped = (photo: Photo): boolean => photo.use((bytes) => bytes.every((byte) => byte === 0));
