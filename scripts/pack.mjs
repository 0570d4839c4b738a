// Packs one platform with all dependencies, so that an installation needs no registry and no install script.
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
import { toProductionLock } from './production-lock.mjs';
import { root } from './root.mjs';

const isWindows = process.platform === 'win32';

export const npm = (cwd, ...args) =>
  execFileSync(isWindows ? 'npm.cmd' : 'npm', args, {
    cwd,
    encoding: 'utf8',
    shell: isWindows,
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const pack = (cwd, ...args) => JSON.parse(npm(cwd, 'pack', '--json', '--ignore-scripts', ...args))[0];

const libcHere =
  process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined
    ? 'musl'
    : 'glibc';

const packagesIn = (modules) =>
  readdirSync(modules, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.name === 'package.json' && /node_modules[\\/](@[^\\/]+[\\/])?[^\\/@]+$/.test(entry.parentPath),
    )
    .map(({ parentPath }) => parentPath);

/** The only files of onnxruntime-web that the server uses. All other files make up most of that package. */
const webRuntime = 'onnxruntime-web';
const webRuntimeFiles = ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'];

const trimRuntimes = (modules, { os, cpu, isMusl }) => {
  const binaries = join(modules, 'onnxruntime-node', 'bin', 'napi-v6');
  for (const system of readdirSync(binaries))
    for (const processor of readdirSync(join(binaries, system)))
      if (system !== os || processor !== cpu || isMusl) rmSync(join(binaries, system, processor), { recursive: true });
  const web = join(modules, webRuntime);
  for (const name of readdirSync(web))
    if (!['package.json', 'README.md', 'dist'].includes(name)) rmSync(join(web, name), { recursive: true });
  for (const name of readdirSync(join(web, 'dist')))
    if (!webRuntimeFiles.includes(name)) rmSync(join(web, 'dist', name), { recursive: true });
};

/**
 * Removes files of other platforms and of compilers. Package descriptions lose install scripts (onnxruntime-node's
 * downloads GPU parts), file lists, and optional dependencies of other platforms, which npm would request from a
 * registry.
 */
const trim = (modules, platform) => {
  trimRuntimes(modules, platform);
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && /(\.d\.[cm]?ts|\.map|^\.(npm|git)ignore)$/.test(entry.name))
      rmSync(join(entry.parentPath, entry.name));
  for (const folder of packagesIn(modules)) {
    const file = join(folder, 'package.json');
    const { scripts, files, optionalDependencies = {}, ...manifest } = JSON.parse(readFileSync(file, 'utf8'));
    if (folder === join(modules, webRuntime)) delete manifest.dependencies;
    const isThere = ([name]) => existsSync(join(folder, 'node_modules', name)) || existsSync(join(modules, name));
    const present = Object.fromEntries(Object.entries(optionalDependencies).filter(isThere));
    writeFileSync(file, JSON.stringify({ ...manifest, optionalDependencies: present }, null, 2));
  }
};

const readJson = (folder, name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

const manifestOf = (root) => {
  const { workspaces, scripts, devDependencies, ...manifest } = readJson(root, 'package.json');
  return manifest;
};

const lockOf = (root) => toProductionLock(readJson(root, 'package-lock.json'), [webRuntime]);

/** @returns the manifest, and the part of the lock file whose packages are in a folder */
export const installedIn = (root, folder) => {
  const lock = lockOf(root);
  const isInstalled = ([path]) => path === '' || existsSync(join(folder, path));
  const packages = Object.fromEntries(Object.entries(lock.packages).filter(isInstalled));
  return { manifest: manifestOf(root), lock: { ...lock, packages } };
};

/** Puts the files of one platform's package into a folder. @returns the name of its archive */
export const stagePackage = (root, staging, { os = process.platform, cpu = process.arch, libc = libcHere } = {}) => {
  const isMusl = os === 'linux' && libc === 'musl';
  const manifest = manifestOf(root);
  const write = (name, value) => writeFileSync(join(staging, name), `${JSON.stringify(value, null, 2)}\n`);
  cpSync(join(root, '.npmrc'), join(staging, '.npmrc'));
  write('package.json', manifest);
  write('package-lock.json', lockOf(root));
  npm(staging, 'ci', '--omit=dev', '--prefer-offline', `--os=${os}`, `--cpu=${cpu}`, `--libc=${libc}`);
  trim(join(staging, 'node_modules'), { os, cpu, isMusl });
  for (const { path } of pack(root, '--dry-run').files.filter((each) => each.path !== 'package.json')) {
    mkdirSync(dirname(join(staging, path)), { recursive: true });
    cpSync(join(root, path), join(staging, path));
  }
  write('package.json', {
    ...manifest,
    os: [os],
    cpu: [cpu],
    ...(os === 'linux' ? { libc: [libc] } : {}),
    bundleDependencies: Object.keys(manifest.dependencies),
  });
  return `facestep-${manifest.version}-${os}-${cpu}${isMusl ? '-musl' : ''}.tgz`;
};

export const packRelease = (root, to, platform) => {
  const staging = mkdtempSync(join(tmpdir(), 'facestep-pack-'));
  try {
    const name = stagePackage(root, staging, platform);
    const folder = resolve(to);
    mkdirSync(folder, { recursive: true });
    const { filename, ...packed } = pack(staging, '--pack-destination', folder);
    const file = join(folder, name);
    renameSync(join(folder, filename), file);
    return { ...packed, ...installedIn(root, staging), file };
  } finally {
    rmSync(staging, { recursive: true });
  }
};

const usage = `node scripts/pack.mjs [folder] [--os linux|darwin|win32] [--cpu x64|arm64] [--libc glibc|musl]
  Packs the release of one platform into a folder (default: this folder and this platform).`;

const readOptions = () => {
  const options = {
    os: { type: 'string' },
    cpu: { type: 'string' },
    libc: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${error.message.split('. ')[0]}\n${usage}\n`);
    return process.exit(2);
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = readOptions();
  if (values.help) process.stdout.write(`${usage}\n`);
  else {
    const packed = packRelease(root, positionals[0] ?? '.', values);
    process.stdout.write(`${packed.file} (${packed.size} bytes, ${packed.unpackedSize} unpacked)\n`);
  }
}
