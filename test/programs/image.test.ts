import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { findFreePort } from '../../examples/demo/free-port.js';
import { until } from '../../support/run/eventually.js';
import { createFolder } from '../../support/run/folder.js';
import { modelsFolder, projectRoot } from '../../support/run/paths.js';
import { makeRelease } from './released.js';

/*
 * The container image as scripts/image.mjs builds it with buildah, on a root file system of Debian's packages as there may be no
 * registry of images; run from its own files as its own configuration says: as its user, without capabilities, on a disk that can only be read.
 */

const isThere = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const missing = [
  ...['buildah', 'mmdebstrap', 'unshare', 'gzip'].filter((program) => !isThere(program)),
  ...(process.getuid?.() === 0 ? [] : ['root']),
];
if (missing.length > 0)
  process.stderr.write(
    `SKIPPING the container image: it needs ${missing.join(', ')}, which this machine does not have\n`,
  );

const folder = createFolder('image');
const files = join(folder, 'files');
const data = join(folder, 'data');
const config = join(folder, 'facestep.json');
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
const processor = process.arch === 'x64' ? 'amd64' : process.arch;
const name = `facestep-${version}-image-linux-${processor}`;
const made = (ending: string) => join(folder, 'made', `${name}${ending}`);

const imageGuard = z.object({
  architecture: z.string(),
  config: z.object({
    User: z.string(),
    Env: z.array(z.string()),
    Entrypoint: z.array(z.string()),
    Cmd: z.array(z.string()),
    Healthcheck: z.object({ Test: z.array(z.string()) }),
    Volumes: z.record(z.string(), z.object({})),
    ExposedPorts: z.record(z.string(), z.object({})),
    StopSignal: z.string(),
    WorkingDir: z.string(),
  }),
});
let image: z.infer<typeof imageGuard>;

/** Lays the layers over one another, as anyone who runs the image does. */
function unpack(): void {
  const archive = join(folder, 'archive');
  mkdirSync(archive);
  mkdirSync(files);
  execFileSync('tar', ['--extract', '--gzip', '--file', made('.tar.gz'), '--directory', archive]);
  const [manifest] = z
    .tuple([z.object({ Config: z.string(), Layers: z.array(z.string()) })])
    .parse(JSON.parse(readFileSync(join(archive, 'manifest.json'), 'utf8')));
  for (const layer of manifest.Layers)
    execFileSync('tar', ['--extract', '--file', join(archive, layer), '--directory', files, '--same-owner']);
  image = imageGuard.parse(JSON.parse(readFileSync(join(archive, manifest.Config), 'utf8')));
}

/** Begins a program in the image, behind the walls that docs/install.md has. */
function enter(command: readonly string[], port: number): ChildProcess {
  const walls = `set -e
    mount --bind ${files} ${files}
    mount --bind ${data} ${files}/var/lib/facestep
    mount --bind ${config} ${files}/etc/facestep/facestep.json
    mount -t proc proc ${files}/proc
    mount --bind /dev ${files}/dev
    mount -o remount,ro,bind ${files}
    exec chroot ${files} setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
      env --chdir=${image.config.WorkingDir} -i "$@"`;
  const env = [...image.config.Env.filter((each) => !each.startsWith('PORT=')), `PORT=${port}`];
  return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', walls, 'sh', ...env, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const run = async (command: readonly string[], port: number) => {
  const child = enter(command, port);
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const [code] = await once(child, 'close');
  return { code, said: Buffer.concat(output).toString() };
};

(missing.length === 0 ? describe : describe.skip)('the container image', () => {
  beforeAll(async () => {
    const args = [join(folder, 'made'), '--debian', '--package', (await makeRelease()).archive];
    execFileSync(process.execPath, [join(projectRoot, 'scripts/image.mjs'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    unpack();
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, 10_001, 10_001);
    writeFileSync(config, '{ "host": "0.0.0.0" }');
    writeFileSync(join(files, 'etc/facestep/facestep.json'), '');
  });

  test('is at most 180 MB compressed, and adds only the package and the models to its base', () => {
    const { size } = statSync(made('.tar.gz'));
    expect(size).toBeLessThan(180e6);
    // What infra/README.md says of it, to 5 %: Debian's packages are those of the day.
    const { imageBytes } = JSON.parse(readFileSync(join(projectRoot, 'docs/install/sizes.json'), 'utf8'));
    expect(Math.abs(size / imageBytes - 1)).toBeLessThan(0.05);
    const app = readdirSync(join(files, 'app'));
    expect(app.sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'dist',
        'docs',
        'infra',
        'models',
        'node_modules',
        'package.json',
        'src',
      ].sort(),
    );
    expect(readdirSync(join(files, 'app/models')).sort()).toEqual(readdirSync(modelsFolder).sort());
    for (const name of ['typescript', 'jest', 'vite', '@11ty'])
      expect(existsSync(join(files, 'app/node_modules', name))).toBe(false);
  });

  test('the container image declares user, volume, ports and stop signal, and has no secret', () => {
    expect(image.architecture).toBe(processor);
    expect(image.config).toMatchObject({
      User: '10001:10001',
      Entrypoint: ['node', '/app/dist/src/main.js'],
      Cmd: ['serve'],
      StopSignal: 'SIGTERM',
      Volumes: { '/var/lib/facestep': {} },
      WorkingDir: '/app',
    });
    expect(Object.keys(image.config.ExposedPorts)).toEqual(['8080/tcp', '9464/tcp']);
    expect(image.config.Env.join('\n')).not.toMatch(/secret|token|password|key=/i);
  });

  test('serves as an unprivileged user on a read-only disk, reports its health, and stops on its signal', async () => {
    const port = await findFreePort();
    const [kind, ...health] = image.config.Healthcheck.Test;
    expect(kind).toBe('CMD');
    expect((await run(health, port)).code).toBe(1);

    const server = enter([...image.config.Entrypoint, ...image.config.Cmd], port);
    const said: string[] = [];
    server.stdout?.resume();
    server.stderr?.setEncoding('utf8').on('data', (text) => said.push(text));
    const ended = once(server, 'exit');
    const statusOf = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        async (answer) => (await answer.text()) && answer.status,
        () => 0,
      );
    await Promise.race([
      until(async () => (await statusOf('/readyz')) === 200),
      ended.then(() => Promise.reject(new Error(`The server ended: ${said.join('')}`))),
    ]);
    expect(await Promise.all(['/face', '/console/', '/docs/', '/docs/search.json'].map(statusOf))).toEqual([
      200, 200, 200, 200,
    ]);
    expect((await run(health, port)).code).toBe(0);

    // What enters becomes, program by program, the server itself.
    const inside = Number(readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8'));
    const status = readFileSync(`/proc/${inside}/status`, 'utf8');
    expect(status).toMatch(/^Uid:(\t10001){4}$/m);
    for (const line of ['CapEff:\t0000000000000000', 'CapBnd:\t0000000000000000', 'NoNewPrivs:\t1'])
      expect(status).toContain(line);
    const wrote = await run(['node', '-e', "require('fs').writeFileSync('/app/x', '')"], port);
    expect(wrote).toMatchObject({ code: 1, said: expect.stringContaining('EROFS') });

    process.kill(inside, image.config.StopSignal);
    expect(await ended).toEqual([0, null]);
    expect(readdirSync(data)).toEqual(expect.arrayContaining(['state.db', 'audit.jsonl']));
  });
});
