import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type ApiServer, startApiServer, toForm } from '../../test/api-server.js';
import { runInProcess } from '../../test/command.js';
import { createTestVerifier, drawPicture } from '../../test/embedded.js';
import { createFolder } from '../../test/folder.js';
import { projectRoot } from '../../test/paths.js';
import type { Fetch } from '../core/ports.js';

/* Both commands against a running server, on a real socket and real files. */

const top = createFolder('seal');
let folder: string;
let folders = 0;
let server: ApiServer;
let auth: { 'x-auth-token': string };

beforeAll(async () => {
  server = await startApiServer({ verifier: createTestVerifier() });
  auth = { 'x-auth-token': (await server.issue()).token };
});
afterAll(async () => {
  await server.stop();
});

const at = (name: string) => join(folder, name);
const password = 'canary-of-the-user';

async function enrol(file: string, person = 'ada'): Promise<void> {
  const photo = [1, 2, 3].map((shot) => drawPicture(person, shot));
  const form = toForm({ photo, password, scope: 'files', accuracy: '5' });
  const { body } = await server.postForm('/generate', form, auth);
  writeFileSync(file, `${body.token}\n`);
}

beforeEach(async () => {
  folder = join(top, String(++folders));
  mkdirSync(folder);
  await enrol(at('token'));
  writeFileSync(at('client-token'), `${auth['x-auth-token']}\n`);
  writeFileSync(at('password'), `${password}\r\n`);
  writeFileSync(at('ada.jpg'), drawPicture('ada', 7));
  writeFileSync(at('eve.jpg'), drawPicture('eve', 1));
  writeFileSync(at('report.pdf'), 'the report');
});

/** The arguments of a command, each option changeable; `null` leaves it out. */
function argumentsOf(name: 'seal' | 'open', file: string, change: Record<string, string | null> = {}): string[] {
  const options = {
    '--url': server.origin,
    '--client-token-file': at('client-token'),
    '--token-file': at('token'),
    '--photo': at('ada.jpg'),
    '--password-file': at('password'),
    '--scope': 'files',
    '--accuracy': '5',
    ...change,
  };
  const given = Object.entries(options).flatMap(([option, value]) => (value === null ? [] : [option, value]));
  return [name, file, ...given];
}

/** Runs a command in this process. */
async function run(
  name: 'seal' | 'open',
  file: string,
  change: Record<string, string | null> = {},
  fetch: Fetch = callServer,
) {
  const { printed, told, exitCode } = await runInProcess(argumentsOf(name, file, change), {
    clock: server.clock,
    fetch,
    untilStopped: () => new Promise(() => {}),
  });
  return { said: [...printed, ...told], exitCode };
}
const callServer: Fetch = (url, init) => fetch(url, init);

const files = () => readdirSync(folder).sort();

describe('the right face', () => {
  test('seals a file and opens it again; the server gets neither', async () => {
    const sent: string[] = [];
    const listening: Fetch = async (url, init) => {
      sent.push(await new Response(init.body).text());
      return callServer(url, init);
    };
    expect(await run('seal', at('report.pdf'), {}, listening)).toEqual({
      said: [`Sealed: ${at('report.pdf.sealed')}`],
      exitCode: 0,
    });
    expect(readFileSync(at('report.pdf.sealed')).includes('the report')).toBe(false);
    rmSync(at('report.pdf'));
    expect(await run('open', at('report.pdf.sealed'), {}, listening)).toMatchObject({
      said: [`Opened: ${at('report.pdf')}`],
    });
    expect(readFileSync(at('report.pdf'), 'utf8')).toBe('the report');
    expect(statSync(at('report.pdf')).mode & 0o777).toBe(0o600);
    expect(sent).toHaveLength(2);
    for (const body of sent) expect(body).not.toContain('the report');
  });
});

describe('is refused, and no file is made', () => {
  test.each<[string, () => Promise<Record<string, string | null>> | Record<string, string | null>, string]>([
    ['another face', () => ({ '--photo': at('eve.jpg') }), 'face_mismatch'],
    ['no client token', () => ({ '--client-token-file': at('report.pdf') }), 'caller_untrusted'],
    [
      'the same person’s other token',
      async () => {
        await enrol(at('token-2'));
        return { '--token-file': at('token-2') };
      },
      'sealed_file_invalid',
    ],
    [
      'a client without the scope',
      async () => {
        writeFileSync(at('weak'), (await server.issue(['verify'])).token);
        return { '--client-token-file': at('weak') };
      },
      'scope_missing',
    ],
  ])('%s', async (_, change, code) => {
    await run('seal', at('report.pdf'));
    const options = await change();
    const before = files();
    const opening = run('open', at('report.pdf.sealed'), { ...options, '--out': at('back') });
    const isOurs = code === 'sealed_file_invalid';
    await expect(opening).rejects.toMatchObject({ name: isOurs ? 'CommandError' : 'FaceError', code });
    if (!isOurs) {
      const sealing = run('seal', at('report.pdf'), { ...options, '--out': at('again') });
      await expect(sealing).rejects.toMatchObject({ name: 'FaceError', code });
    }
    expect(files()).toEqual(before);
  });
});

describe('as a process', () => {
  const program = join(projectRoot, 'dist/test/sealed-file-program.js');
  const start = (args: string[], shell = ''): ChildProcess =>
    spawn('sh', ['-c', `${shell} exec "$0" "$@"`, process.execPath, program, ...args], { stdio: 'pipe' });
  const end = async (child: ChildProcess) => {
    let told = '';
    child.stderr?.on('data', (text) => {
      told += text;
    });
    const [exitCode, signal] = await once(child, 'close');
    return { exitCode, signal, told };
  };
  const fill = (name: string, sizeBytes: number) => writeFileSync(at(name), Buffer.alloc(sizeBytes, 'canary '));
  test('on a full disk leaves the original, and nothing else', async () => {
    fill('large', 3_000_000);
    const before = files();
    // A limit of the system on the size of files stands in for a full disk: the write fails halfway.
    const { exitCode, told } = await end(start(argumentsOf('seal', at('large')), 'ulimit -f 2000;'));
    expect(exitCode).toBe(1);
    expect(told).toContain('write');
    expect(told).not.toContain('canary');
    expect(files()).toEqual(before);
    expect(statSync(at('large')).size).toBe(3_000_000);
  });
});

test('no key, password or token is in what is said or logged', async () => {
  const { said } = await run('seal', at('report.pdf'));
  const told = [...said, server.log.text(), JSON.stringify(server.audit.events)].join();
  for (const secret of [password, readFileSync(at('token'), 'utf8').trim(), auth['x-auth-token'].slice(-43)])
    expect(told).not.toContain(secret);
});
