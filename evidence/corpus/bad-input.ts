/** What is wrong with the arguments or the photos of an evaluation. The message is for whoever started it; exit code 2. */
export class BadInput extends Error {}
