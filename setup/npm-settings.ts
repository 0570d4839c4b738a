import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type pacote from 'pacote';
import { z } from 'zod';

const text = z.string().nullish().catch(null);
const settingsGuard = z
  .object({
    registry: z.string(),
    cache: z.string(),
    cafile: text,
    proxy: text,
    'https-proxy': text,
    noproxy: z
      .union([z.string(), z.array(z.string())])
      .nullish()
      .catch(null),
    'strict-ssl': z.boolean().catch(true),
    offline: z.boolean().catch(false),
    'prefer-offline': z.boolean().catch(false),
  })
  // `@scope:registry`, the one key whose name is not known beforehand.
  .catchall(z.unknown());

/** `-----BEGIN CERTIFICATE-----` … one entry each, as npm hands them to its own client. */
const splitCertificates = (pem: string): string[] =>
  pem
    .split('-----END CERTIFICATE-----')
    .filter((part) => part.includes('-----BEGIN CERTIFICATE-----'))
    .map((part) => `${part.trimStart()}-----END CERTIFICATE-----`);

/**
 * What this user's npm is set to: registry and scoped registries, cache, proxy, certificate authorities. A mirror set
 * for `npm ci` is thereby the mirror used here. npm does not tell its credentials, so a mirror that asks for a password
 * on reading is not reached.
 * @see https://docs.npmjs.com/cli/v11/using-npm/config
 */
export async function readNpmSettings(): Promise<pacote.Options> {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const listed = await promisify(execFile)(npm, ['config', 'list', '--json', '--long'], {
    shell: process.platform === 'win32',
    maxBuffer: 4 * 1024 * 1024,
  });
  const settings = settingsGuard.parse(JSON.parse(listed.stdout));
  const scoped = Object.entries(settings).filter(([name]) => /^@[^:]+:registry$/.test(name));
  return {
    ...Object.fromEntries(scoped),
    registry: settings.registry,
    cache: join(settings.cache, '_cacache'),
    ...(settings.cafile ? { ca: splitCertificates(await readFile(settings.cafile, 'utf8')) } : {}),
    ...(settings.proxy ? { proxy: settings.proxy } : {}),
    ...(settings['https-proxy'] ? { httpsProxy: settings['https-proxy'] } : {}),
    ...(settings.noproxy ? { noProxy: settings.noproxy } : {}),
    strictSSL: settings['strict-ssl'],
    offline: settings.offline,
    preferOffline: settings['prefer-offline'],
  };
}
