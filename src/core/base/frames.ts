export function framesOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return 'none';
  const frames = error.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.map((line) => line.trim())].join(' | ');
}
