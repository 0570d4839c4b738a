/** Returns environment variables that preload a file of this folder into a server. */
export function preload(name: 'shifted-clock' | 'failing-worker'): Readonly<Record<string, string>> {
  const options = `${process.env.NODE_OPTIONS ?? ''} --import=${new URL(`./${name}.js`, import.meta.url)}`;
  return { NODE_OPTIONS: options.trim() };
}
