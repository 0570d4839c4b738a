import { devNull, homedir } from 'node:os';

/**
 * Prevents provider SDKs from reading files of the account that runs the server. The AWS SDK reads its shared files only
 * if the environment names a profile or a file. Call it before the first client is created.
 * @param env - changed in place, because the SDKs read it
 */
export function ignoreUserFiles(env: NodeJS.ProcessEnv): void {
  // The SDKs need a home folder even if they read nothing there.
  env.HOME ||= findHome() || '/';
  if (env.AWS_PROFILE) return;
  env.AWS_CONFIG_FILE ||= devNull;
  env.AWS_SHARED_CREDENTIALS_FILE ||= devNull;
}

/** Returns `null` for an account without an entry in `/etc/passwd`, such as those of OpenShift. */
function findHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}
