/*
 * App login: users sign in with their face instead of a password.
 *
 * Enrolment sends photos to /generate, stores the returned token with the user, and discards the photos. Sign-in sends
 * a photo and that token to /authenticate, and creates a session if they match. The client token needs the scopes
 * `enrol` and `verify`.
 *
 *   export FACESTEP_URL=http://127.0.0.1:8080 FACESTEP_CLIENT_TOKEN=fst_…
 *   node dist/examples/app-login.js enrol users.json ada@example.com 1.jpg 2.jpg 3.jpg
 *   node dist/examples/app-login.js login users.json ada@example.com now.jpg
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createFacestepClient, FacestepError } from '@facestep/client';
import { z } from 'zod';

const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
const facestep = createFacestepClient({ url, clientToken, fetch });

/**
 * Enrolment and every check must send the same values, because a token does not match under another scope or accuracy.
 */
const binding = { scope: 'app:login', accuracy: 4 };

// This file stands for your database, where the token is one more column. A token reveals no face, but it is still
// personal data.
const usersGuard = z.record(z.string(), z.object({ faceToken: z.string() }));
type Users = z.infer<typeof usersGuard>;
const readUsers = (file: string): Users =>
  existsSync(file) ? usersGuard.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
const writeUsers = (file: string, users: Users): void =>
  writeFileSync(file, JSON.stringify(users, null, 2), { mode: 0o600 });

async function enrol(file: string, login: string, photos: Uint8Array[]): Promise<void> {
  const { token, quality } = await facestep.generate(photos, binding);
  writeUsers(file, { ...readUsers(file), [login]: { faceToken: token } });
  console.log(
    `Enrolled ${login} from ${quality.photos} photos${quality.weak ? '; take three for a better token' : ''}.`,
  );
}

/** Returns a session, or `null` for an unknown user and a wrong face alike. Add your own rate limit. */
async function signIn(file: string, login: string, photos: Uint8Array[]): Promise<string | null> {
  const token = readUsers(file)[login]?.faceToken;
  if (token === undefined || !(await facestep.authenticate(token, photos, binding))) return null;
  return randomBytes(32).toString('base64url');
}

const [command, file = '', login = '', ...photoFiles] = process.argv.slice(2);
try {
  const photos = photoFiles.map((name) => readFileSync(name));
  if (command === 'enrol') await enrol(file, login, photos);
  else if (command === 'login') {
    const session = await signIn(file, login, photos);
    console.log(session === null ? 'Refused.' : `Signed in. Session: ${session}`);
    process.exitCode = session === null ? 1 : 0;
  } else throw new Error('Say enrol or login.');
} catch (error) {
  // An error such as `face_none` means that no face was compared. The user can take a better photo.
  if (!(error instanceof FacestepError)) throw error;
  console.log(`Not checked: ${error.message} (${error.code})`);
  process.exitCode = 2;
}
