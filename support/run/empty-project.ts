import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { projectRoot } from './paths.js';

const execute = promisify(execFile);
const packedGuard = z.tuple([z.object({ filename: z.string() })]);

/** Packs a workspace and installs the archive in an empty project. */
export async function installInEmptyProject(workspace: string) {
  const folder = mkdtempSync(join(tmpdir(), `facestep-${workspace}-`));
  const npm = (args: readonly string[], cwd: string) =>
    execute('npm', [...args], { cwd, env: { ...process.env, npm_config_update_notifier: 'false' } });
  const { stdout } = await npm(['pack', '--json', '--pack-destination', folder], join(projectRoot, workspace));
  const [{ filename }] = packedGuard.parse(JSON.parse(stdout));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  copyFileSync(join(projectRoot, '.npmrc'), join(folder, '.npmrc'));
  await npm(['install', '--prefer-offline', `./${filename}`], folder);
  const modules = join(folder, 'node_modules');
  const namesIn = (at: string): string[] => readdirSync(at).filter((name) => !name.startsWith('.'));
  return {
    installed: () =>
      namesIn(modules)
        .flatMap((name) => (name.startsWith('@') ? namesIn(join(modules, name)).map((own) => `${name}/${own}`) : name))
        .sort(),
    filesOf: (name: string) =>
      readdirSync(join(modules, name), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(join(modules, name).length + 1))
        .sort(),
    /** Compiles a program strictly against the installed types and runs it. */
    async run(program: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
      writeFileSync(join(folder, 'program.ts'), program);
      const compilerOptions = {
        target: 'es2022',
        module: 'nodenext',
        strict: true,
        exactOptionalPropertyTypes: true,
        types: ['node'],
        typeRoots: [join(projectRoot, 'node_modules/@types')],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
      await execute(process.execPath, [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', folder]);
      const ran = await execute(process.execPath, [join(folder, 'program.js'), ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env },
      });
      return ran.stdout;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

export type EmptyProject = Awaited<ReturnType<typeof installInEmptyProject>>;
