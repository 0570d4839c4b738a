import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';
import { sections } from '../../src/extensions/index.js';
import { readPage } from '../../support/benches/page.js';
import { connectionGuards } from '../../support/data/connection-guards.js';
import { projectRoot } from '../../support/run/paths.js';

const unit = readFileSync(join(projectRoot, 'infra/systemd/facestep.service'), 'utf8');
const inUnit = (pattern: RegExp): string => pattern.exec(unit)?.[1] ?? '';

test('the configuration in docs/deployment.md names the folders of the systemd unit', async () => {
  const [, section = ''] = readPage('docs/deployment.md').split('\n## One server\n');
  const text = /```json\n([\s\S]*?)```/.exec(section)?.[1] ?? '';
  const file = inUnit(/FACESTEP_CONFIG=(\S+)/);
  const asked: string[] = [];
  const config = await loadConfig({
    env: { FACESTEP_CONFIG: file },
    readFile: async (path) => {
      asked.push(path);
      return path === file ? text : `fsa_${'k'.repeat(32)}`;
    },
    connectionGuards,
    sections,
  });
  expect(asked).toEqual([file, '/run/credentials/facestep.service/admin-key']);
  expect(config).toMatchObject({
    dataFolder: inUnit(/FACESTEP_DATA=(\S+)/),
    modelsFolder: join(inUnit(/^WorkingDirectory=(\S+)/m), 'models'),
  });
  expect(readPage('docs/install.md')).toContain(`export FACESTEP_CONFIG=${file}`);
});

test('the unit of the backup runs the command of the server’s installation, on its data, after the destination is named', () => {
  const backup = readFileSync(join(projectRoot, 'infra/systemd/facestep-backup.service'), 'utf8');
  const command = inUnit(/^ExecStart=(\/usr\/bin\/node \S+) serve$/m);
  expect(backup).toContain(`exec ${command} backup $$FACESTEP_BACKUP_OPTIONS "$$FACESTEP_BACKUPS/`);
  expect(backup).toContain(inUnit(/^(Environment=.*FACESTEP_CONFIG.*)$/m));
  const [, file = ''] = /^ConditionPathExists=(\S+)$/m.exec(backup) ?? [];
  expect(backup).toContain(`EnvironmentFile=${file}`);
  expect(readPage('docs/state.md')).toContain(file);
});
