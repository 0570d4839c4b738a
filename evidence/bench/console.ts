import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { toEntry } from '../../src/core/ledger/entry.js';
import { recordEntries } from '../../src/core/ledger/record.js';
import { addSec, epochMs, secondsPerDay, toIso } from '../../src/core/units.js';
import { createSqliteLedger } from '../../src/state/ledger-sqlite.js';
import { type LoadResult, loadHook } from './hook-load.js';
import { openOkta } from './hook-providers/okta.js';
import { freshnessSec } from './hook-providers/provider.js';
import { quantile, round } from './measure.js';
import { startServers } from './servers.js';

interface Size {
  readonly people: number;
  readonly lines: number;
  readonly runs: number;
  readonly hooks: { readonly perSecond: number; readonly seconds: number };
}

export const fullConsole: Size = { people: 10_000, lines: 1_000_000, runs: 50, hooks: { perSecond: 300, seconds: 20 } };
export const quickConsole: Size = { people: 200, lines: 3000, runs: 5, hooks: { perSecond: 100, seconds: 1 } };

/** JSON output of the benchmark, with stable property names. */
export interface ConsoleReport {
  readonly node: string;
  readonly cores: number;
  readonly people: number;
  readonly lines: number;
  readonly fillSeconds: number;
  readonly screens: Readonly<Record<string, { readonly p50Ms: number; readonly p95Ms: number; readonly rows: number }>>;
  /** Clicks and form fields of weekly tasks. `null` without Chromium, or if a task failed. */
  readonly tasks: Readonly<Record<string, { readonly clicks: number; readonly fields: number }>> | null;
  readonly hooks: { readonly with: LoadResult; readonly without: LoadResult | null };
}

const connection = 'okta';
const days = 89;

const personOf = (n: number): string => `00u${String(n).padStart(8, '0')}`;

export async function benchConsole(size: Size, without: string | null): Promise<ConsoleReport> {
  const provider = openOkta({ mode: 'enforce', freshnessSec });
  const config = { connections: [{ ...provider.connection, id: connection }] };
  const loadToken = async (url: string): Promise<LoadResult> => {
    const [load] = provider.loads(url).filter(({ hook }) => hook === 'token');
    if (load === undefined) throw new Error('no token hook');
    await loadHook(load, { ...size.hooks, seconds: 1, grantedText: load.grantedText });
    const later = { url: load.url, toCall: (n: number) => load.toCall(100_000 + n) };
    return loadHook(later, { ...size.hooks, grantedText: load.grantedText });
  };

  const from = performance.now();
  let fillSeconds = 0;
  const servers = await startServers({
    config,
    async prepare(dataFolder) {
      await fill(join(dataFolder, 'ledger.db'), size);
      fillSeconds = round((performance.now() - from) / 1000, 1);
    },
  });
  const [{ url }] = servers.services;
  const screens = await measureScreens(url, servers.adminKey, size.runs);
  const hooksWith = await loadToken(url);
  await servers.stop();
  let hooksWithout: LoadResult | null = null;
  if (without !== null) {
    const others = await startServers({ config, main: without });
    hooksWithout = await loadToken(others.services[0].url);
    await others.stop();
  }
  await provider.close();
  return {
    ...{ node: process.version, cores: availableParallelism(), people: size.people, lines: size.lines, fillSeconds },
    screens,
    tasks: await measureWeek(),
    hooks: { with: hooksWith, without: hooksWithout },
  };
}

/** Runs the tasks with Jest, because they are a test. */
async function measureWeek(): Promise<ConsoleReport['tasks']> {
  const file = join(await mkdtemp(join(tmpdir(), 'facestep-week-')), 'week.json');
  const jest = ['node_modules/jest/bin/jest.js', '--selectProjects', 'quick', 'wide', '--runInBand'];
  const args = [...jest, '--testPathPatterns', 'dist/test/browser/console-week'];
  const run = spawn(process.execPath, args, { env: { ...process.env, FACESTEP_WEEK: file }, stdio: 'ignore' });
  await once(run, 'close');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : tasksGuard.parse(JSON.parse(text));
}

const tasksGuard = z.record(z.string(), z.object({ clicks: z.int(), fields: z.int() }));

