// node scripts/sign-release.mjs <folder> <key.pem>: verifies and signs SHA256SUMS of a release by scripts/release.mjs.
// It imports no package, so that no registry code runs next to the key.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const sumsOf = (folder) =>
  readdirSync(folder)
    .filter((file) => file !== 'SHA256SUMS')
    .sort()
    .map(
      (file) =>
        `${createHash('sha256')
          .update(readFileSync(join(folder, file)))
          .digest('hex')}  ${file}\n`,
    )
    .join('');

/** @throws Error if SHA256SUMS does not match the files, or the signature does not verify */
export function signRelease(folder, keyFile) {
  const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8');
  if (sums !== sumsOf(folder)) throw new Error('SHA256SUMS does not fit the files: make the release again');
  const key = createPrivateKey(readFileSync(keyFile));
  // Ed25519 hashes the data itself. To verify, use openssl pkeyutl -verify -rawin.
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const signature = sign(digest, Buffer.from(sums), key);
  const publicKey = createPublicKey(key);
  if (!verify(digest, Buffer.from(sums), publicKey, signature)) throw new Error('the signature does not verify');
  writeFileSync(join(folder, 'SHA256SUMS.sig'), signature);
  writeFileSync(join(folder, 'release-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, keyFile] = process.argv.slice(2);
  if (folder === undefined || keyFile === undefined) {
    process.stderr.write('sign-release: name a folder and a key\n');
    process.exit(2);
  }
  signRelease(folder, keyFile);
}
