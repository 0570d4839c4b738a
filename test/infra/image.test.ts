import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Copy, DockerfileParser, Keyword } from 'dockerfile-ast';
import { parse } from 'yaml';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.js';
import { sections } from '../../src/extensions/index.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { createFolder } from '../../support/run/folder.js';
import { projectRoot } from '../../support/run/paths.js';

const folder = join(projectRoot, 'infra/docker');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const documentOfState = readFileSync(join(projectRoot, 'docs/state.md'), 'utf8');

describe('the Dockerfile', () => {
  const dockerfile = DockerfileParser.parse(read('Dockerfile'));
  const instructions = dockerfile.getInstructions();
  const of = (keyword: string) => instructions.filter((each) => each.getKeyword() === keyword);
  const runtime = instructions.slice(instructions.findLastIndex((each) => each.getKeyword() === Keyword.FROM));
  const ofRuntime = (keyword: string) => runtime.filter((each) => each.getKeyword() === keyword);
  const textsOf = (all: typeof instructions) => all.map((each) => each.getArgumentsContent());

  test('runs as a numeric user other than root and stops on SIGTERM', () => {
    expect(textsOf(ofRuntime(Keyword.USER))).toEqual(['10001:10001']);
    // Nothing is done by it that needs another.
    const afterUser = runtime.slice(runtime.findIndex((each) => each.getKeyword() === Keyword.USER));
    expect(afterUser.map((each) => each.getKeyword())).not.toEqual(
      expect.arrayContaining([Keyword.RUN, Keyword.COPY, Keyword.ADD]),
    );
    expect(textsOf(ofRuntime(Keyword.STOPSIGNAL))).toEqual(['SIGTERM']);
    expect(JSON.parse(textsOf(ofRuntime(Keyword.ENTRYPOINT))[0]!)).toEqual(['node', '/app/dist/src/main.js']);
  });

  test('contains no secret and copies only existing files', () => {
    expect(textsOf([...of(Keyword.ENV), ...of(Keyword.ARG)]).join('\n')).not.toMatch(/key|secret|token|password/i);
    expect(of(Keyword.ADD)).toEqual([]);
    const copied = of(Keyword.COPY)
      .filter((each) => each instanceof Copy && each.getFromFlag() === null)
      .flatMap((each) => each.getArguments().slice(0, -1).map(String));
    for (const source of copied) expect(() => statSync(join(projectRoot, source))).not.toThrow();
    // What the image is made from has no history, no data, and nobody's face.
    const ignored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining(['.git', 'node_modules', 'data', '.cache', '**/secrets', '**/*.pem']),
    );
  });
});

const serviceGuard = z.object({
  image: z.string().regex(/^[\w/.-]+:\d+\.\d+\.\d+[\w.-]*$/, 'a whole version'),
  user: z.string().optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })),
  secrets: z.array(z.string()).optional(),
  volumes: z.array(z.string()),
  networks: z.array(z.string()),
  ports: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
});
const composeGuard = z.object({
  services: z.record(z.string(), serviceGuard),
  configs: z.record(z.string(), z.object({ file: z.string() })),
  secrets: z.record(z.string(), z.object({ file: z.string() })),
  volumes: z.record(z.string(), z.null()),
  networks: z.record(z.string(), z.object({ internal: z.boolean() }).nullable()),
});

describe('compose.yaml', () => {
  const { services, ...defined } = composeGuard.parse(parse(read('compose.yaml'), { merge: true }));
  const replicas = Object.entries(services).filter(([name]) => name.startsWith('facestep-'));

  test('publishes only the proxy’s ports, and keeps Redis on an internal network without the proxy', () => {
    expect(Object.entries(services).flatMap(([name, { ports }]) => (ports === undefined ? [] : [name]))).toEqual([
      'proxy',
    ]);
    expect(services.redis!.networks.map((name) => defined.networks[name])).toEqual([{ internal: true }]);
    expect(services.proxy!.networks).not.toContain('inside');
  });

  test('configures Redis with persistence, without eviction, and with users that need a password', () => {
    const lines = read('redis.conf').split('\n');
    expect(lines).toEqual(expect.arrayContaining(['appendonly yes', 'maxmemory-policy noeviction']));
    expect(lines).toContain('aclfile /run/secrets/redis-users');
  });

  test('limits the memory of Redis to a size that fits the maximum number of ledger entries', async () => {
    const { ledger } = await loadConfig({
      env: { FACESTEP_CONFIG: 'facestep.json', FACESTEP_DATA: '/var/lib/facestep' },
      readFile: async (path) => (path === 'facestep.json' ? read(path) : 'redis://of-the-secret:6379'),
      connectionGuards,
      sections,
    });
    const [, bytesOfLine] = /^\| `ledger:.*\| (\d+) a line +\|/m.exec(documentOfState) ?? [];
    const [, gigabytes] = /^maxmemory (\d+)gb$/m.exec(read('redis.conf')) ?? [];
    expect(Number(gigabytes) * 2 ** 30).toBeGreaterThan(1.5 * ledger.entries * Number(bytesOfLine));
  });

  test('make-secrets.sh creates each secret once, and the configuration accepts them', async () => {
    const copy = createFolder('docker');
    cpSync(join(folder, 'make-secrets.sh'), join(copy, 'make-secrets.sh'));
    const make = () => execFileSync('sh', ['make-secrets.sh'], { cwd: copy, stdio: 'pipe' });
    const secretOf = (name: string) => readFileSync(join(copy, 'secrets', name), 'utf8');
    make();
    const names = Object.keys(defined.secrets);
    const made = names.map(secretOf);
    make();
    expect(names.map(secretOf)).toEqual(made);
    for (const name of names) expect(statSync(join(copy, 'secrets', name)).mode & 0o077).toBe(0);

    const config = await loadConfig({
      env: { FACESTEP_CONFIG: 'facestep.json', FACESTEP_DATA: '/var/lib/facestep', PORT: '8080' },
      readFile: async (path) => (path === 'facestep.json' ? read(path) : secretOf(path.replace('/run/secrets/', ''))),
      connectionGuards,
      sections,
    });
    const password = /^user facestep on >([0-9a-f]{64}) ~\{facestep:\*/m.exec(secretOf('redis-users'))?.[1];
    expect(config.state).toMatchObject({ kind: 'redis', keyPrefix: 'facestep:' });
    expect(config.state.kind === 'redis' && config.state.url.use((url) => url)).toBe(
      `redis://facestep:${password}@redis:6379`,
    );
    expect(secretOf('redis-users')).toMatch(/^user default off$/m);
    // Tests of the stores hold those that are documented against what they call.
    const [, rights] = /that user needs `.*?` and `(.*?)`/.exec(documentOfState) ?? [];
    expect(/~\{facestep:\* (.*)$/m.exec(secretOf('redis-users'))?.[1]).toBe(rights);
    const grace = z
      .string()
      .regex(/^\d+s$/)
      .parse(replicas[0]![1].stop_grace_period);
    expect(Number.parseInt(grace, 10)).toBeGreaterThan(config.stopDelaySec + 20);
  });
});
