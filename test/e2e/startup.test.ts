import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { copyModels } from '../../support/fakes/models.js';
import { projectRoot } from '../../support/run/paths.js';
import { patienceMs } from '../../support/run/patience.js';
import { keyShown, useOwnProcess } from '../../support/servers/own-process.js';

/* A server that cannot start, as its own process. */

const { top, data, newPath, writeConfig, start } = useOwnProcess('startup');

/** Runs the server where it must not start. @param node - options of Node, @param account - who runs it, where root may say */
function startInVain(env: Record<string, string>, node: readonly string[] = [], account: object = {}) {
  const ended = spawnSync(process.execPath, [...node, join(projectRoot, 'dist/src/main.js')], {
    env: { ...process.env, PORT: '0', FACESTEP_DATA: data(), ...env },
    encoding: 'utf8',
    timeout: patienceMs,
    ...account,
  });
  expect(ended.status).toBe(1);
  expect(ended.stderr).toMatch(/^Error: [^\n]+\n(?: {2}[^\n]+\n)*Fix: [^\n]+\n$/);
  expect(ended.stderr).not.toContain('fsa_');
  expect(ended.stderr).not.toContain('Unexpected');
  return ended;
}

describe('the server prints an error with its fix and exits with 1 for', () => {
  const copyModelsAside = () => {
    const folder = newPath('models-');
    copyModels(folder);
    return folder;
  };

  test('an altered model', () => {
    const folder = copyModelsAside();
    const file = join(folder, 'fr_pose.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(file, bytes);
    const { stderr } = startInVain({ FACESTEP_CONFIG: writeConfig({ modelsFolder: folder }) });
    expect(stderr).toContain('model_altered');
  });

  test('an invalid setting, named by its path without its value', () => {
    const { stderr, stdout } = startInVain({
      FACESTEP_CONFIG: writeConfig({ adminKey: 'canary with\nnewline', surprise: 1 }),
    });
    expect(stderr).toContain('adminKey');
    expect(stderr).toContain('surprise');
    expect(stderr + stdout).not.toContain('canary');
  });

  test('a port in use, and prints no admin key', async () => {
    const service = await start();
    const { port } = new URL(service.url);
    const other = { FACESTEP_DATA: newPath('other-') };
    const { stderr } = startInVain({ PORT: port, FACESTEP_CONFIG: writeConfig({}), ...other });
    expect(stderr).toContain(`Listen EADDRINUSE, port ${port} of 127.0.0.1`);
    // The key was not shown, so the next start must make one.
    expect(keyShown(await start(other))).toBeDefined();
  });

  test('a data folder in use by another server', async () => {
    await start();
    const { stderr } = startInVain({ FACESTEP_CONFIG: writeConfig({}) });
    expect(stderr).toContain('Another process, such as a running server, uses this data folder.');
    expect(stderr).toContain(data());
  });

  test('an unsupported Node version, before it loads a module', () => {
    const old = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.20.8"}})';
    const { stderr } = startInVain({}, ['--import', `data:text/javascript,${encodeURIComponent(old)}`]);
    expect(stderr).toContain('needs Node 20.19');
    const entry = readFileSync(join(projectRoot, 'dist/src/main.js'), 'utf8');
    expect(entry).not.toMatch(/^import /m);
  });

  describe('a file without permission, named by its path', () => {
    // Root may do everything: then the server runs as no one.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;
    const own = (path: string): void => {
      if (nobody !== null) chownSync(path, nobody.uid, nobody.gid);
    };
    const startAs = (settings: object, file = writeConfig(settings)) =>
      startInVain({ FACESTEP_CONFIG: file }, [], nobody ?? {}).stderr;
    beforeEach(() => {
      chmodSync(top, 0o755);
      mkdirSync(data());
      own(data());
    });

    test.each(['audit.jsonl', 'audit-lock', 'state.db', 'keys.json', 'admin-key.sha256'])('the file %s', (name) => {
      const file = join(data(), name);
      writeFileSync(file, '', { mode: 0o000 });
      expect(startAs({})).toContain(`EACCES, ${file}`);
    });
  });
});

test('the server starts with rules that cannot do what they say, and prints a warning with the connection', async () => {
  const rules = [
    { name: 'Everyone', mode: 'enforce' },
    { name: 'Phones', when: { devices: ['phone'] }, mode: 'shadow', whenUnknown: 'policy' },
  ];
  const connection = {
    id: 'staff',
    kind: 'scim',
    scim: { baseUrl: 'https://idp.example.com/scim/v2', auth: { kind: 'bearer', token: 'secret-token' } },
    policy: { mode: 'shadow', rules, networks: { office: ['203.0.113.0/24'] } },
  };
  const settings = { publicUrl: 'https://face.example.com', connections: [connection] };
  const { said } = await start({ FACESTEP_CONFIG: writeConfig(settings) });
  expect(said.filter((line) => line.startsWith('Rules of '))).toEqual([
    'Rules of staff: rule "Phones": never matches, because the rule "Everyone" comes first and has the same or wider conditions',
    'Rules of staff: no rule names the network "office"',
  ]);
});
