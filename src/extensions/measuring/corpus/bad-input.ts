/** Invalid arguments or photos of an evaluation, which ends with exit code 2 and this message. */
export class BadInput extends Error {}
