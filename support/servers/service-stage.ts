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
  const postJson = async (path: string, body: object, headers: Record<string, string>) => {
    const sent = { 'content-type': 'application/json', ...headers };
    const response = await fetch(url + path, { method: 'POST', headers: sent, body: JSON.stringify(body) });
    return z.looseObject({}).parse(await response.json());
  };
  return {
    /** Starts a check on the capture page. @returns the reply to its first challenge */
    startChallenge: async (token: string) => {
      const asked = { token, subject: 'ada', audience: 'test' };
      const started = await postJson('/step-ups', asked, { 'x-auth-token': clientToken });
      const opened = await postJson('/face/open', { ticket: new URL(String(started.url)).hash.slice(1) }, {});
      const session = { authorization: `Bearer ${opened.session}` };
      await postJson('/face/consent', { version: 'consent-1', language: 'en' }, session);
      return postJson('/face/challenge', {}, session);
    },
    enrol: async (photo: Uint8Array) => String((await post('/generate', { photo })).token),
    check: (token: string, photo: Uint8Array) => post('/authenticate', { token, photo }),
    score: (token: string, photo: Uint8Array) => post('/authenticate-score', { token, photo }),
  };
}
