/** The frames of an error without its message: messages of libraries quote what they could not read. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return 'none';
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.map((line) => line.trim())].join(' | ');
}
