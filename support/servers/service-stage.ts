import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { issueClientToken } from '../../examples/demo/backend.js';
import { modelsFolder } from '../run/paths.js';
import { toForm } from './api-server.js';

/* Servers that tests start as processes of their own, on the real models. */

export const serviceKey = `fsa_${'k'.repeat(32)}`;

/**
 * Writes a configuration of a server with one engine worker.
 * @returns environment of the server and of its commands
 */
export function configureService(folder: string, settings: object, name = 'facestep') {
  const file = join(folder, `${name}.json`);
  const defaults = { modelsFolder, verifier: { kind: 'embedded', workers: 1 } };
  writeFileSync(file, JSON.stringify({ ...defaults, ...settings }, null, 2));
  return {
    PORT: '0',
    FACESTEP_CONFIG: file,
    FACESTEP_DATA: join(folder, 'data'),
    FACESTEP_ADMIN_KEY: serviceKey,
  };
}

/** Issues a client token, and returns calls with it. */
export async function openTokenCalls(url: string) {
  const scopes = ['enrol', 'verify', 'score'];
  const clientToken = await issueClientToken(url, serviceKey, { name: 'test', scopes });
  const post = async (path: string, fields: Record<string, string | Uint8Array>) => {
    const headers = { 'x-auth-token': clientToken };
    const response = await fetch(url + path, { method: 'POST', headers, body: toForm(fields) });
    return z.looseObject({ code: z.string().optional() }).parse(await response.json());
  };
  return {
    enrol: async (photo: Uint8Array) => String((await post('/generate', { photo })).token),
    check: (token: string, photo: Uint8Array) => post('/authenticate', { token, photo }),
    score: (token: string, photo: Uint8Array) => post('/authenticate-score', { token, photo }),
  };
}
