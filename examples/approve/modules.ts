/* Serves the client's modules to the browser through an import map, without a bundler. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const imported = [
  'jose/base64url',
  'jose/errors',
  'jose/jwks/local',
  'jose/jwks/remote',
  'jose/jws/compact/verify',
  'jose/jws/flattened/verify',
  'jose/jwt/decode',
  'jose/key/import',
  'zod/mini',
] as const;

export function createModules(clientModule: string) {
  const files = new Map<string, string>([['@facestep/client', clientModule]]);
  for (const name of imported) files.set(name, import.meta.resolve(name));
  /** Folders whose files may be read: the client's own folder, and the complete folders of other packages. */
  const folders = new Map(
    [...files].map(([name, file]) => {
      const [id = ''] = name.replace('@facestep/', '').split('/');
      const folder = name === '@facestep/client' ? new URL('.', file).href : `${file.split(`/${id}/`)[0] ?? ''}/${id}/`;
      return [id, folder] as const;
    }),
  );
  const toPath = (file: string): string => {
    const [id, folder] = [...folders].find(([, each]) => file.startsWith(each)) ?? ['', file];
    return `/modules/${id}/${file.slice(folder.length)}`;
  };

  return {
    importMap: JSON.stringify({ imports: Object.fromEntries([...files].map(([name, file]) => [name, toPath(file)])) }),
    async read(path: string): Promise<string | null> {
      const [, id = '', rest = ''] = /^\/modules\/([a-z]+)\/([\w./-]+\.js)$/.exec(path) ?? [];
      const folder = folders.get(id);
      if (folder === undefined || rest.split('/').includes('..')) return null;
      return readFile(fileURLToPath(new URL(rest, folder)), 'utf8').catch(() => null);
    },
  };
}
