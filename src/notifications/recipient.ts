import type { ConnectedSubject } from '../core/connection.js';
import type { Ports } from '../core/deps.js';
import { type SupportedLanguage, supportedLanguages } from '../core/language.js';
import { toCode } from '../errors.js';

/** What a profile says about how to write to a person. `null` if missing, or not supported here. */
export interface Recipient {
  readonly name: string | null;
  readonly language: SupportedLanguage | null;
  readonly timeZone: string | null;
}

const wantedClaims = ['name', 'locale', 'zoneinfo'];

/** Reads name, language and time zone of a person. A failure is logged, because the message can be sent without them. */
export async function readRecipient(
  { connection, subject }: ConnectedSubject,
  { log }: Ports<'log'>,
): Promise<Recipient> {
  const { id, profile } = connection;
  const names = wantedClaims.filter((name) => profile.claimNames.has(name));
  try {
    const claims = await profile.readClaims(subject, names);
    return claims.use(({ name, locale, zoneinfo }) => ({
      name: typeof name === 'string' && name.trim() !== '' ? name : null,
      language: toLanguage(locale),
      timeZone: typeof zoneinfo === 'string' && isTimeZone(zoneinfo) ? zoneinfo : null,
    }));
  } catch (error) {
    log.warn('cannot read name and language of a recipient', { connection: id, code: toCode(error) });
    return { name: null, language: null, timeZone: null };
  }
}

/** Returns the language of a locale such as `de-AT` or `de_AT`. */
function toLanguage(locale: unknown): SupportedLanguage | null {
  const code = typeof locale === 'string' ? locale.split(/[-_]/)[0]?.toLowerCase() : undefined;
  return supportedLanguages.find((each) => each === code) ?? null;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
