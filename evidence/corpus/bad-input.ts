/** Invalid arguments or photos of an evaluation. The message is for the user; exit code 2. */
export class BadInput extends Error {}
