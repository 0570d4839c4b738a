// node scripts/pack.mjs [folder] [--os linux|darwin|win32] [--cpu x64|arm64]: the package for one platform, with all that it
// runs: whoever installs it asks no registry, runs no install script, and gets the very versions that were tested.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const isWindows = process.platform === 'win32';

const npm = (cwd, ...args) =>
  execFileSync(isWindows ? 'npm.cmd' : 'npm', args, {
    ...{ cwd, encoding: 'utf8', shell: isWindows, maxBuffer: 64 * 1024 * 1024 },
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const pack = (cwd, ...args) => JSON.parse(npm(cwd, 'pack', '--json', '--ignore-scripts', ...args))[0];

/** What a lock file says of production, without workspaces. */
export const toProductionLock = ({ packages, ...lock }) => {
  const { workspaces, devDependencies, ...top } = packages[''];
  const isKept = ([path, { dev, link }]) => path.startsWith('node_modules/') && !dev && !link;
  return { ...lock, packages: { '': top, ...Object.fromEntries(Object.entries(packages).filter(isKept)) } };
};

const packagesIn = (modules) =>
  readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.name === 'package.json' && /node_modules[\\/](@[^\\/]+[\\/])?[^\\/@]+$/.test(entry.parentPath),
    )
    .map(({ parentPath }) => parentPath);

/**
 * Takes out what another platform needs, and what only a compiler reads. Of the packages' own descriptions go the install
 * scripts, none of which does anything that is needed (onnxruntime-node's asks a server that is no registry for parts that
 * run on graphics cards), lists of files, which npm reads anew and otherwise than who published them, and optional dependencies that are of other platforms: npm would ask a registry for them.
 */
const trim = (modules, { os, cpu }) => {
  const binaries = join(modules, 'onnxruntime-node', 'bin', 'napi-v6');
  for (const system of readdirSync(binaries))
    for (const processor of readdirSync(join(binaries, system)))
      if (system !== os || processor !== cpu) rmSync(join(binaries, system, processor), { recursive: true });
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && /(\.d\.[cm]?ts|\.map|^\.(npm|git)ignore)$/.test(entry.name))
      rmSync(join(entry.parentPath, entry.name));
  for (const folder of packagesIn(modules)) {
    const file = join(folder, 'package.json');
    const { scripts, files, optionalDependencies = {}, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
    const isThere = ([name]) => existsSync(join(folder, 'node_modules', name)) || existsSync(join(modules, name));
    const present = Object.fromEntries(Object.entries(optionalDependencies).filter(isThere));
    writeFileSync(file, JSON.stringify({ ...manifest, optionalDependencies: present }, null, 2));
  }
};

/**
 * Packs a checkout that is built.
 * @param to - a folder, made where there is none
 * @returns the archive, what npm says of it, and the lock of what is in it
 */
export const packRelease = (root, to, { os = process.platform, cpu = process.arch } = {}) => {
  const staging = mkdtempSync(join(tmpdir(), 'facestep-pack-'));
  try {
    const read = (name) => JSON.parse(readFileSync(join(root, name), 'utf8'));
    const write = (name, value) => writeFileSync(join(staging, name), `${JSON.stringify(value, null, 2)}\n`);
    const { workspaces, scripts, devDependencies, ...manifest } = read('package.json');
    const lock = toProductionLock(read('package-lock.json'));
    cpSync(join(root, '.npmrc'), join(staging, '.npmrc'));
    write('package.json', manifest);
    write('package-lock.json', lock);
    npm(staging, 'ci', '--omit=dev', '--prefer-offline', `--os=${os}`, `--cpu=${cpu}`, '--libc=glibc');
    trim(join(staging, 'node_modules'), { os, cpu });
    for (const { path } of pack(root, '--dry-run').files.filter((each) => each.path !== 'package.json')) {
      mkdirSync(dirname(join(staging, path)), { recursive: true });
      cpSync(join(root, path), join(staging, path));
    }
    write('package.json', {
      ...manifest,
      os: [os],
      cpu: [cpu],
      bundleDependencies: Object.keys(manifest.dependencies),
    });
    const folder = resolve(to);
    mkdirSync(folder, { recursive: true });
    const { filename, ...packed } = pack(staging, '--pack-destination', folder);
    const file = join(folder, `facestep-${manifest.version}-${os}-${cpu}.tgz`);
    renameSync(join(folder, filename), file);
    return { ...packed, file, manifest, lock };
  } finally {
    rmSync(staging, { recursive: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { os: { type: 'string' }, cpu: { type: 'string' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const packed = packRelease(fileURLToPath(new URL('..', import.meta.url)), positionals[0] ?? '.', values);
  process.stdout.write(`${packed.file} (${packed.size} bytes, ${packed.unpackedSize} unpacked)\n`);
}