async function fill(file: string, { people, lines }: Size): Promise<void> {
  const ledger = createSqliteLedger(file);
  const now = epochMs(Date.now());
  const clock = { now: () => now };
  const begin = addSec(now, -days * secondsPerDay);
  const deps = { ledger, clock, bounds: { days: days + 1, entries: lines } };
  const about = { connection, request: null };
  const toLine = (n: number) => {
    const who = n < people ? n : (Math.imul(n, 2_654_435_761) >>> 0) % people;
    const subject = personOf(n >= people && who % 50 === 0 ? who + 1 : who);
    const time = epochMs(begin + Math.floor((n / lines) * days * secondsPerDay * 1000));
    const record = { ...about, subject, sequence: n + 1, time, request: (n * 7919).toString(16).padStart(24, '0') };
    const network = `192.${n % 200}.${n % 241}.0/24`;
    const trail = 'c'.repeat(32);
    if (n < people) return toEntry({ ...record, action: 'enrolled', detail: { expiresAt: null } }, trail, network);
    if (n % 20 === 0)
      return toEntry({ ...record, action: 'verification_refused', detail: { code: 'liveness_low' } }, trail, network);
    return toEntry({ ...record, action: 'verified', detail: { tokenId: 't' } }, trail, network);
  };
  for (let n = 0; n < lines; n += 1000) {
    const batch = Array.from({ length: Math.min(1000, lines - n) }, (_, index) => toLine(n + index));
    await recordEntries(batch, deps);
  }
  await ledger.close();
}

const asked: Readonly<Record<string, { readonly path: string; readonly fields: object }>> = {
  home: { path: '/log/counts', fields: {} },
  people: { path: '/people/list', fields: {} },
  'people, not checked for a month': {
    path: '/people/list',
    fields: { checkedBefore: toIso(addSec(epochMs(Date.now()), -30 * secondsPerDay)) },
  },
  person: { path: '/people/one', fields: { connection, subject: personOf(7) } },
  'person, what happened': { path: '/people/checks', fields: { connection, subject: personOf(7) } },
  log: { path: '/log/list', fields: {} },
  'log, one entry a check': { path: '/log/checks', fields: {} },
  'log, refused checks': { path: '/log/checks', fields: { outcome: 'refused' } },
  'log, refused': { path: '/log/list', fields: { outcome: 'refused' } },
  'log, a code nobody had': { path: '/log/list', fields: { code: 'token_expired' } },
  'log, of an address': { path: '/log/list', fields: { search: '192.7.7.7' } },
  'log, of a request': { path: '/log/list', fields: { search: (50 * 7919).toString(16).padStart(24, '0') } },
  'log, of an id': { path: '/log/list', fields: { subject: personOf(7) } },
  'log, a page for CSV': { path: '/log/list', fields: { limit: 1000 } },
  'log, followed': { path: '/log/follow', fields: {} },
};

async function measureScreens(url: string, adminKey: string, runs: number): Promise<ConsoleReport['screens']> {
  const headers = { 'X-Admin-Key': adminKey, 'Content-Type': 'application/json' };
  const screens: Record<string, ConsoleReport['screens'][string]> = {};
  for (const [name, { path, fields }] of Object.entries(asked)) {
    const times: number[] = [];
    let rows = 0;
    for (let run = 0; run < runs; run += 1) {
      const from = performance.now();
      const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(fields) });
      const text = await answer.text();
      times.push(performance.now() - from);
      if (!answer.ok) throw new Error(`${path}: ${text}`);
      rows = text.split('"connection"').length - 1;
    }
    screens[name] = { p50Ms: round(quantile(times), 1), p95Ms: round(quantile(times, 0.95), 1), rows };
  }
  return screens;
}

export function showConsole({
  node,
  cores,
  people,
  lines,
  fillSeconds,
  screens,
  tasks,
  hooks,
}: ConsoleReport): string[] {
  const toHook = (name: string, { p50Ms, p99Ms, maxMs, errors }: LoadResult): string =>
    `  ${name.padEnd(34)} p50 ${p50Ms} ms   p99 ${p99Ms} ms   longest ${maxMs} ms   errors ${errors}`;
  return [
    `${people} people and ${lines} lines in the embedded store, ${cores} cores, Node ${node}; filled in ${fillSeconds} s`,
    ...Object.entries(screens).map(
      ([name, { p50Ms, p95Ms, rows }]) => `  ${name.padEnd(34)} p50 ${p50Ms} ms   p95 ${p95Ms} ms   rows ${rows}`,
    ),
    ...Object.entries(tasks ?? {}).map(
      ([name, { clicks, fields }]) => `  ${name.padEnd(42)} clicks ${clicks}   fields ${fields}`,
    ),
    toHook('a hook, with the ledger', hooks.with),
    ...(hooks.without === null ? [] : [toHook('a hook, without', hooks.without)]),
  ];
}
