import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { createBrowser } from '../../support/fakes/browser.js';
import { projectRoot } from '../../support/run/paths.js';
import { createCaller } from '../attacks/server/exchange.js';
import { type Film, shootFilm, showFace } from '../attacks/server/page.js';
import { createClient as createApiClient } from '../bench/client.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { issuer, openStage, type Stage } from '../faults/stage.js';

const runs = 3;

const coverageGuard = z.object({
  result: z.array(
    z.object({
      url: z.string(),
      functions: z.array(z.object({ ranges: z.array(z.object({ count: z.number() })) })),
    }),
  ),
});

type Journey = () => Promise<void>;

/** Reads which files of the project ran, from the coverage of a process. */
async function readFiles(folder: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const own = pathToFileURL(join(projectRoot, 'dist/')).href;
  const product = /^(src|adapters|client)\//;
  const files = new Set<string>();
  for (const name of names) {
    const { result } = coverageGuard.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
    for (const { url, functions } of result)
      if (
        url.startsWith(own) &&
        product.test(url.slice(own.length)) &&
        functions.some(({ ranges }) => ranges.some(({ count }) => count > 0))
      )
        files.add(url.slice(own.length).replace(/\.js$/, '.ts'));
  }
  return files;
}

/** @returns the journeys on a stage, and what must happen before each */
async function prepareJourneys(stage: Stage): Promise<Readonly<Record<string, { prepare: Journey; run: Journey }>>> {
  const { client, pictures, replicas, adminKey } = stage;
  const { url } = replicas[0];
  const [enrolled, live] = pictures.person;
  const [hooked = '', checked = '', ...missing] = await stage.createUsers(2 + runs + 1);
  const film = await shootFilm();
  await client.enrol(hooked, enrolled);
  await client.enrol(checked, film.centre[0] ?? enrolled);
  const api = await createApiClient(url, adminKey, { enrolled, live }, 1);
  const nothing: Journey = async () => {};
  const expectEqual = (what: string, is: unknown, wanted: unknown): void => {
    if (is !== wanted) throw new Error(`${what}: ${is} instead of ${wanted}`);
  };
  return {
    'Okta token hook': {
      prepare: async () => expectEqual('face check', await client.checkFace(hooked, live), 'passed'),
      run: async () =>
        expectEqual('hook', await client.callHook(hooked, `event-${randomBytes(8).toString('hex')}`), 'granted'),
    },
    'POST /authenticate': { prepare: nothing, run: () => api.authenticate() },
    enrolment: {
      prepare: nothing,
      run: async () => expectEqual('enrolment', await client.enrol(missing.pop() ?? '', enrolled), true),
    },
    'OpenID step-up': { prepare: nothing, run: () => stepUp(url, checked, film) },
  };
}

const portal = { client_id: 'portal', redirect_uri: 'https://portal.example.com/callback' };
const secret = 'a-secret-of-the-portal-0123456789abcdef';
const oidcClients = [{ kind: 'relying_party', id: portal.client_id, secret, redirectUris: [portal.redirect_uri] }];

/** A relying party pushes a request, the user passes the face check, and the relying party exchanges the code. */
async function stepUp(url: string, subject: string, film: Film): Promise<void> {
  const send = (address: string, init: RequestInit) => fetch(address.replace(benchPublicUrl, url), init);
  const askAsPortal = async (path: string, fields: Readonly<Record<string, string>>): Promise<unknown> => {
    const headers = { authorization: `Basic ${Buffer.from(`${portal.client_id}:${secret}`).toString('base64')}` };
    return (await send(`${issuer}/${path}`, { method: 'POST', headers, body: new URLSearchParams(fields) })).json();
  };
  const asked = { ...portal, response_type: 'code', scope: 'openid', state: 's-1', login_hint: subject };
  const { request_uri } = z.object({ request_uri: z.string() }).parse(await askAsPortal('par', asked));
  const browser = createBrowser(send);
  const query = new URLSearchParams({ client_id: portal.client_id, request_uri });
  const { url: link } = await browser.follow(`${issuer}/authorize?${query}`);
  const caller = createCaller(Number(new URL(url).port), '127.0.0.1');
  const back = await showFace(caller, { browser, link }, film, randomBytes(8).toString('hex'));
  const code = new URL((await browser.follow(back)).url).searchParams.get('code') ?? '';
  const grant = { grant_type: 'authorization_code', code, redirect_uri: portal.redirect_uri };
  z.object({ id_token: z.string() }).parse(await askAsPortal('token', grant));
}

/** @returns the files that ran in each run of each journey, by journey */
export async function measureJourneys(): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-journeys-'));
  const preload = new URL('coverage-on-signal.js', import.meta.url).href;
  const env = { NODE_V8_COVERAGE: folder, NODE_OPTIONS: `--import=${preload}` };
  const stage = await openStage({ oidcClients, env: () => env });
  const { pid } = stage.replicas[0];
  const isOwn = (name: string): boolean => name.startsWith(`coverage-${pid}-`);
  let taken = new Set<string>();
  const take = async (): Promise<ReadonlySet<string>> => {
    process.kill(pid, 'SIGUSR2');
    for (;;) {
      const names = (await readdir(folder)).filter((name) => isOwn(name) && !taken.has(name));
      // The file may still be written.
      const files = names.length === 0 ? null : await readFiles(folder, names).catch(() => null);
      if (files !== null) {
        taken = new Set([...taken, ...names]);
        return files;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** @returns the files that ran, with those of the work that follows an answer, such as the ledger */
  const takeUntilQuiet = async (): Promise<ReadonlySet<string>> => {
    const files = new Set<string>();
    for (;;) {
      const ran = await take();
      if (ran.size === 0) return files;
      for (const file of ran) files.add(file);
    }
  };
  try {
    const found: Record<string, readonly string[]> = {};
    for (const [name, { prepare, run }] of Object.entries(await prepareJourneys(stage))) {
      // The first run loads what the server loads at the first request of its kind.
      await prepare();
      await run();
      const ran: ReadonlySet<string>[] = [];
      for (let count = 0; count < runs; count += 1) {
        await prepare();
        await takeUntilQuiet();
        await run();
        ran.push(await takeUntilQuiet());
      }
      // A file of a background job does not run each time.
      const [first = new Set<string>(), ...others] = ran;
      found[name] = [...first].filter((file) => others.every((each) => each.has(file))).sort();
    }
    return found;
  } finally {
    await stage.close();
    await rm(folder, { recursive: true });
  }
}
